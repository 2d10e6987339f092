"""Where secrets were left out of options, in checkpoints, logs and events of CrewAI.

Pure. They show options as text, with asterisks for what core's list calls a secret.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from interactions_core.adapter.secrets import MASK


def masks_in(value: Any, path: str) -> Iterator[str]:
    """Yield where asterisks stand, e.g. `tools.headers.Authorization`."""
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from masks_in(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from masks_in(item, path)
    elif isinstance(value, str) and MASK in value:
        yield path
