"""Who owns what in a store, and which keys are accepted for whom.

Imports no other room.
"""
