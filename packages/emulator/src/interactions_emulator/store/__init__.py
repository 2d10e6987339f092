"""What the server holds: interactions, who may see them, jobs, events of streams.

Imports `reply` and what is below it.
"""
