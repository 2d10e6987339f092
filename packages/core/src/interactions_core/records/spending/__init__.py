"""What may be spent, what an entry costs, and what is known of it only later.

Price lists are in `prices`, what one answer took is in `records.charges`, and what many
come to in `records.costs`. Imports the values around it, and no other room.
"""
