"""`interactions db`: looks after a store as a whole, and never at one conversation.

What may enter calls one of the `services` and prints what it says.
"""

from interactions_core.cli.db.commands import db

__all__ = ["db"]
