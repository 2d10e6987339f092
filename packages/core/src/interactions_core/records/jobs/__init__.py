"""Background jobs as values: the row, its history, its last looks, how it stands, counts.

Whether a job is free, and what is news of it, is decided here; nothing of how a turn
waits for one. Imports the values around it.
"""
