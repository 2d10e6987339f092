"""The parts of a turn: find a plan, send it, receive, recover, record, hand on.

Generators that ask for effects (`effects`) and touch nothing themselves; `context` is
what they share. What runs in the background is in `background`, and what carries the
effects out in `client`. Imports `stores.protocols`, `requests` and what is below it.
"""
