"""The bad weather: what may go wrong with the second turn of a conversation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.weather.proxy import (
    Garble,
    doubled,
    halved,
    misspelt,
    replaced,
    rewritten,
)

Json = dict[str, Any]

GET_FAULTS: Final = 3
"""How many reads fail where reads do."""

HIDDEN_S: Final = 3.0
"""For how long an interaction is unknown that is hidden."""


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        orders: Faults of the emulator.
        reply: What its script says once, in place of the default answer.
        garble: What a proxy does to the answers of the first call.
        is_refused: Whether nobody listens during the first call.
        deletes_parent: Whether the first turn's interaction is deleted before.
        timeout_s: The time limit of a request, where that has to be short.
    """

    orders: Sequence[Json] = ()
    reply: Json | None = None
    garble: Garble | None = None
    is_refused: bool = False
    deletes_parent: bool = False
    timeout_s: float | None = None


def _create(times: int = 1, **do: Any) -> Fault:
    return Fault([{"on": "create", "times": times, "do": do}])


def _stream(**do: Any) -> Fault:
    """Order what the emulator does to streams, and to nothing else."""
    return _create(**do)


def _get(status: int) -> Fault:
    return Fault([{"on": "get", "times": GET_FAULTS, "do": {"status": status}}])


def _reply(**reply: Any) -> Fault:
    return Fault(reply=reply)


def _set(**values: Any) -> Callable[[Json], None]:
    return lambda interaction: interaction.update(values)


def _without(name: str) -> Callable[[Json], None]:
    def drop(interaction: Json) -> None:
        interaction.pop(name, None)

    return drop


_HTML: Final = b"<html><body>Sign in to the network.</body></html>"
_FOREIGN: Final = b'{"id": "chatcmpl-1", "object": "chat.completion", "choices": []}'
_ERROR: Final = b'{"error": {"code": "service_unavailable", "message": "Busy."}}'
_TEXT: Final = {"type": "text", "text": "Well."}
_UNKNOWN_STEP: Final = [
    {"type": "pondering", "depth": 3},
    {"type": "model_output", "content": [_TEXT]},
]
_UNKNOWN_BLOCK: Final = [
    {"type": "model_output", "content": [_TEXT, {"type": "hologram", "data": "eA=="}]}
]
_SIGNATURE: Final = "Corrupted thought signature."

FAULTS: Final[dict[str, Fault]] = {
    "429": _create(status=429),
    "429x9": _create(9, status=429),
    "429RA999": _create(status=429, retry_after=999),
    "500worked": _create(status=500, worked=True),
    "503": _create(status=503),
    "closebefore": _create(close="before"),
    "closeafter": _create(close="after"),
    "closeafterx9": _create(9, close="after"),
    "refused": Fault(is_refused=True),
    "trunc0": _stream(truncate_after_events=0),
    "trunc1": _stream(truncate_after_events=1),
    "trunc2": _stream(truncate_after_events=2),
    "trunc3": _stream(truncate_after_events=3),
    "trunc5": _stream(truncate_after_events=5),
    "trunc3lost": _stream(truncate_after_events=3, lost=True),
    "trunc3array": _stream(truncate_after_events=3, how="array"),
    "garbled2": _stream(malformed_event_after=2),
    "errevent3": _stream(error_event_after=3),
    "stall2": Fault([{"on": "create", "do": {"stall_after_events": 2}}], timeout_s=5.0),
    "slowbytes": _create(slow_bytes_s=0.01),
    "expire": _create(expire=True),
    "rerootx9": _create(9, reroot=True),
    "reroot": _create(reroot=True),
    "deletedparent": Fault(deletes_parent=True),
    "sig400": _create(status=400, message=_SIGNATURE),
    "empty": _reply(text=""),
    "nosteps": _reply(steps=[]),
    "unkstatus": _reply(text="Well.", status="paused"),
    "unkstep": _reply(steps=_UNKNOWN_STEP),
    "unkblock": _reply(steps=_UNKNOWN_BLOCK),
    "failed": _reply(status="failed"),
    "incomplete": _reply(text="Well, it", status="incomplete"),
    "budget": _reply(status="budget_exceeded"),
    "hops": _reply(text="one two three four", hops=2),
    "px_nostatus": Fault(garble=rewritten(_without("status"))),
    "px_statusnull": Fault(garble=rewritten(_set(status=None))),
    "px_noid": Fault(garble=rewritten(_without("id"))),
    "px_html200": Fault(garble=replaced(200, _HTML, **{"content-type": "text/html"})),
    "px_foreign200": Fault(garble=replaced(200, _FOREIGN)),
    "px_error200": Fault(garble=replaced(200, _ERROR)),
    "px_empty200": Fault(garble=replaced(200, b"")),
    "px_truncjson": Fault(garble=halved),
    "px_null200": Fault(garble=replaced(200, b"null")),
    "px_nullsteps": Fault(garble=rewritten(_set(steps=None))),
    "px_dupevents": Fault(garble=doubled),
    "px_badutf8": Fault(garble=misspelt),
    "px_usagejunk": Fault(garble=rewritten(_set(usage={"total_tokens": "many"}))),
    "px_r302": Fault(garble=replaced(302, b"")),
    "px_s204": Fault(garble=replaced(204, b"")),
    "401x9": _create(9, status=401),
    "hide": _create(hide_s=HIDDEN_S),
    "lost": _create(lost=True),
    "get403": _get(403),
    "get500": _get(500),
}
