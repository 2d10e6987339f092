"""Keep what a turn came to: its record and entry, what it taught, and the answer owed.

An answer is kept before anything can refuse it. Imports `receiving` and `spending`.
"""
