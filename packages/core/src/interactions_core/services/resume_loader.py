"""Find what resumes a graph: adapters offer it as an entry point, core imports none."""

import importlib
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Final, cast

from interactions_core.exceptions import ConfigurationError
from interactions_core.services.graph_resumer import Resume

GROUP: Final = "interactions_core.resume"
"""Entry points of this group take an object and return what resumes it, or `None`."""


def load_resume(name: str) -> Resume:
    """Return what resumes the threads of a graph.

    Args:
        name: `package.module:attribute`; a function without arguments is called.

    Raises:
        ConfigurationError: There is no such object, or no adapter knows its kind.
    """
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        msg = f"{name!r} names no graph; write it as package.module:attribute"
        raise ConfigurationError(msg)
    try:
        graph: object = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as exc:
        msg = f"{name!r} cannot be imported: {exc}"
        raise ConfigurationError(msg) from exc
    found = _resume_of(graph)
    if found is None and callable(graph):
        found = _resume_of(cast("Callable[[], object]", graph)())
    if found is None:
        kind = type(graph).__name__
        msg = f"no installed adapter knows how to resume {name!r}, a {kind}"
        raise ConfigurationError(msg)
    return found


def _resume_of(graph: object) -> Resume | None:
    for point in entry_points(group=GROUP):
        # What the group promises.
        offer = cast("Callable[[object], Resume | None]", point.load())
        resume = offer(graph)
        if resume is not None:
            return resume
    return None
