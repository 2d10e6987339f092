"""Turns: what is written down, and what becomes of an answer that came in pieces."""

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    InterruptedStreamError,
    JobFailedError,
    OutcomeError,
)
from interactions_core.protocol.refusals import network_error, refusal
from interactions_core.transcript.streaming import TextDelta
from tests.core.session import (
    Outcome,
    Session,
    model,
    user,
)

Q, A, Q2 = user("q"), model("a"), user("q2")
GROWN = [Q, A, Q2]
SAID = [A.wire]
NEXT = {"continuation_token": "t"}
GONE = refusal(404, {"message": "Requested entity was not found."})
UNAVAILABLE = refusal(503, {"message": "The service is currently unavailable."})
ROOT = "v1_ChdMTGpEYW9LRUt0LTkzOUlQajR6SnFBbxIXTExqRGFvS0VLdC05MzlJUGo0ekpxQW8"
ELSEWHERE = "v1_CgFhEgFi"


def answer(name: str, *, status: str = "completed", **more: object) -> JsonObject:
    return {"id": name, "status": status, "steps": SAID} | more


def chained(age_s: float = 3600.0, first: str = "i1") -> Session:
    session = Session()
    session.ask([Q], answer(first))
    session.now += age_s
    return session


def test_rerooted_stream_that_was_given_up_is_counted() -> None:
    session = chained(first=ROOT)
    wrong = streamed(ELSEWHERE, "wrong")
    billed = answer(ELSEWHERE, usage={"total_tokens": 7})

    asked = session.ask(GROWN, wrong, billed, streamed("i3", "right"), stream=True)

    assert asked.reply.usage.total_tokens == 7


def test_failed_answer_is_kept_for_the_audit_and_never_matched() -> None:
    session = Session()
    failed = answer("i1", status="failed", errors=[{"message": "quota"}])

    with pytest.raises(JobFailedError, match="quota"):
        session.ask([Q], failed)

    assert session.record("i1").held == (A.wire,)
    assert session.ask(GROWN).reason == "root"
    assert len(session.store.ledger()) == 2


def test_ledger_says_what_was_saved() -> None:
    session = chained()

    session.ask(GROWN, answer("i2"))

    (_, root), (_, child) = session.store.ledger()
    assert (root.reason, child.reason) == ("root", "continue")
    assert (root.steps_sent, root.replay_steps) == (1, 1)
    assert (child.steps_sent, child.replay_steps) == (1, 3)
    assert child.bytes_sent < child.replay_bytes


def test_settings_go_with_every_request_and_nothing_else_does() -> None:
    session = chained()

    session.ask(GROWN, answer("i2"), settings={"system_instruction": "s"})

    assert session.bodies == [
        {
            "model": "gemini-3-flash-preview",
            "input": [Q2.wire],
            "previous_interaction_id": "i1",
            "system_instruction": "s",
        }
    ]


def streamed(name: str, text: str, *, whole: bool = True) -> list[JsonObject]:
    body = {"id": name, "status": "completed"}
    events = [
        {"event_type": "interaction.created", "interaction": {"id": name}},
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        {
            "event_type": "step.delta",
            "index": 0,
            "delta": {"type": "text", "text": text},
        },
        {"event_type": "interaction.completed", "interaction": body},
    ]
    return events if whole else events[:-1]


IN_PROGRESS = {"id": "i1", "status": "in_progress"}


def test_stream_of_an_interaction_that_failed_is_asked_again() -> None:
    session = Session()
    cut, failed = streamed("i1", "a")[:2], {"id": "i1", "status": "failed"}

    asked = session.ask([Q], cut, failed, streamed("i2", "a"), stream=True)

    assert (asked.reply.interaction_id, len(session.bodies)) == ("i2", 2)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        pytest.param(IN_PROGRESS, "still 'in_progress' 30 s later", id="goes on"),
        pytest.param(UNAVAILABLE, "could not be read 30 s later", id="unreadable"),
    ],
)
def test_stream_of_an_interaction_that_may_go_on_is_an_error_that_names_it(
    found: Outcome, state: str
) -> None:
    session = Session()
    cut = streamed("i1", "a")[:2]

    with pytest.raises(InterruptedStreamError, match=state) as caught:
        session.ask([Q], cut, *[found] * 7, stream=True)

    assert (caught.value.interaction_id, len(session.bodies)) == ("i1", 1)
    assert sum(session.slept) == pytest.approx(30.0)


def test_interaction_that_is_finished_a_little_later_is_waited_for() -> None:
    session = Session()
    cut = streamed("i1", "a")[:2]
    later = [GONE, IN_PROGRESS, UNAVAILABLE, answer("i1")]

    asked = session.ask([Q], cut, *later, stream=True)

    assert asked.reply.interaction_id == "i1"


@pytest.mark.parametrize("status", ["budget_exceeded", "cancelled", "pondering"])
def test_cut_stream_of_another_end_is_that_outcome(status: str) -> None:
    session = Session()
    cut = streamed("i1", "a")[:2]

    with pytest.raises(OutcomeError, match=status):
        session.ask([Q], cut, {"id": "i1", "status": status}, stream=True)

    assert len(session.bodies) == 1
    assert [entry.status for _, entry in session.store.ledger()] == [status]


def test_cut_hop_that_is_to_be_continued_is_continued() -> None:
    session = Session()
    hop = answer("i1", status="requires_continuation", **NEXT)

    asked = session.ask(
        [Q], streamed("i1", "a")[:2], hop, streamed("i2", "b"), stream=True
    )

    assert asked.shown == [TextDelta(0, "a"), TextDelta(1, "b")]
    assert session.bodies[1].items() >= NEXT.items()


@pytest.mark.parametrize(
    "garbled",
    [
        {"status": None},
        {"status": "in_progress"},
        {"steps": None},
        {"steps": [None]},
        {"usage": None},
        {"usage": {"total_tokens": "many"}},
    ],
)
def test_answer_that_does_not_say_how_it_ended_is_read_by_its_id(
    garbled: JsonObject,
) -> None:
    session = Session()

    asked = session.ask([Q], answer("i1") | garbled, answer("i1"))

    assert (asked.reply.status, asked.reply.steps) == ("completed", (A.wire,))
    assert len(session.bodies) == 1


def test_delta_after_the_stop_of_its_step_is_noticed() -> None:
    events = streamed("i1", "a")
    stop = {"event_type": "step.stop", "index": 0}
    session = Session()

    asked = session.ask(
        [Q], [*events[:2], stop, *events[2:]], answer("i1"), stream=True
    )

    assert asked.reply.steps == (A.wire,)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param([IN_PROGRESS] * 7, id="not finished"),
        pytest.param([GONE] * 6, id="not there"),
        pytest.param([answer("i1", steps=[model("x").wire])], id="another text"),
        pytest.param([answer("i1", status="failed")], id="failed"),
        pytest.param([network_error("reset", sent=True)] * 7, id="not to be read"),
    ],
)
def test_stream_that_cannot_be_completed_says_what_came(found: list[Outcome]) -> None:
    session = Session()

    with pytest.raises(InterruptedStreamError) as caught:
        session.ask([Q], streamed("i1", "a", whole=False), *found, stream=True)

    assert caught.value.steps == (A.wire,)
    assert "the stream ended before the interaction did" in str(caught.value)


@pytest.mark.parametrize("target", ["model", "agent"])
def test_reply_names_who_answered(target: str) -> None:
    asked = Session().ask([Q], answer("i1", **{target: "who"}))

    assert asked.reply.model_name == "who"
