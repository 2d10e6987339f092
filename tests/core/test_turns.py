"""Turns: what is sent again, what is worked around, what is written down."""

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    EmptyReplyError,
    InteractionsError,
    InterruptedStreamError,
    InvalidRequestError,
    JobFailedError,
    NotFoundError,
    OutcomeError,
    RateLimitError,
    ServiceError,
    StoreError,
)
from interactions_core.protocol.refusals import network_error, refusal
from interactions_core.protocol.retention import Loss
from interactions_core.transcript.streaming import TextDelta
from interactions_core.usage import Usage
from tests.core.session import (
    DAY_S,
    SCOPE,
    Outcome,
    Session,
    call,
    model,
    result,
    thought,
    user,
    wires,
)

Q, A, Q2 = user("q"), model("a"), user("q2")
GROWN = [Q, A, Q2]
SAID = [A.wire]
NEXT = {"continuation_token": "t"}
GONE = refusal(404, {"message": "Requested entity was not found."})
BAD_FORM = refusal(400, {"message": "Corrupted thought signature."})
BAD_OPTION = refusal(400, {"message": "Unknown parameter 'x'."})
UNAVAILABLE = refusal(503, {"message": "The service is currently unavailable."})
NOT_BUILT = refusal(501, {"message": "Not implemented."})
ROOT = "v1_ChdMTGpEYW9LRUt0LTkzOUlQajR6SnFBbxIXTExqRGFvS0VLdC05MzlJUGo0ekpxQW8"
ELSEWHERE = "v1_CgFhEgFi"


def answer(name: str, *, status: str = "completed", **more: object) -> JsonObject:
    return {"id": name, "status": status, "steps": SAID} | more


def chained(age_s: float = 3600.0, first: str = "i1") -> Session:
    session = Session()
    session.ask([Q], answer(first))
    session.now += age_s
    return session


def test_lost_parent_is_replayed_once_and_ruled_out() -> None:
    session = chained()

    asked = session.ask(GROWN, GONE, answer("i2"))

    assert [body.get("previous_interaction_id") for body in session.bodies] == [
        "i1",
        None,
    ]
    assert asked.input == wires(GROWN)
    assert (asked.reason, asked.reply.recovered) == ("expired", ("expired",))
    assert session.record("i1").gone


def test_second_refusal_is_the_users() -> None:
    with pytest.raises(NotFoundError):
        chained().ask(GROWN, GONE, GONE)


def test_404_that_names_a_model_is_no_lost_parent() -> None:
    session = chained()
    error = refusal(404, {"message": "Model 'x' not found."})

    with pytest.raises(NotFoundError):
        session.ask(GROWN, error)

    assert len(session.bodies) == 1


def test_named_parent_that_is_lost_is_an_error() -> None:
    with pytest.raises(NotFoundError):
        chained().ask([Q2], GONE, previous_interaction_id="i1")


def test_fresh_id_is_waited_for_ten_seconds_at_most() -> None:
    session = chained(age_s=0.0)

    asked = session.ask(GROWN, *[GONE] * 6, answer("i2"))

    assert sum(session.slept) == pytest.approx(10.0)
    assert asked.reason == "expired"


def test_fresh_id_that_appears_is_chained_on() -> None:
    session = chained(age_s=0.0)

    asked = session.ask(GROWN, GONE, answer("i2"))

    assert (asked.reason, asked.parent, session.slept) == ("continue", "i1", [0.5])


def test_404_after_a_day_teaches_the_retention(
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = chained(age_s=2 * DAY_S)
    other = Loss("another chain", DAY_S, session.now - 2 * DAY_S, session.now)
    session.store.note_loss(SCOPE.credential, other)

    session.ask(GROWN, GONE, answer("i2"))
    session.now += 1.1 * DAY_S
    session.ask([*GROWN, A, Q], answer("i3"))

    assert session.store.retention(SCOPE.credential) == DAY_S
    assert "this key seems to keep interactions for 1 day(s)" in caplog.text
    assert session.bodies[0]["input"] == wires([*GROWN, A, Q])


def test_rerooted_answer_is_replaced_by_a_replay() -> None:
    session = chained(first=ROOT)

    asked = session.ask(GROWN, answer(ELSEWHERE), answer("i3"))

    assert asked.reply.recovered == ("rerooted",)
    assert asked.reply.interaction_id == "i3"
    assert asked.input == wires(GROWN)
    assert not session.record(ROOT).gone


def test_rerooted_stream_is_noticed_before_anything_is_shown() -> None:
    session = chained(first=ROOT)
    wrong = streamed(ELSEWHERE, "wrong")

    asked = session.ask(GROWN, wrong, GONE, streamed("i3", "right"), stream=True)

    assert asked.shown == [TextDelta(0, "right")]


def test_rerooted_stream_that_was_given_up_is_counted() -> None:
    session = chained(first=ROOT)
    wrong = streamed(ELSEWHERE, "wrong")
    billed = answer(ELSEWHERE, usage={"total_tokens": 7})

    asked = session.ask(GROWN, wrong, billed, streamed("i3", "right"), stream=True)

    assert asked.reply.usage.total_tokens == 7


@pytest.mark.parametrize("form", [BAD_FORM, refusal(400, {"message": "Empty input"})])
def test_refused_form_is_sent_once_in_plain_words(form: InteractionsError) -> None:
    session = Session()
    steps = [Q, call("c1"), result("c1")]

    asked = session.ask(steps, form, answer("i1"))

    told = ["[called weather with {}]", "[result of weather: sunny]"]
    assert asked.input == wires([Q, *map(user, told)])
    assert asked.reply.recovered == ("plain",)


def test_plainest_form_that_is_refused_is_the_users_error() -> None:
    session = Session()

    with pytest.raises(InvalidRequestError):
        session.ask([Q, call("c1"), result("c1")], BAD_FORM, BAD_FORM)

    assert len(session.bodies) == 2


def test_a_list_that_is_plain_already_is_not_sent_again() -> None:
    """Ours: matching.md, section 5; the same body gets the same refusal."""
    session = Session()

    with pytest.raises(InvalidRequestError):
        session.ask([Q], BAD_FORM, answer("i1"))

    assert len(session.bodies) == 1


def test_a_replay_that_is_plain_already_is_not_sent_again() -> None:
    session = chained()

    with pytest.raises(InvalidRequestError):
        session.ask(GROWN, GONE, BAD_FORM, answer("i2"))

    assert [body["input"] for body in session.bodies] == [wires([Q2]), wires(GROWN)]


def test_refused_option_is_not_sent_again() -> None:
    session = Session()

    with pytest.raises(InvalidRequestError):
        session.ask([Q], BAD_OPTION)

    assert len(session.bodies) == 1


def test_chain_that_built_in_tools_broke_is_replayed() -> None:
    session = chained()

    asked = session.ask(GROWN, NOT_BUILT, answer("i2"))

    assert (asked.parent, asked.input) == ("", wires(GROWN))


def test_root_that_is_not_implemented_is_an_error() -> None:
    with pytest.raises(ServiceError):
        Session().ask([Q], NOT_BUILT)


def test_unavailable_service_is_asked_again_with_growing_waits() -> None:
    session = Session()

    session.ask([Q], UNAVAILABLE, UNAVAILABLE, answer("i1"))

    assert session.slept == [0.5, 1.0]


def test_patience_ends_after_max_retries() -> None:
    session = Session(max_retries=1)

    with pytest.raises(RateLimitError):
        session.ask([Q], refusal(429, {}), refusal(429, {}, retry_after="9"))

    assert len(session.bodies) == 2


def test_requests_that_nobody_answered_are_counted() -> None:
    session = Session()

    session.ask(
        [Q],
        network_error("reset", sent=True),
        network_error("refused", sent=False),
        answer("i"),
    )

    [(_, entry)] = session.store.ledger()
    assert (entry.attempts, entry.maybe_billed) == (3, 1)


def test_continued_answer_is_one_reply() -> None:
    session = Session()
    tokens = {"usage": {"total_tokens": 3}}
    first = answer("i1", status="requires_continuation", **NEXT, **tokens)

    asked = session.ask([Q], first, answer("i2", **tokens))

    assert asked.reply.interaction_id == "i2"
    assert asked.reply.usage == Usage(total_tokens=6)
    assert asked.reply.steps == (A.wire, A.wire)
    following = NEXT | {"previous_interaction_id": "i1"}
    assert session.bodies[1].items() >= following.items()
    assert "input" not in session.bodies[1]


def test_unstored_answer_is_continued_with_its_input() -> None:
    session = Session()
    first = {"status": "requires_continuation"} | NEXT

    session.ask([Q], first, answer(""), store=False)

    assert session.bodies[1]["input"] == [Q.wire]
    assert "previous_interaction_id" not in session.bodies[1]


def test_failed_answer_is_kept_for_the_audit_and_never_matched() -> None:
    session = Session()
    failed = answer("i1", status="failed", errors=[{"message": "quota"}])

    with pytest.raises(JobFailedError, match="quota"):
        session.ask([Q], failed)

    assert session.record("i1").held == (A.wire,)
    assert session.ask(GROWN).reason == "root"
    assert len(session.store.ledger()) == 2


def test_empty_answer_is_an_error_and_no_parent() -> None:
    session = Session()

    with pytest.raises(EmptyReplyError):
        session.ask([Q], [thought("s")])

    assert session.ask([Q]).reason == "root"


class BrokenStore(Session):
    """A session whose store can be read but not written."""

    def ask(self, *args: object, **options: object) -> object:
        def put(*_: object, **__: object) -> None:
            store, problem = "sqlite:///x.db", "the disk is full"
            raise StoreError(store, problem, "Make room.")

        self.store.put = put
        return super().ask(*args, **options)


def test_answer_that_cannot_be_recorded_is_handed_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = BrokenStore().ask([Q], answer("i1"))

    assert asked.reply.steps == (A.wire,)
    assert asked.reply.anchor is None
    assert "was answered but not recorded" in caplog.text


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


def test_streamed_answer_is_shown_and_recorded_like_a_unary_one() -> None:
    session = Session()

    asked = session.ask([Q], streamed("i1", "a"), stream=True)

    assert asked.shown == [TextDelta(0, "a")]
    assert asked.reply.steps == (A.wire,)
    assert session.ask(GROWN).parent == "i1"


UNTOLD = {"event_type": "interaction.status_update", "status": "in_progress"}
IN_PROGRESS = {"id": "i1", "status": "in_progress"}


def test_stream_that_ends_before_it_has_an_id_is_asked_again() -> None:
    session = Session()

    asked = session.ask([Q], [UNTOLD], streamed("i2", "a"), stream=True)

    assert (asked.reply.interaction_id, len(session.bodies)) == ("i2", 2)


def test_stream_that_ends_before_anything_is_shown_is_read_by_its_id() -> None:
    session = Session()
    cut = streamed("i1", "a")[:2]

    asked = session.ask([Q], cut, answer("i1"), stream=True)

    assert asked.shown == [TextDelta(0, "a")]
    assert (asked.reply.interaction_id, len(session.bodies)) == ("i1", 1)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param([GONE] * 6, id="404 for ten seconds"),
        pytest.param([{"id": "i1", "status": "failed"}], id="failed"),
    ],
)
def test_stream_of_an_interaction_that_came_to_nothing_is_asked_again(
    found: list[Outcome],
) -> None:
    session = Session()
    cut = streamed("i1", "a")[:2]

    asked = session.ask([Q], cut, *found, streamed("i2", "a"), stream=True)

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


def twice(event: int, *, whole: bool = True) -> list[JsonObject]:
    """Return a stream of which one event comes twice."""
    events = streamed("i1", "a", whole=whole)
    events.insert(3, {"event_type": "step.stop", "index": 0})
    return [*events[: event + 1], *events[event:]]


@pytest.mark.parametrize("event", [0, 1, 3])
def test_answer_whose_events_come_twice_is_the_stored_one(event: int) -> None:
    """Ours: a create, a start and a stop can come twice only by mistake."""
    session = Session()
    whole = answer("i1", usage={"total_tokens": 7})

    asked = session.ask([Q], twice(event), whole, stream=True)

    assert asked.shown == [TextDelta(0, "a")]
    assert asked.reply.steps == session.record("i1").held == (A.wire,)
    assert len(session.bodies) == 1


def test_text_that_was_shown_twice_is_not_handed_on_and_the_stored_one_recorded() -> (
    None
):
    session = Session()
    events = streamed("i1", "a")
    stop = {"event_type": "step.stop", "index": 0}
    doubled = [*events[:3], *events[2:3], stop, stop, *events[3:]]

    with pytest.raises(InterruptedStreamError, match="not how the stored") as caught:
        session.ask([Q], doubled, answer("i1"), stream=True)

    assert caught.value.interaction_id == "i1"
    assert session.record("i1").held == (A.wire,)
    assert session.ask(GROWN).parent == "i1"


def test_delta_after_the_stop_of_its_step_is_noticed() -> None:
    events = streamed("i1", "a")
    stop = {"event_type": "step.stop", "index": 0}
    session = Session()

    asked = session.ask(
        [Q], [*events[:2], stop, *events[2:]], answer("i1"), stream=True
    )

    assert asked.reply.steps == (A.wire,)


def test_cut_stream_is_completed_from_the_server() -> None:
    session = Session()
    whole = {"id": "i1", "status": "completed", "steps": [model("abc").wire]}

    asked = session.ask([Q], streamed("i1", "a", whole=False), whole, stream=True)

    assert asked.shown == [TextDelta(0, "a"), TextDelta(0, "bc")]
    assert asked.reply.steps == (model("abc").wire,)


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


def test_error_event_before_the_answer_is_a_refusal() -> None:
    error = {
        "event_type": "error",
        "error": {"code": "invalid_request", "message": "Unknown parameter 'x'."},
    }

    with pytest.raises(InvalidRequestError, match="Unknown parameter"):
        Session().ask([Q], [error], stream=True)


@pytest.mark.parametrize("target", ["model", "agent"])
def test_reply_names_who_answered(target: str) -> None:
    asked = Session().ask([Q], answer("i1", **{target: "who"}))

    assert asked.reply.model_name == "who"
