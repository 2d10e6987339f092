"""A create as a command of curl, with no key in it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from interactions_core.canonical import Json, JsonObject
from interactions_core.cli.printing.output import json_text, shown
from interactions_core.records.interactions import InteractionRecord, Scope

_LONGEST: Final = 200
"""Characters of inline media that are written out."""

_END: Final = "JSON"
"""Ends what is sent; no line of indented JSON is this word."""

_EXTENSIONS: Final = {"jpeg": "jpg", "svg+xml": "svg", "plain": "txt", "mpeg": "mp3"}


@dataclass(frozen=True, slots=True)
class CutPart:
    """Media that were left out of a body.

    Attributes:
        name: What stands in their place, a file to be read in.
        characters: How long they are in base64.
    """

    name: str
    characters: int


def replay_body(
    record: InteractionRecord, steps: Sequence[JsonObject]
) -> dict[str, Json]:
    """Return the body that asks the same with everything that came before."""
    kind, _, name = record.target.partition(":")
    body: dict[str, Json] = {kind: name, "input": [*steps]}
    if not record.stored:
        body["store"] = False
    return body


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


def curl_lines(scope: Scope, body: Json) -> Iterator[str]:
    """Write a create as lines for a shell, which puts the key of `GEMINI_API_KEY` in."""
    address, secret = _address(scope)
    yield f"curl -X POST {_quoted(address)} \\"
    yield f'  -H "{secret}" \\'
    yield "  -H 'Content-Type: application/json' \\"
    yield f"  --data-binary @- <<'{_END}'"
    yield from json_text(body, indent=2).split("\n")
    yield _END


def _address(scope: Scope) -> tuple[str, str]:
    """Return where a create goes, and the header that lets it in."""
    platform, _, rest = scope.credential.partition("|")
    host, *place = rest.split("|")
    base = f"{_protocol(host)}://{shown(host)}"
    if platform != "vertex":
        return f"{base}/v1beta/interactions", "x-goog-api-key: $GEMINI_API_KEY"
    is_project = len(place) == 2  # noqa: PLR2004  project and location
    if not is_project:
        return f"{base}/v1beta1/interactions", "x-goog-api-key: $GOOGLE_API_KEY"
    project, location = map(shown, place)
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
