"""Reads what a live profile says: what a service refused and took, and of which models.

Such a file is written by whoever asks the service with a key; that is another program,
so the meaning of its numbers is written down here once more.
"""

import json
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from interactions_emulator.base.payloads import JsonObject, is_list, is_object

logger: Final = logging.getLogger("interactions_emulator")

VARIABLE: Final = "INTERACTIONS_PROFILE"
SCHEMA: Final = 1

CALLS: Final[Mapping[int, tuple[str, ...]]] = {
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
"""What each create of a profile asks; a refusal is about the first point, or another
that it names. `otherwise` is what came of the create without its first point."""

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

ASKED: Final[Mapping[str, Mapping[str, str]]] = {"sampling": {"field": "temperature"}}
"""What of a point a profile has asked, where that is not all of it."""

_FORMS: Final = frozenset({400, 501})
"""Other statuses are about the key, the model or the quota, not about the request."""

_BLOCKS: Final = frozenset(
    {
        *("safety", "recitation", "language", "prohibited_content", "spii"),
        *("blocklist", "image_safety", "image_prohibited_content"),
        *("image_recitation", "image_other", "content_blocked"),
    }
)
"""Codes of refusals that are about what was said."""


@dataclass(frozen=True, slots=True)
class Question:
    """A point of one model, at one version of the API of one platform."""

    platform: str
    version: str
    model: str
    point: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a service did."""

    refused: bool
    status: int = 400
    text: str = ""
    """What it said, word for word."""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What profiles agree on."""

    outcomes: Mapping[Question, Outcome] = field(
        default_factory=dict[Question, Outcome]
    )

    def outcomes_of(
        self, platform: str, version: str, model: str
    ) -> dict[str, Outcome]:
        """Return what is found of a model, by point."""
        return {
            asked.point: outcome
            for asked, outcome in self.outcomes.items()
            if (asked.platform, asked.version, asked.model)
            == (platform, version, model.removeprefix("models/"))
        }


def read_profiles(paths: str | Path | None) -> Findings:
    """Read profiles, and say in the log where they contradict each other.

    Args:
        paths: One file, or several with `os.pathsep` in between; `None` for those of
            the environment variable.

    Raises:
        ValueError: A file cannot be read, or is no profile.
    """
    if paths is None:
        try:
            return read_profiles(os.environ.get(VARIABLE, ""))
        except ValueError as exc:
            message = f"{VARIABLE}: {exc}"
            raise ValueError(message) from exc
    given = str(paths)
    said: dict[Question, list[tuple[str, Outcome]]] = {}
    for path in dict.fromkeys(part for part in given.split(os.pathsep) if part):
        whole = _read(path)
        named = f"{path} ({_date(path, whole)})"
        for asked, outcome in _outcomes(path, whole):
            said.setdefault(asked, []).append((named, outcome))
    return Findings(dict(_agreed(said)))


def _agreed(
    said: Mapping[Question, Sequence[tuple[str, Outcome]]],
) -> Iterator[tuple[Question, Outcome]]:
    for asked, answers in said.items():
        if len({outcome.refused for _, outcome in answers}) == 1:
            yield asked, answers[-1][1]
            continue
        logger.warning(
            "%s contradict each other about %s of %s at %s %s: neither is believed there",
            " and ".join(dict.fromkeys(named for named, _ in answers)),
            asked.point,
            asked.model,
            asked.platform,
            asked.version,
            extra={"interactions_event": "profile_doubted"},
        )


def _read(path: str) -> JsonObject:
    try:
        whole = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as exc:
        message = f"{path} cannot be read: {exc.strerror}"
        raise ValueError(message) from exc
    except ValueError as exc:
        raise _foreign(path, f"it is not JSON ({exc})") from exc
    if not is_object(whole) or not is_list(whole.get("calls")):
        raise _foreign(path, "it has no `calls`")
    if whole.get("schema") != SCHEMA:
        why = f"its `schema` is {whole.get('schema')!r}, and {SCHEMA} is what is read"
        raise _foreign(path, why)
    return whole


def _date(path: str, whole: JsonObject) -> str:
    made_at = whole.get("made_at")
    try:
        made = datetime.fromtimestamp(cast("float", made_at), UTC)
        return made.strftime("%Y-%m-%d")
    except (TypeError, ValueError, OverflowError, OSError) as exc:
        raise _foreign(path, f"its `made_at` is {made_at!r}, no time") from exc


def _outcomes(path: str, whole: JsonObject) -> Iterator[tuple[Question, Outcome]]:
    place = _text(path, whole, "platform"), _text(path, whole, "api_version")
    for call in cast("list[object]", whole["calls"]):
        if not is_object(call):
            raise _foreign(path, "one of its `calls` is no object")
        points = CALLS.get(call.get("number") or 0, ())
        if not points:
            continue
        model = _text(path, call, "model").removeprefix("models/")
        outcome = Outcome(refused=False)
        is_refused = call.get("came") == "refused" and call.get("status") in _FORMS
        if is_refused and call.get("code") not in _BLOCKS:
            text = str(call.get("message") or "")
            code = str(call.get("code") or "")
            points = (_refused(points, text),)
            outcome = Outcome(refused=True, status=call["status"], text=text, code=code)
            rest = CALLS[call["number"]][1:]
            if points[0] not in rest and call.get("otherwise") == "answered":
                for point in rest:
                    yield Question(*place, model, point), Outcome(refused=False)
        elif call.get("came") != "answered":
            continue
        for point in points:
            yield Question(*place, model, point), outcome


def _refused(points: Sequence[str], text: str) -> str:
    for point in points:
        if point in WORDS and re.search(WORDS[point], text, re.IGNORECASE):
            return point
    return points[0]


def _text(path: str, of: JsonObject, key: str) -> str:
    value = of.get(key)
    if not isinstance(value, str) or not value:
        raise _foreign(path, f"`{key}` is {value!r}, no text")
    return value


def _foreign(path: str, why: str) -> ValueError:
    return ValueError(f"{path} is no profile of the service: {why}")
