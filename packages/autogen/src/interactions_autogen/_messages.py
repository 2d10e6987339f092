"""Turn AutoGen's messages into canonical steps.

Pure. Works on messages as plain mappings, as `message.model_dump()` gives them, so
that it needs no AutoGen. What a message means is decided here and nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final, cast

from interactions_core.adapter import (
    Json,
    JsonObject,
    Part,
    Step,
    function_call,
    function_result,
    media_part,
    model_output,
    parsed_arguments,
    text_part,
    user_input,
)
from interactions_core.exceptions import UnsupportedContentError

_USER: Final = "user"
"""The source of a team's task; it needs no name before its words."""


def to_steps(
    messages: Sequence[JsonObject], *, add_name_prefixes: bool = True
) -> tuple[str, tuple[Step, ...]]:
    """Convert a message list.

    Leading system messages are the instruction, joined by a newline. Later ones, which
    AutoGen's memories append after every user message, stay in their place as marked
    user input: the list then only ever grows at its end.

    Args:
        messages: `SystemMessage`, `UserMessage`, `AssistantMessage` and
            `FunctionExecutionResultMessage` as mappings. An image is `{"data": base64}`;
            with `image_pixels_sha256` and `size` it is recognised by its pixels,
            because AutoGen encodes pictures anew.
        add_name_prefixes: Whether `critic: ` goes before what another speaker says;
            the API has no field for it.

    Returns:
        The system instruction, "" for none, and the steps, oldest first. Messages
        without any content have no step.

    Raises:
        UnsupportedContentError: A message or a part is of an unknown kind.
    """
    leading = list(
        takewhile(lambda message: message.get("type") == "SystemMessage", messages)
    )
    instruction = "\n".join(str(message["content"]) for message in leading)
    steps = (
        step
        for message in messages[len(leading) :]
        for step in _steps(message, prefix=add_name_prefixes)
    )
    return instruction, tuple(steps)


def _steps(message: JsonObject, *, prefix: bool) -> Iterator[Step]:
    content = message.get("content")
    match message.get("type"):
        case "SystemMessage":
            yield user_input([text_part(f"<system>\n{content}\n</system>")])
        case "UserMessage":
            source = str(message.get("source") or _USER)
            name = f"{source}: " if prefix and source != _USER else ""
            yield from _user(content, name)
        case "AssistantMessage":
            yield from _assistant(content)
        case "FunctionExecutionResultMessage":
            for result in _mappings(content):
                yield function_result(
                    str(result["call_id"]),
                    str(result.get("name") or ""),
                    str(result["content"]),
                    is_error=bool(result.get("is_error")),
                )
        case kind:
            reason = f"an AutoGen message of type {kind!r} has no step"
            raise UnsupportedContentError(reason)


def _user(content: Json, name: str) -> Iterator[Step]:
    if isinstance(content, str):
        if name + content:
            yield user_input(name + content)
        return
    said = list(_user_parts(content))
    if name:
        said = _prefixed(said, name)
    if said:
        yield user_input(said)


def _assistant(content: Json) -> Iterator[Step]:
    if isinstance(content, str):
        if content:
            yield model_output(content)
        return
    for call in _mappings(content):
        arguments = parsed_arguments(str(call["arguments"]))
        yield function_call(str(call["id"]), str(call["name"]), arguments)


def _user_parts(content: Json) -> Iterator[Part]:
    for part in _items(content):
        if isinstance(part, str):
            if part:
                yield text_part(part)
        elif isinstance(part, Mapping) and isinstance(part.get("data"), str):
            yield _image(part)
        else:
            reason = f"a user message part of type {type(part).__name__} has no step"
            raise UnsupportedContentError(reason)


def _image(image: JsonObject) -> Part:
    pixels = image.get("image_pixels_sha256")
    identity: Json = None if pixels is None else [pixels, image.get("size")]
    return media_part("image", "image/png", data=str(image["data"]), pixels=identity)


def _prefixed(parts: list[Part], name: str) -> list[Part]:
    if parts and parts[0].wire["type"] == "text":
        return [text_part(f"{name}{parts[0].wire['text']}"), *parts[1:]]
    return [text_part(name), *parts]


def _mappings(content: Json) -> Iterable[JsonObject]:
    for item in _items(content):
        if not isinstance(item, Mapping):
            reason = f"a message part of type {type(item).__name__} has no step"
            raise UnsupportedContentError(reason)
        yield item


def _items(content: Json) -> Sequence[Json]:
    if not isinstance(content, list | tuple):
        reason = f"message content of type {type(content).__name__} has no step"
        raise UnsupportedContentError(reason)
    # A list of JSON holds JSON.
    return cast("Sequence[Json]", content)
