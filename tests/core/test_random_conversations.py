"""Random conversations: whatever a framework asks, the server knows just that.

A model of the server keeps every context as the steps that were sent and answered.
The emulator's own rules judge whether each input would be accepted.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from interactions_core.canonical import JsonObject
from interactions_core.records.interactions import InteractionRecord
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.replies import visible_reply
from interactions_core.transcript.steps import Step
from interactions_emulator.request.turn_rules import check_turns, pending_calls
from tests.core.session import (
    SCOPE,
    Session,
    call,
    model,
    result,
    thought,
    user,
    wires,
)
from tests.oracle.comparison import GLUE, disagreement, wire_entries

Flagged: TypeAlias = list[tuple[JsonObject, bool]]
Said: TypeAlias = tuple[list[Step], list[JsonObject]]
"""A list, and the answer to it with all its steps."""


@dataclass
class World:
    """Conversations that share a session store and a server."""

    dice: Random
    session: Session
    contexts: dict[str, Flagged] = field(default_factory=dict[str, Flagged])
    said: list[Said] = field(default_factory=list[Said])
    numbers: Any = field(default_factory=itertools.count)

    def ask(self, steps: list[Step]) -> None:
        stored = self.dice.random() < 0.8
        held = self.answer()
        asked = self.session.ask(steps, held, store=stored, glued=True)
        record = self.newest(steps)
        before = self.contexts[record.base_key] if record.base_key else []
        sent = asked.input
        if not asked.parent:
            assert [step for step, _ in before] == sent[: len(before)]
            sent = sent[len(before) :]
        flagged = [(step, i in record.synthetic) for i, step in enumerate(sent)]
        context = [*before, *flagged]
        assert disagreement(context, wire_entries(wires(steps)), glued=True) == ""
        self.check_form(asked.parent, asked.input)
        self.contexts[record.key] = [*context, *((step, False) for step in held)]
        self.said.append((steps, held))

    def newest(self, steps: list[Step]) -> InteractionRecord:
        digest = Transcript.of(steps).request_digest
        return self.session.store.find(SCOPE, [digest])[digest][-1]

    def check_form(self, parent: str, sent: list[JsonObject]) -> None:
        """Let the emulator's rules judge the input; they raise what they refuse."""
        if parent:
            assert not self.session.record(parent).gone
        held = self.session.record(parent).held if parent else ()
        pending = pending_calls(dict(step) for step in held)
        check_turns(pending, [dict(step) for step in sent], opens=not parent)

    def answer(self) -> list[JsonObject]:
        number = next(self.numbers)
        text = model(self.dice.choice(["yes", "no", f"answer {number}"])).wire
        calls = [call(f"c{number}").wire, call(f"d{number}", city="Rome").wire]
        signed = thought(f"s{number}")
        return self.dice.choice(
            [
                [text],
                [signed, text],
                [signed, *calls],
                [signed, text, calls[0]],
                [signed, text, signed, text, *calls],
            ]
        )

    def forget(self) -> None:
        """Lose a random interaction, on the server and thus for good."""
        self.session.store.mark_gone(SCOPE, self.dice.choice(list(self.contexts)))


def grown(steps: list[Step], held: list[JsonObject], _dice: Random) -> list[Step]:
    reply = visible_reply(held)
    return [*steps, *reply, *_results(reply), user("next")]


def tool_loop(steps: list[Step], held: list[JsonObject], _dice: Random) -> list[Step]:
    calls = [step for step in visible_reply(held) if step.kind == "function_call"]
    return [*steps, *(calls or visible_reply(held)), *_results(calls)]


def unanswered(steps: list[Step], held: list[JsonObject], dice: Random) -> list[Step]:
    reply = visible_reply(held)
    return [*steps, *reply, *_results(reply)[dice.randrange(2) :], user("never mind")]


def again(steps: list[Step], _held: list[JsonObject], _dice: Random) -> list[Step]:
    return steps


def twice(steps: list[Step], held: list[JsonObject], _dice: Random) -> list[Step]:
    return [*steps, *visible_reply(held)]


def absent(steps: list[Step], _held: list[JsonObject], _dice: Random) -> list[Step]:
    return [*steps, user("feedback")]


def rewritten(steps: list[Step], _held: list[JsonObject], _dice: Random) -> list[Step]:
    return [*steps, model("checked"), user("next")]


def glued(steps: list[Step], held: list[JsonObject], _dice: Random) -> list[Step]:
    [first, *calls] = visible_reply(held)
    if calls or first.kind != "model_output":
        return steps
    text = str(first.wire["content"][0]["text"])
    return [*steps, model(f"{text}{GLUE} seen"), user("go on")]


def cut(steps: list[Step], held: list[JsonObject], dice: Random) -> list[Step]:
    whole = grown(steps, held, dice)
    start = dice.randrange(len(whole))
    end = dice.randrange(start, len(whole))
    return [*whole[:start], *whole[end:]]


def handed_over(steps: list[Step], held: list[JsonObject], dice: Random) -> list[Step]:
    name = f"foreign{dice.randrange(9)}"
    said = [call(name), result(name), user("your turn")]
    return [*grown(steps, held, dice), *said]


def _results(steps: tuple[Step, ...] | list[Step]) -> list[Step]:
    return [
        result(str(step.wire["id"]), f"result of {step.wire['id']}")
        for step in steps
        if step.kind == "function_call"
    ]


MOVES: list[Callable[[list[Step], list[JsonObject], Random], list[Step]]] = [
    grown,
    grown,
    tool_loop,
    tool_loop,
    unanswered,
    again,
    twice,
    absent,
    rewritten,
    glued,
    cut,
    handed_over,
]


@given(st.randoms(use_true_random=False), st.sampled_from(["full", "signatures"]))
@settings(max_examples=60, deadline=None)
def test_server_knows_what_the_list_says_and_nothing_else(
    dice: Random, mirror: str
) -> None:
    session = Session(mirror=mirror)
    world = World(dice, session)
    for _ in range(14):
        if not world.said or dice.random() < 0.1:
            world.ask([user(dice.choice(["hello", "hi"]))])
            continue
        steps, held = dice.choice(world.said)
        world.ask(dice.choice(MOVES)(steps, held, dice))
        if dice.random() < 0.1:
            world.forget()
