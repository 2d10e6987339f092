"""`interactions replay`: a turn as a command of curl, and nothing is sent.

What may enter writes a request down, and no key into it.
"""

from interactions_core.cli.replay.command import replay

__all__ = ["replay"]
