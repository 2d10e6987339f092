"""A job while a turn holds it: its intent, its lease, its result, what it may have cost.

What a turn writes into the row of its job is written here. Which job a turn holds is
decided in `claims`, and what it waits for in `follow`. Imports `turns` and what is below
it.
"""
