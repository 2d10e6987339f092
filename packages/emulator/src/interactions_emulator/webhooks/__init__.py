"""Webhooks: who is told, signed deliveries, and trying again.

Imports `store` and what is below it; shares nothing with `upstream`.
"""
