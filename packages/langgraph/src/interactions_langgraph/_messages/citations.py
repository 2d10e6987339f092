"""Citations of the API in LangChain's forms.

Pure. The API counts bytes of UTF-8 where LangChain counts characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from interactions_core.adapter import JsonObject

_CITED: Final = {"url_citation", "file_citation", "place_citation"}
_TITLES: Final = ("title", "file_name", "name")
_ADDRESSES: Final = ("url", "document_uri")

Annotation = dict[str, Any]


def annotations_of(block: JsonObject) -> list[Annotation]:
    """Translate the annotations of a text block into LangChain's standard ones."""
    raw = block.get("annotations")
    found = raw if isinstance(raw, list) else []
    text = str(block.get("text") or "")
    return [_annotation(one, text) for one in found if isinstance(one, Mapping)]


def grounding_of(steps: Sequence[JsonObject]) -> dict[str, Any] | None:
    """Write citations and searches as `grounding_metadata`.

    The form is that of Gemini's older API, which LangChain knows how to read and
    which programs on `ChatGoogleGenerativeAI` look at.

    Returns:
        The metadata, `None` if the answer rests on nothing outside.
    """
    supports: list[dict[str, Any]] = []
    chunks: list[dict[str, Any]] = []
    for offset, block in _texts(steps):
        for one in annotations_of(block):
            if one.get("type") == "citation":
                supports.append(_support(one, offset, len(chunks)))
                web = {"uri": one.get("url"), "title": one.get("title")}
                chunks.append({"web": web})
    queries, suggestions = list(_queries(steps)), list(_suggestions(steps))
    metadata: dict[str, Any] = {}
    if chunks:
        metadata |= {"grounding_chunks": chunks, "grounding_supports": supports}
    if queries:
        metadata["web_search_queries"] = queries
    if suggestions:
        metadata["search_entry_point"] = {"rendered_content": suggestions[-1]}
    return metadata or None


def _annotation(one: JsonObject, text: str) -> Annotation:
    if one.get("type") not in _CITED:
        return {"type": "non_standard_annotation", "value": dict(one)}
    citation: Annotation = {"type": "citation"}
    for name, keys in (("url", _ADDRESSES), ("title", _TITLES)):
        value = next((one[key] for key in keys if one.get(key)), None)
        if value is not None:
            citation[name] = value
    for key in ("start_index", "end_index"):
        position = one.get(key)
        if isinstance(position, int):
            citation[key] = characters(text, position)
    if "start_index" in citation and "end_index" in citation:
        citation["cited_text"] = text[citation["start_index"] : citation["end_index"]]
    told = {"type", "start_index", "end_index", *_TITLES, *_ADDRESSES}
    extras = {key: value for key, value in one.items() if key not in told and value}
    return {**citation, "extras": extras} if extras else citation


def characters(text: str, size: int) -> int:
    """Return how many characters the first bytes of a text's UTF-8 hold."""
    head = text.encode("utf-8", "surrogatepass")[: max(size, 0)]
    return len(head.decode("utf-8", "ignore"))


def _support(citation: Annotation, offset: int, chunk: int) -> dict[str, Any]:
    segment: dict[str, Any] = {
        key: citation[key] + offset
        for key in ("start_index", "end_index")
        if key in citation
    }
    if "cited_text" in citation:
        segment["text"] = citation["cited_text"]
    return {"segment": segment, "grounding_chunk_indices": [chunk]}


def _texts(steps: Sequence[JsonObject]) -> Iterator[tuple[int, JsonObject]]:
    """Yield the text blocks, each with the number of characters before it."""
    offset = 0
    for step in steps:
        if step.get("type") != "model_output":
            continue
        for block in _items(step.get("content")):
            if block.get("type") == "text":
                yield offset, block
                offset += len(str(block.get("text") or ""))


def _queries(steps: Sequence[JsonObject]) -> Iterator[str]:
    for step in steps:
        arguments = step.get("arguments")
        if step.get("type") == "google_search_call" and isinstance(arguments, Mapping):
            queries = arguments.get("queries")
            yield from map(str, queries if isinstance(queries, list) else ())


def _suggestions(steps: Sequence[JsonObject]) -> Iterator[str]:
    for step in steps:
        if step.get("type") == "google_search_result":
            for item in _items(step.get("result")):
                if item.get("search_suggestions"):
                    yield str(item["search_suggestions"])


def _items(value: object) -> list[JsonObject]:
    found = value if isinstance(value, list) else []
    return [item for item in found if isinstance(item, Mapping)]
