"""A local, stateful server of Gemini's Interactions API."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interactions_emulator.emulator import Emulator

__all__ = ["Emulator"]


def __getattr__(name: str) -> object:
    """Load the server when it is first asked for.

    pytest imports the plugin of this package in every run, and most runs need no
    server.
    """
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module("interactions_emulator.emulator"), name)
