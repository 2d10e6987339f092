"""What a turn may cost, what is put aside for it, and what it has taken.

Prices are looked up in `prices`, and budgets are values of `records`. Imports no other
room.
"""
