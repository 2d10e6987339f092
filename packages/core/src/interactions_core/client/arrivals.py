"""How an answer came: what HTTP says of it, before anybody reads what it says."""

import re
from dataclasses import dataclass
from typing import Any, Final, cast

from interactions_core.exceptions import NetworkError
from interactions_core.protocol.answer_bodies import no_interaction

_OK: Final = 200
_REQUEST_IDS: Final = ("x-request-id", "x-goog-request-id", "request-id")
"""Headers by which services, and what lies before them, name a request. API: none was
ever recorded."""

_PLAIN: Final = re.compile(r"[\w.:/+-]{1,80}")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What HTTP says of an answer.

    Attributes:
        status: The status.
        kind: The media type; "" where it does not say.
        request_id: What it calls the request; "" where it does not say.
    """

    status: int = _OK
    kind: str = ""
    request_id: str = ""

    @property
    def is_of_api(self) -> bool:
        """Whether the API answers a create so: what it says may have been cut."""
        # https://ai.google.dev/api/interactions-api: 200, JSON or an event stream.
        kinds = {"", "application/json", "text/event-stream"}
        return self.status == _OK and self.kind in kinds

    @property
    def contradiction(self) -> int | None:
        """The status, where an error contradicts it: in a stream errors are usual."""
        return None if self.kind == "text/event-stream" else self.status

    def no_interaction(self, body: object, what: str = "") -> NetworkError:
        """Make the error for something that came like this and is no interaction."""
        return no_interaction(
            body, what, status=self.status, request_id=self.request_id
        )


OF_API: Final = Arrival()
"""As the API answers."""


def arrival_of(response: object) -> Arrival:
    """Read how a response of the SDK came."""
    found = cast("Any", response)
    status, headers = getattr(found, "status_code", None), getattr(found, "headers", {})
    kind = str(headers.get("content-type") or "").partition(";")[0].strip().lower()
    named = (str(headers.get(name) or "") for name in _REQUEST_IDS)
    return Arrival(
        status if isinstance(status, int) else _OK,
        kind if _PLAIN.fullmatch(kind) else "",
        next((name for name in named if _PLAIN.fullmatch(name)), ""),
    )
