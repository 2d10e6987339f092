"""Schemas of the calls whose digests stay; to change one moves them."""

from typing import Any

from pydantic import BaseModel, Field


class Place(BaseModel):
    """Where to look."""

    city: str = Field(description="Its name.")
    title: str | None = None


class Search(BaseModel):
    """Searches the archive."""

    query: str
    places: list[Place] = Field(default_factory=list)
    limit: int = 10


ADD: Any = {
    "name": "add",
    "description": "Adds.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "number"}},
        "required": ["a"],
    },
}
"""A function, as both frameworks declare it."""
