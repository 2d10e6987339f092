"""Turn CrewAI's messages into canonical steps.

Pure. Works on the plain mappings that CrewAI passes around, so that it needs no
CrewAI. Its marks for prompt caches say nothing of their own, and its `files` are in
the content by the time a model is called.
"""

import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final, cast
from urllib.parse import urlsplit

from interactions_core.adapter import (
    Json,
    JsonObject,
    MediaKind,
    Part,
    Step,
    function_call,
    function_result,
    joined_parts,
    media_part,
    model_output,
    parsed_arguments,
    text_part,
    user_input,
)
from interactions_core.exceptions import UnsupportedContentError

_MEDIA: Final[Mapping[str, MediaKind]] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
}

_DATA_URL: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+);base64,(.*)", re.DOTALL)


def to_steps(messages: str | Sequence[JsonObject]) -> tuple[str, tuple[Step, ...]]:
    """Convert a prompt or a message list.

    Leading system messages are the instruction, each text once. CrewAI puts its own
    system message in front of a history that has one already, so repeats are dropped
    wherever they stand; a later system message with another text, e.g. the result of
    a planned step, is user input.

    An observation of the text loop stays glued to the assistant's text here; telling
    them apart takes the reply that was recorded.

    Args:
        messages: One prompt, or mappings with `role` and `content`.

    Returns:
        The system instruction, "" for none, and the steps, oldest first. Messages
        without any content have no step.

    Raises:
        UnsupportedContentError: A role or a content block is of an unknown kind.
    """
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    leading = list(takewhile(_is_system, messages))
    texts = dict.fromkeys(text for message in leading if (text := _text(message)))
    steps = (
        step
        for message in messages[len(leading) :]
        if not _is_system(message) or _text(message) not in texts
        for step in _steps(message)
    )
    return "\n\n".join(texts), tuple(steps)


def _is_system(message: JsonObject) -> bool:
    return message.get("role") == "system"


def _steps(message: JsonObject) -> Iterator[Step]:
    if message.get("files"):
        reason = (
            "CrewAI left files of a message out; "
            "pip install 'crewai[file-processing]' has it send them"
        )
        raise UnsupportedContentError(reason)
    match message.get("role"):
        case "system" | "user":
            content = _content(message)
            if content:
                yield user_input(content)
        case "assistant":
            content = _content(message)
            if not isinstance(content, str):
                content = joined_parts(content)
            if content:
                yield model_output(content)
            yield from map(_call, _items(message.get("tool_calls")))
        case "tool":
            name = str(message.get("name") or "")
            yield function_result(_id(message, "tool_call_id"), name, _text(message))
        case role:
            reason = f"a CrewAI message with the role {role!r} has no step"
            raise UnsupportedContentError(reason)


def _call(call: Json) -> Step:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(call, Mapping) or not isinstance(function, Mapping):
        reason = "a tool call without `function` has no step"
        raise UnsupportedContentError(reason)
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        arguments = parsed_arguments(arguments)
    return function_call(_id(call, "id"), _id(function, "name"), arguments)


def _id(message: JsonObject, key: str) -> str:
    if not message.get(key):
        reason = f"a tool message or call without {key!r} has no step"
        raise UnsupportedContentError(reason)
    return str(message[key])


def _content(message: JsonObject) -> str | list[Part]:
    content = message.get("content")
    return content if isinstance(content, str) else list(_parts(message))


def _text(message: JsonObject) -> str:
    parts = _content(message)
    if isinstance(parts, str):
        return parts
    if any(part.wire["type"] != "text" for part in parts):
        reason = f"media in a {message['role']} message have no step"
        raise UnsupportedContentError(reason)
    return "".join(str(part.wire["text"]) for part in parts)


def _parts(message: JsonObject) -> Iterator[Part]:
    content = message.get("content")
    if isinstance(content, str):
        content = [{"text": content}]
    for block in _items(content):
        part = _part(block)
        if part.wire.get("text") != "":
            yield part


def _part(block: Json) -> Part:
    match block:
        case str(text) | {"text": str(text)}:
            return text_part(text)
        case {"inlineData": {"mimeType": str(mime_type), "data": str(data)}}:
            return media_part(_kind(mime_type), mime_type, data=data)
        case {"fileData": {"mimeType": str(mime_type), "fileUri": str(uri)}}:
            return media_part(_kind(mime_type), mime_type, uri=uri)
        case {"image_url": {"url": str(url)}} | {"image_url": str(url)}:
            return _picture(url)
        case _:
            shown = sorted(block) if isinstance(block, Mapping) else type(block)
            reason = f"a CrewAI content block with {shown} has no step"
            raise UnsupportedContentError(reason)


def _picture(url: str) -> Part:
    """Read what CrewAI's image tool puts into messages: an address, or the bytes."""
    inline = _DATA_URL.fullmatch(url)
    if inline is not None:
        return media_part(_kind(inline[1]), inline[1], data=inline[2])
    kind, _ = mimetypes.guess_type(urlsplit(url).path)
    return media_part("image", kind, uri=url)


def _kind(mime_type: str) -> MediaKind:
    return _MEDIA.get(mime_type.partition("/")[0], "document")


def _items(content: Json) -> Sequence[Json]:
    if content is None:
        return ()
    if not isinstance(content, list | tuple):
        reason = f"message content of type {type(content).__name__} has no step"
        raise UnsupportedContentError(reason)
    # A list of JSON holds JSON.
    return cast("Sequence[Json]", content)
