"""Facts of the API: its statuses, refusals, events, agents, functions and lifetimes.

What the service is known to do, each with its source, and nothing of what this project
makes of it: no list, no record, no store. Imports nothing but `process`.
"""
