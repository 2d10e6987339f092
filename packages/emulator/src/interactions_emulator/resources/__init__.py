"""Agents and environments: made, listed, changed, deleted.

Imports `store` and what is below it.
"""
