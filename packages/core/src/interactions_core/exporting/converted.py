"""What all forms of messages share: a list being written, names that other APIs take.

Pure.
"""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import blocks_of, is_media, text_in
from interactions_core.exporting.losses import Loss, LossKind, loss_at
from interactions_core.exporting.media import (
    described,
)
from interactions_core.exporting.messages import Call, ResultTurn

Item = dict[str, Json]
"""A message, or an item of a list, in the form of another API."""

_FOREIGN: Final = re.compile(r"[^A-Za-z0-9_-]")
_HASH_CHARS: Final = 8


@dataclass(slots=True)
class Converted:
    """A conversation in the form of another API.

    Attributes:
        items: Its messages, oldest first.
        losses: What the form could not carry.
    """

    items: list[Item] = field(default_factory=list[Item])
    losses: list[Loss] = field(default_factory=list[Loss])

    def lose(self, kind: LossKind, step: int, why: str = "") -> None:
        """Name what is lost of a step."""
        self.losses.append(loss_at(kind, step, why))

    def word_for(self, block: JsonObject, step: int, kind: LossKind = "media") -> str:
        """Say a medium in words, and name what is lost of it."""
        said = described(block)
        if not ("sha256" in block and "data" not in block):
            # What has become a reference is named already.
            self.lose(kind, step, said)
        return said

    def name_of(self, call: Call, longest: int) -> str:
        """Return a function's name as another API takes it; a change is named."""
        name = accepted_name(call.name, longest)
        if name != call.name:
            self.lose("name", call.step, f"{call.name!r} is {name!r}")
        return name

    def text_of(self, result: ResultTurn) -> str:
        """Return the text of a result, an object as JSON; media are left out."""
        if isinstance(result.value, str):
            return result.value
        if isinstance(result.value, list | tuple):
            return text_in(blocks_of(result.value))
        self.lose("structured_result", result.step)
        return as_json(result.value)

    def check_error(self, result: ResultTurn) -> None:
        """Name a failure that the form has no field for."""
        if result.is_error and result.is_given:
            self.lose("error_flag", result.step)


def result_media(result: ResultTurn) -> list[JsonObject]:
    """Return the media of a result."""
    return [block for block in blocks_of(result.value) if is_media(block)]


def accepted_name(name: str, longest: int) -> str:
    """Return a name of letters, digits, `_` and `-`; the same one for the same name."""
    plain = _FOREIGN.sub("_", name) or "_"
    if plain == name and len(name) <= longest:
        return name
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]
    return f"{plain[: longest - _HASH_CHARS - 1]}_{mark}"


def as_json(value: Json) -> str:
    """Write arguments or an object as JSON."""
    return json.dumps(value, ensure_ascii=False, default=dict)
