"""The body of a create, and the other forms of one that was refused.

Pure: each form changes the wire, never the list. What is sent when, and what is
remembered of it, is in `turns`. Imports `mapping` and what is below it.
"""
