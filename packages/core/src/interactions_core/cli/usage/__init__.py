"""`interactions usage`: tokens and money that were spent, and what a budget leaves.

What may enter prints sums that a store has made; no price is looked up here.
"""

from interactions_core.cli.usage.command import usage

__all__ = ["usage"]
