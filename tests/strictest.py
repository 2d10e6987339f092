"""What the tests of the strictest emulator ask it, and of it."""

from interactions_emulator import Emulator

NEWEST = "gemini-3.8-flash"
"""The model of which most is disputed."""
LONG_NAME = f"files__{'search_all_documents_'.ljust(73, 'x')}"
"""The name of a tool as servers of tools make them, of 80 characters."""


def creates(emulator: Emulator) -> list[int]:
    """Return the status of each create, in order."""
    return [row["status"] for row in emulator.requests() if row["method"] == "POST"]


def refused(emulator: Emulator) -> list[str]:
    """Return the points that were refused, in order."""
    return [row["why"].split(":")[0] for row in emulator.requests() if row.get("why")]
