"""Where a turn was traced, in a form that a job can carry to another process.

Pure. The form is the `traceparent` of W3C's Trace Context, level 1: version, trace,
span and flags. It names spans and nothing else, and is no secret.
"""

import re
from dataclasses import dataclass
from typing import Final

_FORM: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_VERSION: Final = "00"
_SAMPLED: Final = 1


@dataclass(frozen=True, slots=True)
class TraceLink:
    """A span of whichever process.

    Attributes:
        trace_id: The trace, a number of 128 bits.
        span_id: The span, a number of 64 bits.
        is_sampled: Whether it is exported.
    """

    trace_id: int
    span_id: int
    is_sampled: bool = True

    def carrier(self) -> str:
        """Return the link as a `traceparent`."""
        flags = _SAMPLED if self.is_sampled else 0
        return f"{_VERSION}-{self.trace_id:032x}-{self.span_id:016x}-{flags:02x}"


def link_from(carrier: str) -> TraceLink | None:
    """Read a `traceparent`; `None` for one that names no span."""
    found = _FORM.fullmatch(carrier)
    if found is None or carrier.startswith("ff"):
        return None
    trace, span, flags = (int(part, 16) for part in found.groups())
    return TraceLink(trace, span, bool(flags & _SAMPLED)) if trace and span else None
