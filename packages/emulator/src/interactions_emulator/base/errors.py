"""Refusals of the API, each with the body that was recorded or documented.

Tree:
    ApiError            what a client sees as an HTTP error
"""

import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

from interactions_emulator.base.payloads import JsonObject, dump_text

Shape: TypeAlias = Literal["object", "front_end", "array", "sse"]
"""How the error body is framed; all four were seen on the real server."""

INVALID_ARGUMENT = "Request contains an invalid argument."
UNAVAILABLE = "The service is currently unavailable."

_CODES = {
    400: ("invalid_request", "INVALID_ARGUMENT"),
    401: ("authentication", "UNAUTHENTICATED"),
    403: ("permission_denied", "PERMISSION_DENIED"),
    404: ("not_found", "NOT_FOUND"),
    408: ("request_timeout", "DEADLINE_EXCEEDED"),
    409: ("aborted", "ABORTED"),
    429: ("too_many_requests", "RESOURCE_EXHAUSTED"),
    500: ("api_error", "INTERNAL"),
    501: ("not_implemented", "UNIMPLEMENTED"),
    503: ("service_unavailable", "UNAVAILABLE"),
    504: ("gateway_timeout", "DEADLINE_EXCEEDED"),
}
_MESSAGES = {
    403: "There was a problem processing your request. You will not be charged.",
    404: "Requested entity was not found.",
    429: "Resource has been exhausted (e.g. check quota).",
    500: "Internal error encountered.",
    503: UNAVAILABLE,
    504: "Deadline expired before operation could complete.",
}


@dataclass
class ApiError(Exception):
    """An answer other than 200."""

    status: int
    message: str
    code: str | int | None = None
    """Overrides the code that goes with the status."""
    shape: Shape = "object"
    retry_after: str | None = None
    when_streaming: bool = False
    """The check runs when generation begins: SSE-framed for a stream."""
    why: str = ""
    """For the reader of `/emulator/requests`; never on the wire."""

    def __str__(self) -> str:
        return f"{self.status} {self.message}"

    def body(self) -> bytes:
        """Write the body; `<`, `>` and `&` are escaped as in recordings."""
        if self.shape == "sse":
            event = self.error_object() | {"event_type": "error"}
            return f"event: error\ndata: {_escaped(event)}\n\n".encode()
        body = self.error_object()
        return _escaped([body] if self.shape == "array" else body).encode()

    def error_object(self) -> JsonObject:
        """Return the `{"error": …}` object in this error's shape."""
        text_code, status = _CODES.get(self.status, ("unknown", "UNKNOWN"))
        if self.shape in {"front_end", "array"}:
            code = self.status if self.code is None else self.code
            return {"error": {"code": code, "message": self.message, "status": status}}
        return {"error": {"message": self.message, "code": self.code or text_code}}


def default_message(status: int) -> str:
    """Return the usual text of a status, for faults that name none."""
    return _MESSAGES.get(status, INVALID_ARGUMENT)


def _escaped(value: object) -> str:
    text = dump_text(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
