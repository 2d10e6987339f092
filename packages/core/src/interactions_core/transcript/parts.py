"""Content blocks of steps, and what identifies each of them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.canonical import Json, JsonObject
from interactions_core.transcript.media_hashes import media_hash

MediaKind = Literal["image", "audio", "video", "document"]

MEDIA_KINDS: Final[frozenset[str]] = frozenset({"image", "audio", "video", "document"})


@dataclass(frozen=True, slots=True)
class Part:
    """One content block of a `user_input`, a `model_output` or a result.

    Attributes:
        wire: The block as it is sent.
        identity: What is hashed for it: media go by the hash of their bytes.
    """

    wire: JsonObject
    identity: Json


def text_part(text: str) -> Part:
    """Make a text block; not a character of it is changed."""
    wire = {"type": "text", "text": text}
    return Part(wire, wire)


def media_part(
    kind: MediaKind,
    mime_type: str | None,
    *,
    data: str | None = None,
    uri: str | None = None,
    pixels: Json = None,
) -> Part:
    """Make a media block from base64 `data` or from a `uri`.

    Args:
        kind: The block's type on the wire.
        mime_type: As the framework gave it; `None` if it did not say.
        data: Base64 text.
        uri: A Files API name, a `gs://` or an `https://` address.
        pixels: Replaces the bytes in the hash, for frameworks that encode the same
            picture anew each time: size and SHA-256 of the raw pixels.
    """
    wire: dict[str, Json] = {"type": kind}
    if mime_type:
        wire["mime_type"] = mime_type
    identity: dict[str, Json] = dict(wire)
    if data is not None:
        wire["data"] = data
        identity["sha256"] = media_hash(data)
    if uri is not None:
        wire["uri"] = identity["uri"] = uri
    if pixels is not None:
        identity = {"type": kind, "pixels": pixels}
    return Part(wire, identity)


def part_from_wire(block: JsonObject) -> Part:
    """Read a content block from a recorded interaction.

    Media are told apart by kind, MIME type and content alone: that is what every
    framework's message keeps of them.
    """
    kind = block.get("type")
    if kind == "text":
        return text_part(str(block.get("text") or ""))
    if kind not in MEDIA_KINDS:
        return Part(block, block)
    told = ("type", "mime_type", "uri")
    identity = {key: block[key] for key in told if block.get(key)}
    data = block.get("data")
    if isinstance(data, str):
        identity["sha256"] = media_hash(data)
    return Part(block, identity)


def joined_parts(parts: Iterable[Part]) -> list[Part]:
    """Join adjacent text blocks of one reply and drop the empty ones."""
    joined: list[Part] = []
    for part in parts:
        append_part(joined, part)
    return joined


def append_part(parts: list[Part], part: Part) -> None:
    """Add a block to those of a reply, text to the text before it."""
    if part.wire.get("type") != "text":
        parts.append(part)
        return
    text = str(part.wire["text"])
    if not text:
        return
    if parts and parts[-1].wire.get("type") == "text":
        parts[-1] = text_part(str(parts[-1].wire["text"]) + text)
    else:
        parts.append(part)
