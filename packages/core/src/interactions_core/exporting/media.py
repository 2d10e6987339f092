"""Media of steps as other APIs take them: as data, by address, or in words. Pure."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import blocks_of, is_media
from interactions_core.exporting.contexts import Context, ContextStep
from interactions_core.exporting.losses import Loss, loss_at
from interactions_core.transcript.media_hashes import media_hash

_PUBLIC: Final = ("https://", "http://")
_CONTENTS: Final = ("content", "result")


def mime_of(block: JsonObject) -> str:
    """Return the MIME type of a medium; "" if nobody said it."""
    return str(block.get("mime_type") or "")


def data_of(block: JsonObject) -> str:
    """Return the base64 text of a medium; "" for one that is elsewhere."""
    return str(block.get("data") or "")


def public_address(block: JsonObject) -> str:
    """Return an address that everybody can read; "" for Google's own, and for data."""
    uri = str(block.get("uri") or "")
    return uri if uri.lower().startswith(_PUBLIC) else ""


def data_url(block: JsonObject) -> str:
    """Return a medium as a `data:` address; "" if data or MIME type are missing."""
    data, mime_type = data_of(block), mime_of(block)
    return f"data:{mime_type};base64,{data}" if data and mime_type else ""


def address_of(block: JsonObject) -> str:
    """Return an address for a medium, with or without the data in it; "" for none."""
    return data_url(block) or public_address(block)


def decoded_text(block: JsonObject) -> str | None:
    """Return what a document of plain text says; `None` for any other medium."""
    if not mime_of(block).startswith("text/") or not data_of(block):
        return None
    try:
        return base64.b64decode(data_of(block)).decode()
    except ValueError:
        return None


def described(block: JsonObject) -> str:
    """Say of a medium what it is, in words that take its place."""
    said = [mime_of(block) or str(block.get("type"))]
    if block.get("uri"):
        said.append(f"at {block['uri']}")
    told = {**reference_to(block), **block}
    if "bytes" in told:
        said.append(f"of {told['bytes']} bytes, SHA-256 {told['sha256']}")
    return f"[{' '.join(said)}]"


def reference_to(block: JsonObject) -> dict[str, Json]:
    """Return what names the bytes of a medium: their number and their hash."""
    data = data_of(block)
    if not data:
        return {}
    return {"sha256": media_hash(data), "bytes": _size(data)}


def by_reference(context: Context) -> Context:
    """Put a reference in the place of the bytes of every medium."""
    steps: list[ContextStep] = []
    losses = [*context.losses]
    for number, step in enumerate(context.steps, 1):
        wire = dict(step.wire)
        for key in _CONTENTS:
            if isinstance(wire.get(key), list | tuple):
                losses += _losses(blocks_of(wire[key]), number)
                wire[key] = [_referred(block) for block in blocks_of(wire[key])]
        steps.append(replace(step, wire=wire))
    return Context(tuple(steps), tuple(losses))


def _referred(block: JsonObject) -> JsonObject:
    if not is_media(block) or not data_of(block):
        return block
    rest = {key: value for key, value in block.items() if key != "data"}
    return {**rest, **reference_to(block)}


def _losses(blocks: Iterable[JsonObject], number: int) -> Iterator[Loss]:
    for block in blocks:
        if is_media(block) and data_of(block):
            yield loss_at("media_data", number, described(block))


def _size(data: str) -> int:
    try:
        return len(base64.b64decode(data))
    except binascii.Error:
        return len(data)
