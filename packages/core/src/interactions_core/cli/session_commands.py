"""Where environments that were installed before look for `interactions sessions`."""

from interactions_core.cli.sessions import sessions

__all__ = ["sessions"]
