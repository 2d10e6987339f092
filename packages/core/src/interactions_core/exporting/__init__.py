"""Conversations in forms that others read: computed from what a store holds.

Reads stores, and asks no server. A format is a pure function of turns; what it cannot
carry is named, one value for each. Imports `stores` and the rooms below them.
"""
