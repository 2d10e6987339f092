"""Compare what a server holds with the message lists that AutoGen meant.

Written against AutoGen's messages and the wire alone, so that a misreading in the
packages cannot excuse itself here. What the packages call synthetic they must have
recorded, step by step; everything else has to be in the list.
"""

import base64
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from autogen_core import Image
from autogen_core.models import (
    AssistantMessage,
    CreateResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from PIL import Image as Pictures

from interactions_core.records.interactions import InteractionRecord
from interactions_core.stores import SessionStore
from interactions_emulator import Emulator
from tests.autogen.witness import Asked

Said = tuple[Any, ...]
"""One thing that somebody said: role, then what it was."""


def differences(
    asked: Iterable[Asked], emulator: Emulator, store: SessionStore
) -> list[str]:
    """Say where the server's context of a call differs from its list."""
    records = {
        entry.key: store.get(scope, entry.key) for scope, entry in store.ledger()
    }
    sizes = {
        row["interaction"]: len(row["body"]["input"])
        for row in emulator.requests()
        if row["status"] == 200
    }
    found: list[str] = []
    for call in asked:
        assert call.result is not None
        chain = list(_chain(records, call.interaction_id))
        synthetic = _synthetic(chain, [sizes[record.key] for record in chain])
        server = held(emulator.transcript(call.interaction_id), synthetic)
        meant = listed([*call.messages, _reply(call.result)])
        if not _agree(server, meant):
            found.append(f"{call.caller}: {server} for {meant}")
    return found


def listed(messages: Sequence[LLMMessage]) -> list[Said]:
    """Read a message list: what the framework means."""
    leading = len(list(takewhile(lambda m: isinstance(m, SystemMessage), messages)))
    said = [item for message in messages[leading:] for item in _said(message)]
    return list(_answered(said))


def held(
    steps: Iterable[Mapping[str, Any]], synthetic: Iterable[int] = ()
) -> list[Said]:
    """Read the steps of a server's context: what the model really saw."""
    left_out = set(synthetic)
    said: list[Said] = []
    for i, step in enumerate(steps):
        if i in left_out:
            continue
        match step["type"]:
            case "model_output":
                text = "".join(block["text"] for block in step["content"])
                said.append(("model", text))
            case "function_call":
                said.append(("call", step["id"], step["name"], step["arguments"]))
            case "function_result":
                failed = bool(step.get("is_error"))
                said.append(("result", step["call_id"], step["result"], failed))
            case "user_input":
                said.append(("user", [_block(block) for block in step["content"]]))
            case "thought":
                pass
            case kind:
                raise TypeError(kind)
    return said


def _said(message: LLMMessage) -> Iterator[Said]:
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


def _reply(result: CreateResult) -> AssistantMessage:
    return AssistantMessage(content=result.content, source="")


def _answered(said: Sequence[Said]) -> Iterator[Said]:
    """Leave out results that answer no call just before them: no API takes those."""
    open_calls: set[str] = set()
    for item in said:
        if item[0] == "call":
            open_calls.add(item[1])
        elif item[0] == "result":
            if item[1] not in open_calls:
                continue
            open_calls.remove(item[1])
        else:
            open_calls = set()
        yield item


def _agree(server: Sequence[Said], meant: Sequence[Said]) -> bool:
    """Compare; the server keeps the text beside calls, which AutoGen drops."""
    left = list(meant)
    for i, item in enumerate(server):
        before_a_call = (
            bool(left)
            and left[:1] == list(server[i + 1 : i + 2])
            and left[0][0] == "call"
        )
        if left[:1] == [item]:
            del left[0]
        elif item[0] != "model" or not before_a_call:
            return False
    return not left


def _chain(
    records: Mapping[str, InteractionRecord | None], key: str
) -> Iterator[InteractionRecord]:
    """Yield an interaction's ancestors on the server and itself, oldest first."""
    record = records[key]
    assert record is not None
    if record.parent_id:
        yield from _chain(records, record.parent_id)
    yield record


def _synthetic(chain: Sequence[InteractionRecord], sizes: Sequence[int]) -> list[int]:
    """Return which steps of a chain's context were recorded as synthetic."""
    found: list[int] = []
    start = 0
    for record, size in zip(chain, sizes, strict=True):
        offset = start + size - len(record.sent)
        found.extend(offset + i for i in record.synthetic)
        start += size + len(record.held)
    return found


def _block(block: Mapping[str, Any]) -> object:
    if block["type"] == "text":
        return block["text"]
    data = io.BytesIO(base64.b64decode(block["data"]))
    return _pixels(Pictures.open(data))


def _pixels(picture: Pictures.Image) -> Said:
    return ("picture", picture.size, picture.convert("RGB").tobytes())
