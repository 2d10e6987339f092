"""What belongs to one process: what a fork may not share, who it is, failpoints.

Nothing here knows the API, a message or a store. Imports the exceptions only.
"""
