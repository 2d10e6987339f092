"""Tell an interaction, an error and anything else apart that comes with a success.

Pure. API: an interaction has an id unless nothing is stored, and `"object":
"interaction"`; what was recorded without `steps` ended as `incomplete` (vercel/ai, 2026).
A body of any other form is somebody else's: of a gateway, a portal, another API.
"""

import re
from collections.abc import Mapping
from typing import Final, cast

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import NetworkError
from interactions_core.protocol.statuses import is_known

_OBJECT: Final = "interaction"
_BILLED: Final = ("usage", "model", "service_tier", "created")
_KEY: Final = re.compile(r"[\w.-]{1,40}")
_MOST_KEYS: Final = 8

_NOT_AGAIN: Final = (
    "The request may have reached the service and be billed; it was not sent again. "
    "Look what answers at `base_url`: something lies between that answers in the API's "
    "place, or changes what it answers."
)


def is_interaction(body: JsonObject, *, stored: bool = True) -> bool:
    """Tell whether a body is an interaction, or what is left of one.

    Args:
        body: What came, steps of a stream put in.
        stored: Whether the service was to keep it: then it has an id.
    """
    if _has_steps(body):
        return True
    kind, status = body.get("object"), body.get("status")
    if body.get("id"):
        return kind in {None, _OBJECT}
    return not stored and kind == _OBJECT and bool(status) and is_known(status)


def is_error(body: object) -> bool:
    """Tell whether a body says that something failed, in a form of the API's."""
    if isinstance(body, list) and body:
        return is_error(cast("list[object]", body)[0])
    if not isinstance(body, Mapping):
        return False
    found = cast("Mapping[str, object]", body)
    bare = isinstance(found.get("code"), str) and isinstance(found.get("message"), str)
    return bool(found.get("error")) or bare


def shape_of(body: object) -> str:
    """Say what a body looks like, and nothing of what it says."""
    if not isinstance(body, Mapping):
        return f"JSON of the type {type(body).__name__}"
    keys = [str(key) for key in cast("Mapping[str, object]", body)]
    if not keys:
        return "an empty object"
    shown = [f"`{key}`" if _KEY.fullmatch(key) else "…" for key in keys[:_MOST_KEYS]]
    more = len(keys) - len(shown)
    also = f" and {more} more" if more else ""
    return f"an object with {', '.join(shown)}{also}"


def no_interaction(
    body: object, what: str = "", *, status: int = 200, request_id: str = ""
) -> NetworkError:
    """Make the error for an answer that is none of the API's.

    Args:
        body: What came, as JSON.
        what: What that is; "" to say what it looks like.
        status: The HTTP status that it came with.
        request_id: What the answer calls the request; "" where it does not say.
    """
    named = f" (request {request_id})" if request_id else ""
    return NetworkError(
        f"what came is no interaction but {what or shape_of(body)}{named}",
        sent=True,
        answered=True,
        paid=_paid(body),
        status_code=status,
        advice=_NOT_AGAIN,
    )


def _paid(body: object) -> JsonObject:
    """Return what an answer says that it took, if that is in words of the API."""
    # JSON objects have strings for keys.
    found = cast("JsonObject", body if isinstance(body, Mapping) else {})
    ours = found.get("object") in {None, _OBJECT} and isinstance(
        found.get("usage"), Mapping
    )
    return {key: found[key] for key in _BILLED if key in found} if ours else {}


def _has_steps(body: JsonObject) -> bool:
    steps = body.get("steps")
    found = steps if isinstance(steps, list | tuple) else ()
    return any(isinstance(step, Mapping) and step.get("type") for step in found)
