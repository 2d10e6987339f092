"""Media in every form that LangChain's messages have them, as parts of steps.

Pure. Bytes and base64, addresses and `data:` addresses; the forms of LangChain (with
and without `source_type`), of OpenAI's pictures, of Google's `media` and parts.
"""

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast
from urllib.parse import unquote_to_bytes, urlsplit

from interactions_core.adapter import JsonObject, MediaKind, Part, is_base64, media_part
from interactions_core.exceptions import UnsupportedContentError
from interactions_langgraph._messages.media_settings import media_settings

Block = Mapping[str, Any]
Source = tuple[Any, Any, Any]

_KINDS: Final[Mapping[str, MediaKind]] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
}
_TOLD_BY_TYPE: Final = frozenset({*_KINDS, "file", "document", "text-plain"})
MEDIA: Final = _TOLD_BY_TYPE | {"image_url", "media", "file_data", "input_audio"}
"""The types of blocks that hold media."""

_DATA: Final = frozenset({"base64", "data", "image_url", "inline_data", "input_audio"})
_MARKS: Final = (
    (0, b"\x89PNG", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF", "application/pdf"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftyp", "video/mp4"),
)
_VIDEO_HOSTS: Final = ("youtube.com", "youtu.be")
# What the machine's own tables say would be another digest on another machine.
_types: Final = mimetypes.MimeTypes()


def media_of(block: Block) -> Part | None:
    """Read a block of media.

    Returns:
        The part; `None` if the block is in none of the forms that are read here.

    Raises:
        UnsupportedContentError: There is neither data nor an address in it, or what
            nobody could read.
    """
    source = _source(block)
    if source is None:
        return None
    mime_type, data, uri = _opened(*source)
    kind = str(block.get("type"))
    if not data and not uri:
        msg = f"a block of type {kind!r} has neither data nor an address"
        raise UnsupportedContentError(msg)
    if data:
        data, uri = _checked_data(kind, data), None
        mime_type = mime_type or _sniffed(data)
    else:
        data, uri = None, _checked_address(kind, uri)
    told = _kind(kind, str(mime_type or ""), uri)
    part = media_part(told, mime_type, data=data, uri=uri)
    settings = media_settings(told, block)
    if not settings:
        return part
    identity = {**cast("JsonObject", part.identity), **settings}
    return replace(part, wire={**part.wire, **settings}, identity=identity)


def without_data(block: Block) -> dict[str, Any]:
    """Return a block without the data in it, to name it by."""
    return {key: value for key, value in block.items() if key not in _DATA}


def _source(block: Block) -> Source | None:
    """Return MIME type, data and address of a block, each `None` if it has none."""
    match block:
        case {"type": "image_url", "image_url": {"url": address} | address}:
            return None, None, address
        case {"type": "media" | "file_data"}:
            return block.get("mime_type"), block.get("data"), block.get("file_uri")
        case {"type": str(kind)} if kind in _TOLD_BY_TYPE and not _is_foreign(block):
            return _standard_source(block)
        case {"inline_data": {"data": data} as inline}:
            return inline.get("mime_type"), data, None
        case {"file_data": {"file_uri": uri} as file}:
            return file.get("mime_type"), None, uri
        case _:
            return None


def _is_foreign(block: Block) -> bool:
    """Tell whether a block has the type of one of ours and the form of another's."""
    return isinstance(block.get("source"), Mapping) or (
        block["type"] == "file" and "file" in block
    )


def _standard_source(block: Block) -> Source:
    data = block.get("base64") or block.get("data")
    uri = block.get("url") or block.get("file_id") or block.get("uri")
    if block.get("source_type") == "id":
        uri = block.get("id")
    return block.get("mime_type"), data, uri


def _opened(mime_type: Any, data: Any, uri: Any) -> Source:
    """Take MIME type and base64 out of a `data:` address, and base64 of bytes."""
    if isinstance(data, bytes | bytearray | memoryview):
        return mime_type, base64.b64encode(data).decode(), uri
    for address in (data, uri):
        if isinstance(address, str) and address[:5].lower() == "data:":
            header, _, content = address[5:].partition(",")
            told, *parameters = header.split(";")
            if "base64" not in parameters:
                content = base64.b64encode(unquote_to_bytes(content)).decode()
            return told or mime_type, content, None
    return mime_type, data, uri


def _checked_data(kind: object, data: Any) -> str:
    if isinstance(data, str):
        if any(space in data for space in "\n\r\t "):
            data = "".join(data.split())
        if is_base64(data):
            return data
    msg = f"the data of a block of type {kind!r} is neither bytes nor base64"
    raise UnsupportedContentError(msg)


def _checked_address(kind: object, uri: Any) -> str:
    if isinstance(uri, str):
        scheme = uri.partition("://")[0].lower() if "://" in uri else ""
        if uri.startswith("files/") or (scheme and scheme != "file"):
            return uri
    msg = (
        f"the address {uri!r} in a block of type {kind!r} is none that Gemini could "
        "read; give an https:// or gs:// address, a file of the Files API, or the data"
    )
    raise UnsupportedContentError(msg)


def _kind(kind: str, mime_type: str, uri: str | None) -> MediaKind:
    """Name the API's block type; where the block's does not, its MIME type does."""
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "image_url" and not mime_type:
        return "image"
    told = mime_type or _guessed(uri or "")
    return _KINDS.get(told.partition("/")[0], "document")


def _sniffed(data: str) -> str | None:
    """Tell a MIME type by how the content begins."""
    start = base64.b64decode(data[:16] + "=" * (-len(data[:16]) % 4))
    for offset, mark, mime_type in _MARKS:
        if start.startswith(mark, offset):
            return mime_type
    return None


def _guessed(uri: str) -> str:
    parts = urlsplit(uri)
    host = parts.hostname or ""
    if any(host == one or host.endswith(f".{one}") for one in _VIDEO_HOSTS):
        return "video/*"
    return _types.guess_type(parts.path)[0] or ""
