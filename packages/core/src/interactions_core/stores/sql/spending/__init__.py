"""What answers took and cost, and what may still be spent: charges and budgets.

No price is made here; it is handed over with its charge. Imports `interactions`.
"""
