"""Runs an interaction: check, answer, store, and the faults that are to strike.

Imports `answering` and what is below it.
"""
