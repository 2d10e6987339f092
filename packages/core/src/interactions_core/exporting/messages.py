"""What is said in a conversation as messages see it. Values only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interactions_core.canonical import Json, JsonObject
from interactions_core.exporting.blocks import blocks_of, settings_of
from interactions_core.exporting.losses import Loss, loss_at


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the client was to run.

    Attributes:
        id: Its id.
        name: The function, as the API knows it.
        arguments: What it was called with.
        step: Which step of the conversation it is, counted from 1.
    """

    id: str
    name: str
    arguments: Json
    step: int


@dataclass(frozen=True, slots=True)
class UserTurn:
    """What a user, or whoever stands in for one, said."""

    blocks: tuple[JsonObject, ...]
    step: int


@dataclass(frozen=True, slots=True)
class ModelTurn:
    """What a model said: one message, its texts joined, and the calls in it."""

    blocks: tuple[JsonObject, ...]
    calls: tuple[Call, ...]
    step: int


@dataclass(frozen=True, slots=True)
class ResultTurn:
    """The result of a call.

    Attributes:
        call: The call that it answers.
        name: What the list calls the function; "" for nothing.
        value: A text, an object, or blocks.
        is_error: Whether the function failed.
        is_given: Whether somebody gave it; else it says that nobody has.
        step: Which step it is; that of the call where nobody gave one.
    """

    call: Call
    name: str
    value: Json
    is_error: bool
    is_given: bool
    step: int


Turn = UserTurn | ModelTurn | ResultTurn


@dataclass(frozen=True, slots=True)
class Turns:
    """A conversation in messages.

    Attributes:
        turns: Oldest first. Each call is answered before anything else is said, but
            for those of the last message.
        losses: What is not in them.
        pending: The ids of calls that wait for a result.
    """

    turns: tuple[Turn, ...]
    losses: tuple[Loss, ...]
    pending: tuple[str, ...]


def settings_losses(turns: Iterable[Turn]) -> Iterator[Loss]:
    """Name what media say of how the API is to look at them."""
    for turn in turns:
        said = blocks_of(turn.value) if isinstance(turn, ResultTurn) else turn.blocks
        for block in said:
            if settings_of(block):
                told = ", ".join(sorted(settings_of(block)))
                yield loss_at("media_settings", turn.step, told)
