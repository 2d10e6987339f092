"""What a message list means: steps, their digest, and answers put together from events.

The same for every framework. Nothing here knows what was recorded or sent before.
Imports `protocol` and `process`.
"""
