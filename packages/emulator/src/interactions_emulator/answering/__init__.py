"""Thinks up an answer: from a script, from the list itself, or as an agent would.

Deterministic. Imports what is below it, and neither an engine nor HTTP.
"""
