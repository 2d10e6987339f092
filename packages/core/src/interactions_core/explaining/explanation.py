"""What is told of a request: values only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from interactions_core.explaining.setups import SetupChange
from interactions_core.records.conversations import ConversationId, Link
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Reason,
    Scope,
)
from interactions_core.records.labels import Label
from interactions_core.requests.settings import WITHOUT

Because = Literal[
    "new_conversation",
    "another_account",
    "no_prefix_fits",
    "not_kept",
    "not_recorded",
    "expired",
    "gone",
    "rerooted",
    "not_implemented",
    "foreign",
    "stateless",
    "explicit",
    "separate",
    "forked",
    "sibling",
    "continues",
    "system_changed",
    "tools_changed",
]
"""What stood behind the reason.

`new_conversation`: nothing of the list is in an earlier one. `another_account`: the
conversation was begun under another account. `no_prefix_fits`: no earlier answer fits
the list. `not_kept`: the answer before it is one that the server does not keep.
`not_recorded`: a release that writes no outlines has recorded it. `expired`: the time
was over for which the server keeps interactions. `gone`: the server no longer had the
parent. `rerooted`: the server put the answer on another chain. `not_implemented`: it
could not continue the parent. `foreign`, `stateless`, `explicit`, `separate`: as
`Reason`. `forked`: an answer that had a continuation was continued. `sibling`: the same
list again. `continues`: the newest answer was continued. `system_changed`,
`tools_changed`: it was, with another system instruction, or other tools.
"""

ChangeKind = Literal[
    "edited",
    "reply_changed",
    "result_changed",
    "number_changed",
    "media_changed",
    "trimmed",
    "summarised",
    "inserted",
    "replaced",
]
"""How a list differs from an earlier one, where it first does.

`edited`: what the user said. `reply_changed`: what the model had said or called.
`result_changed`: the result of a function. `number_changed`: a call or a result, in
nothing but numbers. `media_changed`: the bytes of a picture, a sound, a video or a
document. `trimmed`: steps are gone. `summarised`: fewer steps stand in their place.
`inserted`: steps were put in. `replaced`: anything else.
"""


@dataclass(frozen=True, slots=True)
class Side:
    """What a step was, in one of two lists.

    Attributes:
        kind: Its type on the wire.
        size: Its size as JSON, in bytes.
        mark: Its mark in this store, hexadecimal.
        text: What it says; `None` where the store has no content of it.
    """

    kind: str
    size: int
    mark: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a list first differs from an earlier one, and how.

    Attributes:
        step: The first step of the list that differs, counted from 1.
        of: How many steps the list has.
        role: Whose step it is: `user`, `model` or `tool`.
        change: How it differs.
        gone: How many steps of the earlier list are not there.
        added: How many are there in their place.
        compared_with: The earlier record.
        then: The step of the earlier list; `None` where there was none.
        now: The step of this list.
    """

    step: int
    of: int
    role: str
    change: ChangeKind
    gone: int
    added: int
    compared_with: str
    then: Side | None
    now: Side


@dataclass(frozen=True, slots=True)
class Amount:
    """Steps of an input, and their size as JSON in bytes."""

    steps: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a request was sent as it was.

    Attributes:
        scope: Whose conversation it is.
        conversation: Which it is.
        label: Who asks there, where it has no thread and somebody says it.
        record: What is recorded of it.
        entry: What it took; `None` for one that nobody paid for here.
        turn: Its number in the conversation, counted from 1, as every command numbers
            turns: by when they were recorded; 0 for one that is not in there any more.
        turns: How many the conversation has.
        why: The reason, as recorded.
        because: What stood behind it.
        nearest: The earlier record that the list was compared with; "" for none.
        nearest_turn: Its number in the conversation; 0 where it has none.
        difference: Where the two differ; `None` where no step does.
        listed: How many steps the list has that the caller made the request of; `None`
            where no outline says it. What was sent in full has more where thoughts and
            other steps were kept with answers that no list repeats.
        setup: What stands before the list, beside that of the turn before; `None` where
            there was none.
        sent: What was sent.
        sent_before: How many of the steps that were sent come before those of the
            record, being what its base and those before that hold; `None` for unknown.
        chained: What would have been sent had the newest answer been continued; `None`
            where there was none, or it was.
        chained_usd: About what that would have cost; `None` for unknown, for agents,
            for what is not stored, and for a turn that was sent in part.
        link: How the turn goes on from the one before it.
        same: How many turns first differ at the same step, of `among`.
        among: How many turns were looked through for them: those of the thread, or, of
            a conversation without one, all of the session that have none.
        usd: What the turn cost; `None` for unknown.
        same_usd: What those turns cost together; `None` if that of any is unknown.
        sentence: All of that in a sentence.
        advice: What to do about it; "" where nothing is to be done.
    """

    scope: Scope
    conversation: ConversationId
    label: Label
    record: InteractionRecord
    entry: LedgerEntry | None
    turn: int
    turns: int
    why: Reason
    because: Because
    nearest: str
    nearest_turn: int
    difference: Difference | None
    listed: int | None
    setup: SetupChange | None
    sent: Amount
    sent_before: int | None
    chained: Amount | None
    chained_usd: Decimal | None
    link: Link
    same: int
    among: int
    usd: Decimal | None
    same_usd: Decimal | None
    sentence: str
    advice: str

    @property
    def left_out(self) -> tuple[str, ...]:
        """Settings that were not sent, because the API had refused them as unknown."""
        forms = self.entry.recovered if self.entry is not None else ()
        parts = (form.partition(":") for form in forms)
        return tuple(setting for kind, _, setting in parts if kind == WITHOUT)

    @property
    def prices(self) -> tuple[str, ...]:
        """Which prices its cost was made with."""
        charges = self.entry.charges if self.entry is not None else ()
        return tuple(sorted({each.price.prices for each in charges} - {""}))
