"""`interactions doctor`: what is checked here, and what it asks before it spends.

What may enter prints what `doctor` of core has found; no check is made here.
"""

from interactions_core.cli.doctor.command import doctor

__all__ = ["doctor"]
