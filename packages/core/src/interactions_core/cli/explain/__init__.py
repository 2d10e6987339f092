"""`interactions explain`: why a turn was sent as it was.

What may enter prints what `explaining` has found out.
"""

from interactions_core.cli.explain.command import explain

__all__ = ["explain"]
