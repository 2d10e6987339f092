"""Puts an answer together: steps, results of server-run tools, usage, status.

Imports `request` and `base`.
"""
