"""`interactions sessions`: `list`, `show`, `tree` and `diff`.

What may enter tells people of conversations, as text or JSON: a module for what is
typed, and beside it, pure, what is printed.
"""

from interactions_core.cli.sessions.commands import sessions

__all__ = ["sessions"]
