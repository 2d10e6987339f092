"""What a job keeps of the trace in which it was begun: two short strings. Pure.

The words are those of W3C Trace Context, https://www.w3.org/TR/trace-context/. They
hold ids and flags, and what a tracing system says of itself; nothing that was said in a
conversation, and nothing that is sent to the service.
"""

import re
from dataclasses import dataclass
from typing import Final

LONGEST_STATE: Final = 512
"""Characters of a `tracestate` that are kept; the specification asks for no more."""

_PARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_STATE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The span in which a job was begun.

    Attributes:
        traceparent: Version, trace id, span id and flags, as the header of that name.
        tracestate: What tracing systems keep beside it; "" for nothing.
    """

    traceparent: str
    tracestate: str = ""

    @property
    def trace_id(self) -> str:
        """The trace, by which a person finds it: 32 hexadecimal digits."""
        return self.traceparent.split("-")[1]

    @property
    def span_id(self) -> str:
        """The span: 16 hexadecimal digits."""
        return self.traceparent.split("-")[2]

    @property
    def flags(self) -> int:
        """Eight bits; the lowest says that the trace is sampled."""
        return int(self.traceparent.split("-")[3], 16)


def trace_context(traceparent: str, tracestate: str = "") -> TraceContext | None:
    """Return what a job may keep of a context; `None` if it names no span.

    Args:
        traceparent: As the header of that name; a version that is not known names none.
        tracestate: As the header of that name. What is too long, or no plain text, is
            left out as a whole, which the specification allows.
    """
    found = _PARENT.fullmatch(traceparent)
    if found is None or not all(name.strip("0") for name in found.groups()):
        return None
    is_kept = len(tracestate) <= LONGEST_STATE and _STATE.fullmatch(tracestate)
    return TraceContext(traceparent, tracestate if is_kept else "")
