"""What may be spent, and what is known of it only later: budgets, how they stand, settling.

Prices are made in `prices`, and what one answer took is in `records.charges`. Imports
the values around it, and no other room.
"""
