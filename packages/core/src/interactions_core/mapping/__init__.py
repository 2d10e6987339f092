"""The session mapping: what a list repeats, what to chain on, and what to send.

Pure: records and a list come in, a plan comes out. No store, no request, no clock.
Imports `records` and what is below it.
"""
