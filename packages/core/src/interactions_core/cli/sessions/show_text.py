"""What `interactions sessions show` prints: turns, and what was said in them. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import click

from interactions_core.canonical import JsonObject
from interactions_core.cli.printing.figures import cost_text, tokens_text
from interactions_core.cli.printing.output import (
    columns_of,
    joined,
    shown,
    shown_minute,
    shown_size,
    shown_span,
    wrapped,
)
from interactions_core.cli.printing.table import Style, painted
from interactions_core.cli.sessions.list_text import SOON_S, name_text, target_text
from interactions_core.cli.sessions.turn_json import repeated_before
from interactions_core.counted import counted
from interactions_core.explaining.content import length_of, text_of
from interactions_core.explaining.turn_facts import (
    costs_of_turn,
    has_failed,
    is_ours,
    is_sent_again,
)
from interactions_core.records.conversations import Content, Conversation, Recorded

LONGEST: Final = 4_000
"""Characters of a step that are shown if it is not asked for whole."""

ONLY_LENGTHS: Final = (
    "only lengths and hashes are kept in this store; what was said is in the "
    "framework's messages"
)

_WORDS: Final = {
    "user_input": "user",
    "model_output": "model",
    "function_call": "call",
    "function_result": "result",
    "thought": "thought",
}
_INDENT: Final = 13
_LABEL: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLayout:
    """How turns are written.

    Attributes:
        columns: How wide a line may be.
        local: Whether times are those of this machine.
        long: Whether ids are written, and whole.
        hide_content: Whether lengths are told in place of texts.
        steps: Whether steps are written whole, thoughts and what we added included.
    """

    columns: int
    local: bool = False
    long: bool = False
    hide_content: bool = False
    steps: bool = False


def head_lines(
    told: Conversation,
    shown_turns: int,
    turns: int,
    *,
    now: float,
    path: str,
    columns: int,
) -> Iterator[str]:
    """Say which conversation it is, and which of its turns follow.

    Args:
        told: The conversation.
        shown_turns: How many turns follow.
        turns: How many there are.
        now: Epoch seconds.
        path: What the turns that follow are; "" where all do.
        columns: How wide a line may be.
    """
    name = shown(name_text(told, long=True))
    tenant = shown(told.id.scope.session_id)
    parts = [
        click.style(name, bold=True),
        f"tenant {tenant}" if tenant else "",
        shown(", ".join(map(target_text, told.targets))),
        counted(turns, "turn"),
        cost_text(told.costs.usd, told.costs.unpriced) if told.costs.turns else "",
        _expiry(told, now),
    ]
    yield from joined(parts, columns)
    if path and shown_turns == turns:
        yield f"{path}, all {counted(turns, 'turn')}"
    elif path:
        others = f"others: interactions sessions tree {name}"
        line = f"{path}, {shown_turns:,} of {counted(turns, 'turn')}; {others}"
        yield from wrapped(line, columns)


def turn_lines(
    turn: Recorded,
    number: int,
    content: Content | None,
    layout: ShowLayout,
    *,
    base: Recorded | None = None,
    changed: str = "",
) -> Iterator[str]:
    """Write a turn: how it was sent, and what was said in it.

    Args:
        turn: The turn.
        number: Its number in the conversation, counted from 1.
        content: What was said; `None` where that is not kept.
        layout: How to write it.
        base: The turn whose context it goes on from; `None` where it is not kept.
        changed: What changed of all that stands before the list; "" for nothing.
    """
    yield _turn_head(turn, number, layout)
    if layout.long:
        yield f"{'':{_LABEL}}{'id':<8}{shown(turn.record.key)}"
    if turn.job is not None:
        job = f"{turn.job.key}, {turn.job.status}"
        yield f"{'':{_LABEL}}{'job':<8}{shown(job)}"
    label, room = f"{'':{_LABEL}}{'setup':<8}", max(20, layout.columns - _INDENT)
    for line in wrapped(shown(changed), room) if changed else ():
        yield f"{label}{painted(line, 'dim')}"
        label = " " * _INDENT
    if content is None:
        return
    if repeated := repeated_before(content, turn, base):
        note = f"({counted(repeated, 'earlier step')} sent again before these)"
        yield f"{'':{_LABEL}}{'again':<8}{painted(note, 'dim')}"
    for step in (*content.sent, *content.held):
        added = is_ours(content, step)
        is_hidden = added or step.get("type") == "thought"
        if layout.steps or not is_hidden:
            yield from step_lines(step, turn, layout, is_added=added)


def step_lines(
    step: JsonObject, turn: Recorded, layout: ShowLayout, *, is_added: bool = False
) -> Iterator[str]:
    """Write a step: who says it, and what."""
    kind = str(step.get("type"))
    word = _WORDS.get(kind, "step")
    label = f"{'':{_LABEL}}{word:<8}"
    text = _length_text(step, layout) or _text(step)
    note = ""
    if len(text) > LONGEST and not layout.steps:
        note = (
            f"first {LONGEST:,} of {len(text):,} characters; "
            f"all of it: interactions sessions show {shown(turn.record.key)} --steps"
        )
        text = text[:LONGEST]
    if is_added:
        text = f"(added by us) {text}"
    room = max(20, layout.columns - _INDENT)
    for line in text.splitlines() or [""]:
        for piece in wrapped(shown(line.rstrip()), room):
            yield f"{label}{piece}".rstrip()
            label = " " * _INDENT
    if note:
        yield from (
            " " * _INDENT + painted(each, "dim") for each in wrapped(note, room)
        )


def is_redacted(contents: Mapping[str, Content]) -> bool:
    """Tell whether a store has kept lengths in place of what was said."""
    return any(step.get("redact") for each in contents.values() for step in each.held)


def _turn_head(turn: Recorded, number: int, layout: ShowLayout) -> str:
    at = f"{shown_minute(turn.record.created_at, local=layout.local):>12}"
    reason, style = _reason(turn)
    used = columns_of(f"{number:>3}  {at}  {reason}")
    amounts = _amounts(turn, layout.columns - used - 2)
    space = " " * (layout.columns - used - columns_of(amounts))
    head = f"{number:>3}  {painted(at, 'dim')}  {painted(reason, style)}"
    return f"{head}{space}{amounts}".rstrip()


def _reason(turn: Recorded) -> tuple[str, Style]:
    reason = turn.record.reason
    text = str(reason)
    style: Style = "dim" if reason == "continue" else ""
    if is_sent_again(turn):
        style = "yellow"
    attempts = costs_of_turn(turn).attempts
    if attempts > 1:
        text += f" x{attempts}"
    if has_failed(turn):
        text, style = f"{text}, {shown(turn.record.status)}", "red"
    return text, style


def _amounts(turn: Recorded, room: int) -> str:
    """Write what a turn took, as much of it as there is room for."""
    if not turn.entries:
        return "paid for elsewhere"
    costs = costs_of_turn(turn)
    sent = f"{shown_size(costs.bytes_sent)} of {shown_size(costs.replay_bytes)}"
    tokens = f"{tokens_text(costs.usage.total_tokens)} tokens"
    cost = cost_text(costs.usd, costs.unpriced)
    lines = ("  ".join(each) for each in ((sent, tokens, cost), (sent, cost), (cost,)))
    return next((line for line in lines if columns_of(line) <= room), "")


def _expiry(told: Conversation, now: float) -> str:
    if told.expires_at is None:
        return ""
    left = told.expires_at - now
    if left <= 0:
        return painted("expired", "yellow")
    text = f"expires in {shown_span(left)}"
    return painted(text, "yellow") if left < SOON_S else text


def _length_text(step: JsonObject, layout: ShowLayout) -> str:
    """Tell how long a step is that is not to be shown, or is not kept."""
    if step.get("redact"):
        return f"not kept, {counted(length_of(step), 'character')}"
    if layout.hide_content:
        return f"hidden, {counted(len(_text(step)), 'character')}"
    return ""


def _text(step: JsonObject) -> str:
    kind = step.get("type")
    if kind == "function_call":
        return f"{step.get('name')}({_arguments(step)})"
    if kind in _WORDS and kind != "thought":
        return text_of(step)
    rest = {key: value for key, value in step.items() if key != "type"}
    said = json.dumps(rest, ensure_ascii=False, default=dict)
    return said if kind == "thought" else f"{kind} {said}"


def _arguments(step: JsonObject) -> str:
    arguments = step.get("arguments")
    if not isinstance(arguments, Mapping):
        return _plain(arguments)
    values: Sequence[object] = [*arguments.values()]
    if len(values) == 1:
        return _plain(values[0])
    return ", ".join(f"{key}={_plain(value)}" for key, value in arguments.items())


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=dict)
