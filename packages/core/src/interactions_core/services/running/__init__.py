"""How anything goes on for long: says what it does, waits out a store, ends, leaves.

It knows no service. Imports no other room.
"""
