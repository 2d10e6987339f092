"""Why a request was sent as it was: computed from what a store holds, when asked.

Reads stores, and asks no server. Nothing here takes part in a turn.
"""
