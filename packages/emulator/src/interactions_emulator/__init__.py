"""A local, stateful server of Gemini's Interactions API."""

from interactions_emulator.emulator import Emulator

__all__ = ["Emulator"]
