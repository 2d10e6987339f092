"""The parts of a turn: find a plan, send it, receive, recover, record, hand on.

Generators that ask for effects (`effects`) and touch nothing themselves; `context` is
what they share. A turn goes down through its rooms: `lookup` finds a plan, `sending`
sends it, `receiving` puts the answer together, `keeping` records it and hands it on,
and `spending` holds what it may cost. What runs in the background is in `background`,
and what carries the effects out in `client`. Imports `stores.protocols`, `requests` and
what is below it.
"""
