"""Read AutoGen's message lists for the oracle.

Written against AutoGen's messages alone, so that a misreading in the packages cannot
excuse itself here.
"""

import base64
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from autogen_core import Image
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from PIL import Image as Pictures

from tests.oracle.comparison import (
    TEXT_DROPPED,
    Entry,
    Reading,
    answered,
    disagreement,
)
from tests.oracle.contexts import Contexts


def differences(asked: Iterable[Any], emulator: Any, store: Any) -> list[str]:
    """Say where the server's context of a call differs from its list."""
    contexts = Contexts(emulator, store)
    found: list[str] = []
    for call in asked:
        reply = AssistantMessage(content=call.result.content, source="")
        meant = listed([*call.messages, reply])
        context = contexts.of(call.interaction_id)
        said = disagreement(context, meant, TEXT_DROPPED, reading=READING)
        found.extend([f"{call.caller}: {said}"] if said else [])
    return found


def listed(messages: Sequence[LLMMessage]) -> list[Entry]:
    """Read a message list: what the framework means."""
    leading = len(list(takewhile(lambda m: isinstance(m, SystemMessage), messages)))
    return answered(item for message in messages[leading:] for item in _said(message))


def _said(message: LLMMessage) -> Iterator[Entry]:
    match message:
        case SystemMessage(content=content):
            yield ("user", [f"<system>\n{content}\n</system>"])
        case UserMessage():
            yield ("user", _shown(message))
        case AssistantMessage(content=str(content)):
            if content:
                yield ("model", content)
        case AssistantMessage(content=list(calls)):
            for call in calls:
                yield ("call", call.id, call.name, json.loads(call.arguments))
        case FunctionExecutionResultMessage(content=results):
            for result in results:
                yield ("result", result.call_id, result.content, bool(result.is_error))
        case _:
            raise TypeError(message)


def _shown(message: UserMessage) -> list[object]:
    content = message.content
    parts = [content] if isinstance(content, str) else content
    shown = [_pixels(p.image) if isinstance(p, Image) else p for p in parts]
    name = "" if message.source == "user" else f"{message.source}: "
    if name and isinstance(shown[0], str):
        return [name + shown[0], *shown[1:]]
    return [name, *shown] if name else shown


def _block(block: Mapping[str, Any]) -> object:
    if block["type"] == "text":
        return block["text"]
    data = io.BytesIO(base64.b64decode(block["data"]))
    return _pixels(Pictures.open(data))


def _pixels(picture: Pictures.Image) -> Entry:
    return ("picture", picture.size, picture.convert("RGB").tobytes())


READING: Final = Reading(block=_block)
