"""Turns as LangChain's messages, in the form that `messages_from_dict` loads. Pure.

`ChatInteractions` reads them as the steps that they were: a list that comes back to the
store that it was exported from continues the conversation there.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import blocks_of, is_media, settings_of
from interactions_core.exporting.converted import (
    Converted,
    Item,
    as_json,
)
from interactions_core.exporting.media import (
    data_of,
)
from interactions_core.exporting.messages import (
    Call,
    ModelTurn,
    ResultTurn,
    Turns,
    UserTurn,
)

_KINDS: Final = {"document": "file"}
_NO_OBJECT: Final = "the arguments are not a JSON object"


def to_langchain(turns: Turns) -> Converted:
    """Write turns as `messages`, in the form of LangChain's `messages_to_dict`."""
    done = Converted(losses=[*turns.losses])
    for turn in turns.turns:
        match turn:
            case UserTurn():
                content = _content(turn.blocks, turn.step, done)
                done.items.append(_message("human", content))
            case ModelTurn():
                done.items.append(_answer(turn, done))
            case ResultTurn() if turn.is_given:
                done.items.append(_result(turn, done))
            case ResultTurn():
                # Who needs a result for every call writes one; the list had none.
                pass
    return done


def _message(kind: str, content: Json, **fields: Json) -> Item:
    return {"type": kind, "data": {"type": kind, "content": content, **fields}}


def _content(blocks: tuple[JsonObject, ...], step: int, done: Converted) -> Json:
    match blocks:
        case []:
            return ""
        case [block] if not is_media(block):
            return str(block.get("text") or "")
        case _:
            return [_block(block, step, done) for block in blocks]


def _block(block: JsonObject, step: int, done: Converted) -> Item:
    if not is_media(block):
        return {"type": "text", "text": str(block.get("text") or "")}
    if not data_of(block) and not block.get("uri"):
        return {"type": "text", "text": done.word_for(block, step)}
    kind = str(block["type"])
    said: Item = {"type": _KINDS.get(kind, kind), **settings_of(block)}
    for key, name in (("mime_type", "mime_type"), ("data", "base64"), ("uri", "url")):
        if block.get(key):
            said[name] = block[key]
    return said


def _answer(turn: ModelTurn, done: Converted) -> Item:
    content = _content(turn.blocks, turn.step, done)
    calls, invalid = [*_calls(turn)], [*_invalid(turn)]
    return _message("ai", content, tool_calls=calls, invalid_tool_calls=invalid)


def _calls(turn: ModelTurn) -> Iterator[Item]:
    for call in turn.calls:
        if isinstance(call.arguments, Mapping):
            yield _called(call, "tool_call", call.arguments)


def _invalid(turn: ModelTurn) -> Iterator[Item]:
    for call in turn.calls:
        if not isinstance(call.arguments, Mapping):
            said = _called(call, "invalid_tool_call", as_json(call.arguments))
            yield {**said, "error": _NO_OBJECT}


def _called(call: Call, kind: str, arguments: Json) -> Item:
    return {"type": kind, "id": call.id, "name": call.name, "args": arguments}


def _result(turn: ResultTurn, done: Converted) -> Item:
    if isinstance(turn.value, list | tuple):
        # A list with one text in it is another result than the text.
        blocks = blocks_of(turn.value)
        content: Json = [_block(block, turn.step, done) for block in blocks]
    else:
        content = done.text_of(turn)
    named: Item = {"name": turn.name} if turn.name else {}
    status = "error" if turn.is_error else "success"
    return _message("tool", content, tool_call_id=turn.call.id, status=status, **named)
