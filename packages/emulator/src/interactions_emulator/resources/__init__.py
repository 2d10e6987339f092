"""Agents and environments: created, listed, changed, deleted.

Imports `store` and what is below it.
"""
