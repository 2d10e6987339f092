"""What whoever looks inside a store is told: conversations, their sums, their turns.

Nothing here writes. Imports the rooms whose tables it reads.
"""
