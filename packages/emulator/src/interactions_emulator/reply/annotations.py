"""Annotations of a text: where a source stands behind which words."""

from collections.abc import Iterable

from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.reply.server_tools import ServerToolUse

_REDIRECT = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/"


def annotate(text: str, citations: Iterable[JsonObject]) -> list[JsonObject]:
    """Turn citations of words into annotations of byte ranges.

    A citation may name its words as `text`; without, it covers the whole text. One
    whose words are not (any more) in the text is dropped.
    """
    return [
        annotation
        for citation in citations
        if (annotation := _annotation(text, citation)) is not None
    ]


def citations_of(uses: Iterable[ServerToolUse], text: str) -> tuple[JsonObject, ...]:
    """Return the sources of an answer that the server's tools have fed."""
    return tuple(one for use in uses for one in _sources(use, text))


def _annotation(text: str, citation: JsonObject) -> JsonObject | None:
    words = str(citation.get("text", text))
    at = text.find(words)
    if at < 0 or not words:
        return None
    # The indexes are UTF-8 byte offsets (live notes, Jan 2026).
    start = len(text[:at].encode("utf-8", "replace"))
    end = start + len(words.encode("utf-8", "replace"))
    rest = {key: value for key, value in citation.items() if key != "text"}
    place = {"start_index": start, "end_index": end}
    kind = rest.pop("type", "url_citation")
    return place | rest | {"type": kind}


def _sources(use: ServerToolUse, text: str) -> list[JsonObject]:
    cited = {"text": text}
    if use.tool == "google_search":
        return [
            cited | {"url": f"{_REDIRECT}{number}", "title": "example.com"}
            for number, _ in enumerate(use.arguments.get("queries") or (), 1)
        ]
    if use.tool == "url_context":
        return [
            cited | {"url": url, "title": url} for url in use.arguments.get("urls", ())
        ]
    if use.tool == "google_maps":
        found = [place for one in use.result or () for place in one.get("places", ())]
        return [cited | place | {"type": "place_citation"} for place in found]
    if use.tool == "file_search":
        named = {"file_name": "document.txt", "source": "document.txt"}
        return [cited | named | {"type": "file_citation"}]
    return []
