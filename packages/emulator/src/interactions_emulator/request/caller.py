"""Who asks the server for something."""

from dataclasses import dataclass

from interactions_emulator.request.validation import Platform


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and through which door."""

    owner: str
    platform: Platform
    version: str = ""
    """Of the API, as the path begins: `v1`, `v1beta`, …"""
