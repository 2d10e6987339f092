"""Turns as messages of Anthropic's API. Pure.

The roles alternate and a user begins; results stand first in the message behind their
calls; no text is empty; arguments are objects; ids come once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import blocks_of, is_media, text_in
from interactions_core.exporting.converted import (
    Converted,
    Item,
    accepted_name,
    result_media,
)
from interactions_core.exporting.media import (
    data_of,
    decoded_text,
    mime_of,
    public_address,
)
from interactions_core.exporting.messages import (
    Call,
    ModelTurn,
    ResultTurn,
    Turn,
    Turns,
    UserTurn,
    settings_losses,
)

_LONGEST_NAME: Final = 128
_LONGEST_ID: Final = 64
_PICTURES: Final = {"image/jpeg", "image/png", "image/gif", "image/webp"}
_PDF: Final = "application/pdf"
_OPENING: Final = "[The conversation begins with the model.]"


def to_anthropic(turns: Turns) -> Converted:
    """Write turns as `messages`, in the form of Anthropic's API."""
    writer = _Writer(Converted(losses=[*turns.losses, *settings_losses(turns.turns)]))
    for turn in turns.turns:
        writer.write(turn)
    return writer.done


@dataclass(slots=True)
class _Writer:
    """Collects messages whose roles alternate."""

    done: Converted
    ids: dict[int, str] = field(default_factory=dict[int, str])
    """What a call is called, by its step."""
    before: Turn | None = None

    def write(self, turn: Turn) -> None:
        match turn:
            case UserTurn():
                content = list(self._said(turn))
                self._add("user", turn, content)
            case ModelTurn():
                content = list(self._said(turn))
                content += [self._call(call) for call in turn.calls]
                self._add("assistant", turn, content)
            case ResultTurn():
                self._add("user", turn, [self._result(turn)])
        self.before = turn

    def _add(self, role: str, turn: Turn, content: list[Json]) -> None:
        if not content:
            return
        items = self.done.items
        if not items and role == "assistant":
            self.done.lose("opening", turn.step)
            items.append({"role": "user", "content": [_text(_OPENING)]})
        if items and items[-1]["role"] == role:
            if isinstance(self.before, type(turn)) and not isinstance(turn, ResultTurn):
                self.done.lose("boundary", turn.step)
            items[-1]["content"] = [*blocks_of(items[-1]["content"]), *content]
            return
        items.append({"role": role, "content": content})

    def _said(self, turn: UserTurn | ModelTurn) -> Iterator[Json]:
        takes_media = isinstance(turn, UserTurn)
        for block in turn.blocks:
            if is_media(block):
                yield self._medium(block, turn.step, takes_media=takes_media)
            elif not (text := text_in([block])).strip():
                self.done.lose("empty_text", turn.step)
            else:
                yield _text(text)

    def _medium(self, block: JsonObject, step: int, *, takes_media: bool) -> Item:
        source = _source(block) if takes_media else None
        if source is None:
            return _text(self.done.word_for(block, step))
        kind = "image" if block.get("type") == "image" else "document"
        return {"type": kind, "source": source}

    def _call(self, call: Call) -> Item:
        arguments = call.arguments
        if not isinstance(arguments, Mapping):
            self.done.lose("arguments", call.step)
            arguments = {"arguments": arguments}
        return {
            "type": "tool_use",
            "id": self._new_id(call),
            "name": self.done.name_of(call, _LONGEST_NAME),
            "input": arguments,
        }

    def _new_id(self, call: Call) -> str:
        plain = accepted_name(call.id, _LONGEST_ID)
        wanted, count = plain, 1
        while wanted in self.ids.values():
            count += 1
            wanted = f"{plain}_{count}"
        if wanted != call.id:
            self.done.lose("call_id", call.step, f"{call.id!r} is {wanted!r}")
        self.ids[call.step] = wanted
        return wanted

    def _result(self, turn: ResultTurn) -> Item:
        content: Json = self.done.text_of(turn)
        if result_media(turn):
            content = [*self._parts(turn)]
        result: Item = {
            "type": "tool_result",
            "tool_use_id": self.ids[turn.call.step],
            "content": content,
        }
        return {**result, "is_error": True} if turn.is_error else result

    def _parts(self, turn: ResultTurn) -> Iterator[Json]:
        for block in blocks_of(turn.value):
            if is_media(block):
                yield self._medium(block, turn.step, takes_media=True)
            elif text_in([block]).strip():
                yield _text(text_in([block]))


def _text(text: str) -> Item:
    return {"type": "text", "text": text}


def _source(block: JsonObject) -> Json:
    """Return the source of a picture or document; `None` for what is not taken."""
    kind, mime_type, data = block.get("type"), mime_of(block), data_of(block)
    takes = _PICTURES if kind == "image" else {_PDF}
    if kind not in {"image", "document"}:
        return None
    if data and mime_type in takes:
        return {"type": "base64", "media_type": mime_type, "data": data}
    if public_address(block) and (kind == "image" or mime_type == _PDF):
        return {"type": "url", "url": public_address(block)}
    text = decoded_text(block) if kind == "document" else None
    if text:
        return {"type": "text", "media_type": "text/plain", "data": text}
    return None
