"""Versions of tables: what a store has, what is needed of it, how one becomes the other.

Decided here: which parts are behind, whether a release may use what a newer one left,
what belongs to another program, and what is refused in which words. It knows parts and
their migrations, and no table of a store's but its own; it may import `database` and
`statements` of the room around it. What is the way of one of the two databases may not
enter.
"""
