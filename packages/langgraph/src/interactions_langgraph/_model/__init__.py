"""The parts of `ChatInteractions`: options, tools, formats, a turn, errors.

Imports `_messages`; shares nothing but core with `_saver`.
"""
