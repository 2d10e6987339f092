"""Get one answer whole, from its events or by its id, and say what it amounts to.

Nothing is kept here; whether a create is sent again is decided in `sending`. Imports no
other room.
"""
