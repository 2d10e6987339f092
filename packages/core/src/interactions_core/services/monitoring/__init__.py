"""How measures are named and written down, and asked for once for all who want them.

What is measured is in `measures`, which this room imports.
"""
