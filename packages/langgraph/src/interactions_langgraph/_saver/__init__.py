"""The parts of `InteractionsSaver`: read, write, list, copy, prune, delete.

Imports `_storage` and `_remote`; shares nothing but core with `_model`.
"""
