"""What becomes of an error: the tables of decisions; contract tells the stories."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from interactions_core.exceptions import (
    InteractionsError,
    RequestError,
    ServiceError,
)
from interactions_core.mapping.planning import Plan
from interactions_core.protocol.refusals import network_error, refusal
from interactions_core.protocol.retries import is_lost
from interactions_core.records.turn import Turn
from interactions_core.transcript.digest import Transcript
from interactions_core.turns.context import ClientPolicy, TurnContext
from interactions_core.turns.effects import Flow, Sleep, StoreCall
from interactions_core.turns.lookup import find_plan
from interactions_core.turns.receiving.rerooting import RerootedError, root_check
from interactions_core.turns.sending.send import (
    is_fresh,
    plan_recovery,
    with_retries,
)
from tests.core.session import DAY_S, NOW, Session, call, model, result, user, wires

Q, A, Q2 = user("q"), model("a"), user("q2")
GROWN = [Q, A, Q2]
CALLS = [Q, call("c1"), result("c1")]
ROOT = "v1_ChdMTGpEYW9LRUt0LTkzOUlQajR6SnFBbxIXTExqRGFvS0VLdC05MzlJUGo0ekpxQW8"
ELSEWHERE = "v1_CgFhEgFi"

GONE = refusal(404, {"message": "Requested entity was not found."})
NO_MODEL = refusal(404, {"message": "Model 'x' not found."})
BAD_FORM = refusal(400, {"message": "Corrupted thought signature."})
NO_INPUT = refusal(400, {"message": "Empty input"})
BAD_OPTION = refusal(400, {"message": "Unknown parameter 'x'."})
BUSY = refusal(503, {"message": "The service is currently unavailable."})
BROKEN = refusal(500, {})
TOO_MANY = refusal(429, {})
NOT_BUILT = refusal(501, {"message": "Not implemented."})
UNSENT = network_error("refused", sent=False)
UNANSWERED = network_error("reset", sent=True)
REROOTED = RerootedError("elsewhere")


def context(session: Session, turn: Turn, **policy: Any) -> TurnContext:
    behave = {"max_retries": 2, "retention_s": 55 * DAY_S, "jitter": lambda: 1.0}
    chosen = ClientPolicy(clock=lambda: session.now, **behave | policy)
    return TurnContext(turn, session.records, chosen)


def turn_of(steps: Any, **more: Any) -> Turn:
    return Turn(transcript=Transcript.of(steps), target=("model", "m"), **more)


def drive(flow: Flow[Any], slept: list[float]) -> Any:
    """Do what a flow asks for, without a network."""
    answer: Any = None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as done:
            return done.value
        match effect:
            case StoreCall(run):
                answer = run()
            case Sleep(seconds):
                slept.append(seconds)
                answer = None
            case _:
                raise TypeError(effect)


def failing(errors: list[RequestError]) -> Callable[[], Flow[str]]:
    """Return an attempt that fails so often, and is answered then."""
    left = iter(errors)

    def attempt() -> Flow[str]:
        error = next(left, None)
        if error is not None:
            raise error
        return "answer"
        yield

    return attempt


RUN = {"background": True}
WAITS = [0.5, 1.0, 2.0, 4.0, 2.5]
"""For an id that is too new: ten seconds, whatever `max_retries` says."""


@pytest.mark.parametrize(
    ("errors", "turn", "slept"),
    [
        pytest.param([], {}, [], id="nothing"),
        pytest.param([BUSY, BUSY], {}, [0.5, 1.0], id="503"),
        pytest.param([BROKEN], {}, [0.5], id="500"),
        pytest.param([UNANSWERED, UNSENT], {}, [0.5, 1.0], id="no answer"),
        pytest.param([refusal(429, {}, retry_after="9")], {}, [9.0], id="asked to"),
        pytest.param([GONE], {"fresh": True}, [0.5], id="too new"),
        pytest.param([GONE] * 5, {"fresh": True}, WAITS, id="too new for long"),
        pytest.param(
            [GONE, BUSY, BUSY], {"fresh": True}, [0.5, 0.5, 1.0], id="new and busy"
        ),
        pytest.param([BUSY], RUN, [0.5], id="a run that was refused"),
        pytest.param([UNSENT], RUN, [0.5], id="a run that was not sent"),
        pytest.param([BROKEN], RUN | {"resubmits": True}, [0.5], id="a run anew"),
        pytest.param([UNANSWERED], RUN | {"resubmits": True}, [0.5], id="lost anew"),
    ],
)
def test_create_is_sent_again(errors: Any, turn: Any, slept: list[float]) -> None:
    waited: list[float] = []
    fresh, run = attempted(**turn)

    assert drive(with_retries(run, failing(errors), fresh=fresh), waited) == "answer"
    assert waited == slept
    assert run.tally.attempts == len(errors) + 1
    assert run.tally.maybe_billed == billed(errors, run)
    assert run.tally.fresh_waits == errors.count(GONE)


@pytest.mark.parametrize(
    ("errors", "turn"),
    [
        pytest.param([BAD_OPTION], {}, id="400"),
        pytest.param([NOT_BUILT], {}, id="501"),
        pytest.param([GONE], {}, id="not new"),
        pytest.param([NO_MODEL], {"fresh": True}, id="new, and no model"),
        pytest.param([GONE] * 6, {"fresh": True}, id="never there"),
        pytest.param([BUSY] * 3, {}, id="patience ends"),
        pytest.param([BUSY], {"max_retries": 0}, id="no patience"),
        pytest.param([GONE, BUSY, BUSY, BUSY], {"fresh": True}, id="new and busy"),
        pytest.param([UNANSWERED], RUN, id="a run that is lost"),
        pytest.param([BROKEN], RUN, id="a run that may have begun"),
        pytest.param([UNANSWERED] * 3, {}, id="never answered"),
    ],
)
def test_create_is_given_up(errors: Any, turn: Any) -> None:
    fresh, run = attempted(**turn)

    with pytest.raises(RequestError) as given_up:
        drive(with_retries(run, failing([*errors, TOO_MANY]), fresh=fresh), [])

    assert given_up.value is errors[-1]
    assert run.tally.attempts == len(errors)
    assert run.tally.maybe_billed == billed(errors, run)


def billed(errors: list[RequestError], run: TurnContext) -> int:
    """Count what may be billed; behind an error a run may go on."""
    broken = errors.count(BROKEN) if run.turn.background else 0
    return errors.count(UNANSWERED) + broken


def attempted(
    *, fresh: bool = False, background: bool = False, **policy: Any
) -> tuple[bool, TurnContext]:
    turn = turn_of([Q], background=background)
    return fresh, context(Session(), turn, **policy)


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (BROKEN, True),
        (refusal(502, {}), True),
        (refusal(504, {}), True),
        (UNANSWERED, True),
        (UNSENT, False),
        (refusal(409, {}), False),
        (BUSY, False),
        (NOT_BUILT, False),
        (TOO_MANY, False),
        (BAD_OPTION, False),
    ],
    ids=str,
)
def test_run_may_have_begun_behind_an_error(error: RequestError, *, lost: bool) -> None:
    assert is_lost(error) is lost


@pytest.mark.parametrize(
    ("age_s", "fresh"), [(0.0, True), (59.9, True), (60.0, False), (DAY_S, False)]
)
def test_parent_is_too_new_for_a_minute(age_s: float, *, fresh: bool) -> None:
    plan = planned("chained").plan
    assert plan.parent is not None

    assert is_fresh(plan, plan.parent.created_at + age_s) is fresh
    assert not is_fresh(replace(plan, parent=None), plan.parent.created_at)


def on(parent: str) -> Plan:
    return Plan(reason="continue", steps=(), previous_interaction_id=parent)


@pytest.mark.parametrize(
    ("parent", "answer"),
    [
        pytest.param("", ELSEWHERE, id="a root"),
        pytest.param(ROOT, ROOT, id="the same chain"),
        pytest.param(ROOT, "i2", id="an id that says nothing"),
    ],
)
def test_answer_of_the_same_chain_passes(parent: str, answer: str) -> None:
    root_check(on(parent))(answer)


def test_answer_of_another_chain_is_noticed() -> None:
    with pytest.raises(RerootedError, match="is not on the chain") as noticed:
        root_check(on(ROOT))(ELSEWHERE)

    assert noticed.value.interaction_id == ELSEWHERE


class Planned:
    """A turn that is planned, and what becomes of its plan."""

    def __init__(self, steps: Any, **turn: Any) -> None:
        self.session = Session()
        self.session.ask([Q], {"id": "i1", "status": "completed", "steps": [A.wire]})
        self.session.now = NOW + 3600.0
        asked = turn_of(steps, **turn)
        self.run = context(self.session, asked)
        found = drive(find_plan(asked, self.run.records, self.session.now), [])
        self.plan: Plan = found[0]
        self.evidence = found[1]

    def recover(self, error: InteractionsError) -> Plan:
        flow = plan_recovery(self.run, error, self.plan, self.evidence)
        self.plan, self.evidence = drive(flow, [])
        return self.plan


def planned(kind: str) -> Planned:
    """Plan a list that is of its own, chained on an answer, or named its parent."""
    if kind == "explicit":
        return Planned([Q2], previous_interaction_id="i1")
    return Planned({"root": [Q2], "chained": GROWN, "calls": CALLS}[kind])


@pytest.mark.parametrize(
    ("kind", "errors", "causes"),
    [
        pytest.param("chained", [GONE], ["expired"], id="lost"),
        pytest.param("chained", [REROOTED], ["rerooted"], id="rooted anew"),
        pytest.param("chained", [NOT_BUILT], ["not_implemented"], id="not built"),
        pytest.param("calls", [BAD_FORM], ["plain"], id="a form"),
        pytest.param("calls", [NO_INPUT], ["plain"], id="no input"),
    ],
)
def test_error_is_worked_around_by_one_replay(
    kind: str, errors: list[InteractionsError], causes: list[str]
) -> None:
    asked = planned(kind)
    first = asked.plan

    for error in errors:
        asked.recover(error)

    assert asked.run.tally.recovered == causes
    assert asked.plan.previous_interaction_id == ""
    told = ["[called weather with {}]", "[result of weather: sunny]"]
    whole = [Q, *map(user, told)] if kind == "calls" else GROWN
    assert [*asked.plan.steps] == wires(whole)
    lost = first.previous_interaction_id if GONE in errors else ""
    assert asked.run.tally.lost == lost


@pytest.mark.parametrize(
    ("kind", "errors"),
    [
        pytest.param("root", [GONE], id="a root that is not found"),
        pytest.param("explicit", [GONE], id="a named parent that is lost"),
        pytest.param("chained", [NO_MODEL], id="no model"),
        pytest.param("root", [REROOTED], id="a root of another chain"),
        pytest.param("explicit", [REROOTED], id="a named parent's other chain"),
        pytest.param("root", [NOT_BUILT], id="a root that is not built"),
        pytest.param("explicit", [NOT_BUILT], id="a named parent that is not built"),
        pytest.param("chained", [GONE, GONE], id="lost twice"),
        pytest.param("chained", [REROOTED, REROOTED], id="rooted anew twice"),
        pytest.param("chained", [NOT_BUILT, NOT_BUILT], id="not built twice"),
        pytest.param("chained", [BUSY], id="busy"),
        pytest.param("chained", [BROKEN], id="broken"),
        pytest.param("chained", [TOO_MANY], id="too many"),
        pytest.param("chained", [UNANSWERED], id="no answer"),
        pytest.param("root", [BAD_OPTION], id="an option"),
        pytest.param("root", [BAD_FORM], id="words already"),
        pytest.param("chained", [GONE, BAD_FORM], id="lost, and words already"),
        pytest.param("calls", [BAD_FORM, BAD_FORM], id="the plainest form"),
        pytest.param("explicit", [BAD_FORM], id="a named parent's form"),
    ],
)
def test_error_is_the_users(kind: str, errors: list[InteractionsError]) -> None:
    """API and ours: matching.md, section 8; nothing is worked around twice."""
    *passed, last = errors
    asked = planned(kind)
    for error in passed:
        asked.recover(error)

    with pytest.raises(type(last)) as raised:
        asked.recover(last)

    assert raised.value is last


def test_replay_keeps_what_is_known_of_the_form() -> None:
    asked = planned("chained")
    asked.plan = replace(asked.plan, known_form=("plain",), refused=("a mark",))

    replayed = asked.recover(GONE)

    assert (replayed.known_form, replayed.refused) == (("plain",), ("a mark",))


def test_cause_that_comes_back_in_another_way_is_worked_around_too() -> None:
    asked = planned("chained")
    first = asked.plan
    asked.recover(NOT_BUILT)
    asked.plan = first

    asked.recover(GONE)
    asked.plan = first

    with pytest.raises(ServiceError):
        asked.recover(NOT_BUILT)
    assert asked.run.tally.recovered == ["not_implemented", "expired"]
