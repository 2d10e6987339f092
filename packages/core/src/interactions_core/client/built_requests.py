"""Creates in the form that costs google-genai least.

Of keyword arguments it builds a pydantic class for each create, which takes longer than
all else of a turn. Of a request that is built already it does not: its `create` takes
one as `request`. The class of it is documented there and exported nowhere, so that
keyword arguments remain where it is not found.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

_SHAPE: Final = ("model", "agent", "input", "stream")
"""What is in the request itself; everything else is in `extra_body`."""


def as_request(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put the arguments of a create into the request that google-genai would build.

    Args:
        arguments: What `wire.create_arguments` has split a body into.

    Returns:
        Arguments of the same create; the same ones where no request can be built of
        them, so that google-genai says what is wrong.
    """
    build = _request_class()
    if build is None:
        return arguments
    body = {key: arguments[key] for key in _SHAPE if key in arguments}
    rest = {key: arguments[key] for key in arguments if key not in _SHAPE}
    try:
        return {**rest, "request": build(body=body)}
    except ValueError:
        return arguments


@cache
def _request_class() -> Callable[..., object] | None:
    try:
        models = import_module("google.genai._gaos.models")
        return getattr(models, "CreateInteractionRequest", None)
    except ImportError:
        return None
