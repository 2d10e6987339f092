"""Turns as messages of OpenAI's chat completions. Pure.

A tool message holds text: media of a result stand in a user's message behind all
results of the same answer.
"""

from collections.abc import Iterator
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import is_media, text_in
from interactions_core.exporting.converted import (
    Converted,
    Item,
    as_json,
    result_media,
)
from interactions_core.exporting.media import (
    address_of,
    data_of,
    data_url,
    mime_of,
)
from interactions_core.exporting.messages import (
    Call,
    ModelTurn,
    ResultTurn,
    Turns,
    UserTurn,
    settings_losses,
)

LONGEST_NAME: Final = 64
_SOUNDS: Final = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mp3": "mp3",
    "audio/mpeg": "mp3",
}
_PDF: Final = "application/pdf"


def to_chat_completions(turns: Turns) -> Converted:
    """Write turns as `messages`, in the form of OpenAI's chat completions."""
    done = Converted(losses=[*turns.losses, *settings_losses(turns.turns)])
    moved: list[Json] = []
    for turn in turns.turns:
        if moved and not isinstance(turn, ResultTurn):
            done.items.append({"role": "user", "content": moved})
            moved = []
        match turn:
            case UserTurn():
                done.items.append({"role": "user", "content": _content(turn, done)})
            case ModelTurn():
                done.items.append(_answer(turn, done))
            case ResultTurn():
                done.items.append(_result(turn, done))
                moved += _moved(turn, done)
    if moved:
        done.items.append({"role": "user", "content": moved})
    return done


def _content(turn: UserTurn, done: Converted) -> Json:
    match turn.blocks:
        case [block] if not is_media(block):
            return str(block.get("text") or "")
        case blocks:
            return [_part(block, turn.step, done) for block in blocks]


def _part(block: JsonObject, step: int, done: Converted) -> Item:
    kind, url = block.get("type"), data_url(block)
    if not is_media(block):
        return _text(str(block.get("text") or ""))
    if kind == "image" and address_of(block):
        return {"type": "image_url", "image_url": {"url": address_of(block)}}
    if kind == "audio" and url and mime_of(block) in _SOUNDS:
        sound = {"data": data_of(block), "format": _SOUNDS[mime_of(block)]}
        return {"type": "input_audio", "input_audio": sound}
    if kind == "document" and url and mime_of(block) == _PDF:
        file = {"filename": "document.pdf", "file_data": url}
        return {"type": "file", "file": file}
    return _text(done.word_for(block, step))


def _text(text: str) -> Item:
    return {"type": "text", "text": text}


def _answer(turn: ModelTurn, done: Converted) -> Item:
    said = spoken(turn, done)
    message: Item = {"role": "assistant", "content": said or None}
    if turn.calls:
        message["tool_calls"] = [_call(call, done) for call in turn.calls]
    return message


def spoken(turn: ModelTurn, done: Converted) -> str:
    """Return what a model said as one text, media by their description."""
    return "".join(
        done.word_for(block, turn.step) if is_media(block) else text_in([block])
        for block in turn.blocks
    )


def _call(call: Call, done: Converted) -> Item:
    function = {
        "name": done.name_of(call, LONGEST_NAME),
        "arguments": as_json(call.arguments),
    }
    return {"id": call.id, "type": "function", "function": function}


def _result(turn: ResultTurn, done: Converted) -> Item:
    done.check_error(turn)
    text = done.text_of(turn)
    return {"role": "tool", "tool_call_id": turn.call.id, "content": text}


def _moved(turn: ResultTurn, done: Converted) -> Iterator[Json]:
    """Yield the media of a result, with words before them that say whose they are."""
    media = result_media(turn)
    if media:
        done.lose("moved", turn.step)
        yield _text(f"[media in the result of {turn.call.name} ({turn.call.id}):]")
    for block in media:
        yield _part(block, turn.step, done)
