"""A create that asks a turn again, as a command of curl, with no key in it. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote, urlsplit

from interactions_core.canonical import Json, JsonObject
from interactions_core.counted import counted
from interactions_core.records.interactions import InteractionRecord, Scope

_END: Final = "JSON"
"""Ends what is sent; no line of indented JSON is this word."""

_UNKNOWN: Final = (
    "The system instruction, tools and settings are not in the store: add them, or the "
    "answer is another one."
)
"""What a body lacks, for whoever is given one."""

_PLAIN: Final = ":[]"
"""What the name of a host may have beside letters and digits."""

_LONGEST: Final = 200
"""Characters of inline media that are written out."""

_EXTENSIONS: Final = {"jpeg": "jpg", "svg+xml": "svg", "plain": "txt", "mpeg": "mp3"}

_UNSEEN: Final = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What does something to a terminal, and halves of characters; JSON escapes the rest."""


@dataclass(frozen=True, slots=True)
class CutPart:
    """Media that were left out of a body.

    Attributes:
        name: What stands in their place, a file to be read in.
        characters: How long they are in base64.
    """

    name: str
    characters: int


def without_media(value: Json, cut: list[CutPart]) -> Json:
    """Put the name of a file in the place of long inline media.

    Args:
        value: JSON.
        cut: What was left out is added to it.
    """
    if isinstance(value, list | tuple):
        return [without_media(each, cut) for each in value]
    if not isinstance(value, Mapping):
        return value
    data = value.get("data")
    written = {key: without_media(each, cut) for key, each in value.items()}
    if isinstance(data, str) and len(data) > _LONGEST:
        part = CutPart(f"@part-{len(cut) + 1}.{_extension(value)}", len(data))
        cut.append(part)
        written["data"] = part.name
    return written


def notes_on(previous: str, cut: Sequence[CutPart]) -> Iterator[str]:
    """Say what a body lacks that asks a turn again.

    Args:
        previous: What it goes on from, of which the store has nothing; "" for nothing.
        cut: What was left out of it.
    """
    yield _UNKNOWN
    if previous:
        yield (
            f"It goes on from {previous}, of which this store has nothing: the server "
            "has to know it still."
        )
    for part in cut:
        what = f"{counted(part.characters, 'character')} of base64"
        yield f"{part.name} stands for {what}; put them in its place."


def replay_body(
    record: InteractionRecord, steps: Sequence[JsonObject], previous: str = ""
) -> dict[str, Json]:
    """Return the body that asks the same with everything that came before.

    Args:
        record: The turn.
        steps: What it was asked with.
        previous: What these go on from at the server; "" for nothing.
    """
    kind, _, name = record.target.partition(":")
    body: dict[str, Json] = {kind: name, "input": [*steps]}
    if previous:
        body["previous_interaction_id"] = previous
    if not record.stored:
        body["store"] = False
    return body


def curl_lines(scope: Scope, body: Json) -> Iterator[str]:
    """Write a create as lines for a shell, which puts the key of `GEMINI_API_KEY` in."""
    address, secret = _address(scope)
    yield f"curl -X POST {_quoted(address)} \\"
    yield f'  -H "{secret}" \\'
    yield "  -H 'Content-Type: application/json' \\"
    yield f"  --data-binary @- <<'{_END}'"
    written = json.dumps(body, ensure_ascii=False, indent=2, default=dict)
    yield from _UNSEEN.sub(_escaped, written).split("\n")
    yield _END


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _address(scope: Scope) -> tuple[str, str]:
    """Return where a create goes, and the header that lets it in."""
    platform, _, rest = scope.credential.partition("|")
    host, *place = (quote(each, safe=_PLAIN) for each in rest.split("|"))
    base = f"{_protocol(host)}://{host}"
    if platform != "vertex":
        return f"{base}/v1beta/interactions", "x-goog-api-key: $GEMINI_API_KEY"
    is_project = len(place) == 2  # noqa: PLR2004  project and location
    if not is_project:
        return f"{base}/v1beta1/interactions", "x-goog-api-key: $GOOGLE_API_KEY"
    project, location = place
    path = f"v1beta1/projects/{project}/locations/{location}/interactions"
    bearer = "Authorization: Bearer $(gcloud auth print-access-token)"
    return f"{base}/{path}", bearer


def _protocol(host: str) -> str:
    """Return how a host is asked; stores keep none, and this machine has no TLS."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        is_here = name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        is_here = False
    return "http" if is_here else "https"


def _quoted(text: str) -> str:
    """Write a text as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _extension(part: JsonObject) -> str:
    kind = str(part.get("mime_type") or "").rpartition("/")[2]
    name = _EXTENSIONS.get(kind, kind)
    return name if name.isalnum() and name.isascii() else "bin"
