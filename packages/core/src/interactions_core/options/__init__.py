"""The options that adapters share: names, values, foreign names, plan decisions.

For adapters; no other room of this package imports it.
"""
