"""Which points the creates of a live profile settle, and what follows from each. Pure.

The emulator has a table of its own of the same names and numbers; a test holds the two
equal.
"""

import re
from collections.abc import Mapping
from typing import Final

POINTS: Final[Mapping[int, tuple[str, ...]]] = {
    2: ("fresh-parent",),
    3: ("tool-keywords", "tool-choice", "thinking-summaries"),
    4: ("results-before-words",),
    5: ("nameless-results",),
    6: ("schema-bounds",),
    7: ("schema-bounds",),
    8: ("schema-keywords", "schema-references"),
    9: ("builtin-beside-functions",),
    10: ("builtin-beside-functions",),
    11: ("format-beside-functions",),
    12: ("results-order", "bypass-signature"),
    13: ("own-steps",),
    14: ("foreign-signatures",),
    15: ("stateless-parent",),
    16: ("sampling",),
    17: ("opens-with-model", "undeclared-functions"),
    18: ("partial-results",),
    19: ("allowed-tools",),
    20: ("search",),
    21: ("chained-after-search",),
    22: ("long-names", "open-parameters"),
    23: ("media-in-results",),
    24: ("background",),
    25: ("labels", "service-tier", "stop-sequences"),
}
"""By the number of the create. An answer settles all points of a create, a refusal the
first one, or another one that it names; where it is the first, and the same without it
was answered, the others are settled, too."""

WORDS: Final[Mapping[str, str]] = {
    "tool-choice": r"tool.?choice",
    "thinking-summaries": r"thinking.?summar",
    "schema-references": r"\$ref|\breferences?\b",
    "bypass-signature": r"signature",
    "undeclared-functions": r"a_tool_of_before|(un|not )declared",
    "open-parameters": r"\b(parameters|properties|required)\b",
    "service-tier": r"service.?tier",
    "stop-sequences": r"stop.?sequence",
}
"""What in a refusal names a point that is not the first one of its create."""

FOREGROUND: Final = "foreground"
"""Stands for asking without the background; no form of a request."""

CHANGES: Final[Mapping[str, str]] = {
    "tool-keywords": "keywords:tools",
    "nameless-results": "named",
    "schema-bounds": "bounds:response_format",
    "schema-keywords": "keywords:response_format",
    "schema-references": "keywords:response_format",
    "results-order": "sorted",
    "sampling": "without:generation_config.temperature",
    "opens-with-model": "opened",
    "long-names": "renamed",
    "labels": "without:labels",
    "background": FOREGROUND,
}
"""The form in which a request is sent where a point is refused, see `forms`."""


def refused_point(number: int, message: str) -> str:
    """Return which point of a create a refusal is about; "" for none that is known."""
    points = POINTS.get(number, ())
    named = (
        point
        for point in points
        if point in WORDS and re.search(WORDS[point], message, re.IGNORECASE)
    )
    return next(named, points[0] if points else "")
