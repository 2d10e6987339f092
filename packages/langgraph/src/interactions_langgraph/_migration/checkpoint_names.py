"""What a checkpoint of a source is called in errors, and the shape that it must have."""

from collections.abc import Mapping
from typing import Any

from interactions_langgraph._migration.loader import UnreadableValueError

_REQUIRED = ("channel_values", "channel_versions")


def checkpoint_name(thread_id: str, namespace: str, checkpoint_id: str) -> str:
    """Name a checkpoint."""
    inside = f" of namespace {namespace!r}" if namespace else ""
    return f"checkpoint {checkpoint_id}{inside} of thread {thread_id!r}"


def check_checkpoint(value: object, where: str) -> Mapping[str, Any]:
    """Return a checkpoint if it has what every checkpoint has."""
    if not isinstance(value, dict) or not all(
        isinstance(value.get(key), dict) for key in _REQUIRED
    ):
        message = f"{where} has no channel values and versions"
        raise UnreadableValueError(message)
    return value
