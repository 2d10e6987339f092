"""Turns as input items of OpenAI's Responses. Pure."""

from collections.abc import Iterator
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import blocks_of, is_media
from interactions_core.exporting.chat_completions import LONGEST_NAME, spoken
from interactions_core.exporting.converted import (
    Converted,
    Item,
    as_json,
    result_media,
)
from interactions_core.exporting.media import (
    address_of,
    data_url,
    public_address,
)
from interactions_core.exporting.messages import (
    Call,
    ModelTurn,
    ResultTurn,
    Turns,
    UserTurn,
    settings_losses,
)

_PDF: Final = "document.pdf"
_SUFFIXES: Final = {
    "application/pdf": _PDF,
    "text/plain": "document.txt",
    "text/csv": "document.csv",
    "text/html": "document.html",
    "text/markdown": "document.md",
}


def to_responses(turns: Turns) -> Converted:
    """Write turns as `input`, in the form of OpenAI's Responses."""
    done = Converted(losses=[*turns.losses, *settings_losses(turns.turns)])
    for turn in turns.turns:
        match turn:
            case UserTurn():
                said = [_part(block, turn.step, done) for block in turn.blocks]
                done.items.append(_message("user", said))
            case ModelTurn():
                done.items += _answer(turn, done)
            case ResultTurn():
                done.items.append(_result(turn, done))
    return done


def _message(role: str, content: Json) -> Item:
    return {"type": "message", "role": role, "content": content}


def _answer(turn: ModelTurn, done: Converted) -> Iterator[Item]:
    said = spoken(turn, done)
    if said:
        yield _message("assistant", said)
    for call in turn.calls:
        yield _call(call, done)


def _call(call: Call, done: Converted) -> Item:
    return {
        "type": "function_call",
        "call_id": call.id,
        "name": done.name_of(call, LONGEST_NAME),
        "arguments": as_json(call.arguments),
    }


def _result(turn: ResultTurn, done: Converted) -> Item:
    done.check_error(turn)
    output: Json = done.text_of(turn)
    if result_media(turn):
        output = [_part(block, turn.step, done) for block in blocks_of(turn.value)]
    return {"type": "function_call_output", "call_id": turn.call.id, "output": output}


def _part(block: JsonObject, step: int, done: Converted) -> Item:
    kind, url = block.get("type"), data_url(block)
    if not is_media(block):
        return {"type": "input_text", "text": str(block.get("text") or "")}
    if kind == "image" and address_of(block):
        address = address_of(block)
        return {"type": "input_image", "image_url": address, "detail": "auto"}
    name = _SUFFIXES.get(str(block.get("mime_type")))
    if kind == "document" and url and name:
        return {"type": "input_file", "filename": name, "file_data": url}
    if kind == "document" and public_address(block):
        return {"type": "input_file", "file_url": public_address(block)}
    return {"type": "input_text", "text": done.word_for(block, step)}
