"""What a turn does about everything that a foreground create may come to.

The rows of the table of errors, each asked through every door of core.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    AuthenticationError,
    EmptyReplyError,
    InteractionsError,
    InvalidRequestError,
    JobCancelledError,
    JobFailedError,
    NetworkError,
    NotFoundError,
    OutcomeError,
    RateLimitError,
    RequestError,
    ServiceError,
    StoreError,
    UnknownStatusError,
)
from interactions_core.protocol.retention import DAY_S
from interactions_core.records.interactions import InteractionRecord, LedgerEntry
from interactions_core.stores import MemoryStore, SessionStore, SqliteStore
from interactions_core.transcript.steps import function_result
from interactions_core.usage import Usage
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import MODEL, WAYS, Asker, Chat, make_turn, text_of
from tests.contract.conftest import Connect

OLD_S = 120.0
"""Older than an id that may merely be too new for the server."""

REFUSED = {"status": 400, "message": "Unknown parameter 'x'."}


def creates(emulator: Emulator) -> list[dict[str, object]]:
    """Return every create that was sent, refused ones included."""
    return [
        request["body"]
        for request in emulator.requests()
        if request["method"] == "POST"
    ]


def entries(store: SessionStore) -> list[LedgerEntry]:
    return [entry for _, entry in store.ledger()]


def record_of(asker: Asker, interaction_id: str) -> InteractionRecord:
    scope = asker.store.ledger()[-1][0]
    record = asker.store.get(scope, interaction_id)
    assert record is not None
    return record


def unsigned(step: JsonObject) -> JsonObject:
    if step["type"] != "function_call":
        return step
    return {key: value for key, value in step.items() if key != "signature"}


# The plain case.


def test_a_second_turn_sends_only_the_new_step(
    asker: Asker, emulator: Emulator
) -> None:
    chat = Chat(asker)
    first = chat.say("My name is Ada.")

    second = chat.say("What is my name?")

    assert text_of(second) == "Your name is Ada."
    assert (second.reason, second.previous_interaction_id) == (
        "continue",
        first.interaction_id,
    )
    assert [len(body["input"]) for body in creates(emulator)] == [1, 1]


def test_streamed_and_whole_answers_come_to_the_same(
    connect: Connect, clock: Clock
) -> None:
    """The same talk through all four doors leaves equal requests and records.

    API: a call has its own copy of the thought's signature in whole answers only.
    """
    script = [
        {
            "when": {"last_user_contains": "add"},
            "reply": {
                "text": "Let me see.",
                "calls": [{"name": "add", "arguments": {"x": 1}}],
            },
        },
        {"when": {"last_user_contains": "long"}, "reply": {"text": "word " * 200}},
        {"when": {"last_user_contains": "odd"}, "reply": {"text": "a\u2028b\x85c\rd"}},
        {"when": {"last_user_contains": "hops"}, "reply": {"text": "a b c", "hops": 2}},
    ]
    tools = [{"type": "function", "name": "add", "parameters": {"type": "object"}}]

    def talk(way: str) -> Iterator[object]:
        with Emulator(clock=clock, script=script, seed=7) as emulator:
            asker = connect(way, base_url=emulator.url, store=MemoryStore())
            chat = Chat(asker, settings={"tools": tools})
            for text in ("long", "odd", "hops", "add"):
                reply = chat.say(text)
                yield (text_of(reply), reply.usage, reply.status, reply.recovered)
            call = chat.steps[-1].wire
            chat.steps.append(function_result(str(call["id"]), "add", "2"))
            yield chat.say("thanks").steps
            bodies = creates(emulator)
            yield [{k: v for k, v in b.items() if k != "stream"} for b in bodies]
            for entry in entries(asker.store):
                record = record_of(asker, entry.key)
                yield (
                    replace(entry, replay_bytes=0),
                    record.sent,
                    record.form,
                    list(map(unsigned, record.held)),
                )

    told = [list(talk(way)) for way in WAYS]

    assert told[0] == told[1] == told[2] == told[3]


# Refused for good.


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (REFUSED, InvalidRequestError),
        (REFUSED | {"shape": "array"}, InvalidRequestError),
        (REFUSED | {"shape": "front_end"}, InvalidRequestError),
        (REFUSED | {"shape": "sse"}, InvalidRequestError),
        (REFUSED | {"status": 422}, InvalidRequestError),
        (REFUSED | {"message": "API key not valid."}, AuthenticationError),
        (REFUSED | {"status": 401}, AuthenticationError),
        (REFUSED | {"status": 403, "shape": "array"}, AuthenticationError),
        (REFUSED | {"status": 404, "message": "Model 'x' not found."}, NotFoundError),
    ],
    ids=str,
)
def test_a_refused_request_is_sent_once(
    asker: Asker,
    emulator: Emulator,
    refusal: dict[str, object],
    kind: type[RequestError],
) -> None:
    emulator.fault(do=refusal, times=9)

    with pytest.raises(kind) as refused:
        asker.ask("hello")

    assert refused.value.status_code == refusal["status"]
    assert refused.value.api_message == refusal["message"]
    assert len(creates(emulator)) == 1
    assert asker.store.ledger() == []


def test_a_refused_form_is_sent_once_more_as_plain_text(
    asker: Asker, emulator: Emulator
) -> None:
    chat = Chat(asker)
    chat.say("hello")
    emulator.fault(do={"status": 400})

    reply = chat.say("again")

    assert reply.recovered == ("plain",)
    last = creates(emulator)[-1]
    assert "previous_interaction_id" not in last
    assert [step["type"] for step in last["input"]] == [
        "user_input",
        "model_output",
        "user_input",
    ]


def test_a_form_that_is_refused_twice_is_the_callers_error(
    asker: Asker, emulator: Emulator
) -> None:
    chat = Chat(asker)
    chat.say("hello")
    emulator.fault(do={"status": 400}, times=9)

    with pytest.raises(InvalidRequestError, match="invalid argument"):
        chat.say("again")

    assert len(creates(emulator)) == 3


def test_a_refused_list_of_plain_text_is_sent_once(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.fault(do={"status": 400}, times=9)

    with pytest.raises(InvalidRequestError, match="invalid argument"):
        asker.ask("hello")

    assert len(creates(emulator)) == 1


# The parent is not there.


def test_a_fresh_parent_is_waited_for(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    emulator.fault(do={"hide_s": 3})
    chat = Chat(asker)
    chat.say("My name is Ada.")

    reply = chat.say("What is my name?")

    assert (reply.reason, reply.recovered) == ("continue", ())
    assert sum(clock.slept) == 3.5
    assert entries(asker.store)[-1].attempts == 4


def test_a_fresh_parent_that_never_appears_is_given_up_after_ten_seconds(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    emulator.fault(do={"hide_s": 9_999})
    chat = Chat(asker)
    chat.say("My name is Ada.")

    reply = chat.say("What is my name?")

    assert (reply.reason, reply.recovered) == ("expired", ("expired",))
    assert text_of(reply) == "Your name is Ada."
    assert sum(clock.slept) == 10.0
    assert len(creates(emulator)) == 1 + 6 + 1


@pytest.mark.parametrize("way_of_loss", ["deleted", "expired on the server"])
def test_a_lost_parent_costs_one_replay_and_is_not_tried_again(
    asker: Asker, emulator: Emulator, clock: Clock, way_of_loss: str
) -> None:
    chat = Chat(asker)
    first = chat.say("My name is Ada.")
    clock.advance(OLD_S)
    if way_of_loss == "deleted":
        asker.delete(first)
    else:
        emulator.advance(56 * DAY_S)

    second = chat.say("What is my name?")

    assert (second.reason, second.recovered) == ("expired", ("expired",))
    assert text_of(second) == "Your name is Ada."
    assert clock.slept == []
    assert len(creates(emulator)) == 3
    regenerated = asker.ask(*chat.steps[:-1])
    assert regenerated.recovered == ()
    assert chat.say("And again?").reason == "continue"
    assert len(creates(emulator)) == 5


def test_an_interaction_past_its_expiry_is_not_even_tried(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    chat = Chat(asker)
    chat.say("My name is Ada.")
    clock.advance(56 * DAY_S)

    reply = chat.say("What is my name?")

    assert (reply.reason, reply.recovered) == ("expired", ())
    assert len(creates(emulator)) == 2


def test_a_replay_that_fails_too_is_not_repeated(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    chat = Chat(asker)
    chat.say("hello")
    clock.advance(OLD_S)
    emulator.fault(do={"status": 404}, times=9)

    with pytest.raises(NotFoundError):
        chat.say("again")

    assert len(creates(emulator)) == 3


def test_another_key_shares_no_interaction_and_loses_none(
    asker: Asker, connect: Connect, clock: Clock
) -> None:
    ours = Chat(asker)
    ours.say("My name is Ada.")
    clock.advance(OLD_S)
    theirs = connect(asker.way, api_key="another key", store=asker.store)

    reply = theirs.ask(*ours.steps, "What is my name?")
    with pytest.raises(NotFoundError):
        theirs.ask("hi", previous_interaction_id=entries(asker.store)[0].key)

    assert (reply.reason, reply.recovered) == ("root", ())
    assert ours.say("What is my name?").reason == "continue"


def test_a_parent_that_the_caller_names_is_never_replaced(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    first = asker.ask("My name is Ada.")
    name = first.interaction_id
    named = asker.ask("What is my name?", previous_interaction_id=name)
    clock.advance(OLD_S)
    asker.delete(first)

    with pytest.raises(NotFoundError):
        asker.ask("What was my name?", previous_interaction_id=name)

    assert (named.reason, text_of(named)) == ("explicit", "Your name is Ada.")
    assert len(creates(emulator)) == 3


def test_a_shorter_retention_is_learned_once_and_told_once(
    asker: Asker,
    emulator: Emulator,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A key of the free tier keeps one day; the root's age is what counts.

    Ours: a chain that is lost alone may have been deleted; the second one teaches.
    """
    chats = [Chat(asker, thread_id=str(number)) for number in range(3)]
    for chat in chats:
        chat.say("My name is Ada.")
    clock.advance(0.9 * DAY_S)
    chats[0].say("I am still here.")
    clock.advance(0.2 * DAY_S)
    emulator.advance(56 * DAY_S)

    with caplog.at_level(logging.WARNING, "interactions_core"):
        replies = [chat.say("What is my name?") for chat in chats]

    credential = asker.store.ledger()[0][0].credential
    assert [reply.recovered for reply in replies] == [("expired",), ("expired",), ()]
    assert [reply.reason for reply in replies] == ["expired"] * 3
    assert asker.store.retention(credential) == DAY_S
    [warning] = caplog.records
    assert "keep interactions for 1 day, not 55" in warning.getMessage()


def lose_two(asker: Asker, emulator: Emulator, clock: Clock) -> list[Chat]:
    """Have a retention of one day learned; return three chats, the last one whole."""
    chats = [Chat(asker, thread_id=str(number)) for number in range(3)]
    for chat in chats:
        chat.say("My name is Ada.")
    clock.advance(1.1 * DAY_S)
    for chat in chats[:2]:
        emulator.fault(do={"expire": True})
        chat.say("What is my name?")
    return chats


def test_one_chain_that_is_lost_teaches_nothing(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    chats = [Chat(asker, thread_id=str(number)) for number in range(2)]
    for chat in chats:
        chat.say("My name is Ada.")
    clock.advance(1.1 * DAY_S)
    emulator.fault(do={"expire": True})

    replies = [chat.say("What is my name?") for chat in chats]

    assert [reply.reason for reply in replies] == ["expired", "continue"]
    assert asker.store.retention(asker.store.ledger()[0][0].credential) is None


def test_one_try_a_day_unlearns_a_retention_that_is_wrong(
    asker: Asker, emulator: Emulator, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    *_, whole = lose_two(asker, emulator, clock)
    credential = asker.store.ledger()[0][0].credential
    assert asker.store.retention(credential) == DAY_S
    early = whole.say("What is my name?")
    clock.advance(2.1 * DAY_S)

    tried = whole.say("And now?")

    assert (early.reason, tried.reason) == ("expired", "continue")
    assert asker.store.retention(credential) is None
    assert "an interaction outlived what was learned" in caplog.text


def test_a_try_that_fails_costs_one_replay_and_the_next_is_a_day_later(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    *_, whole = lose_two(asker, emulator, clock)
    other = Chat(asker, thread_id="other")
    other.say("My name is Bob.")
    clock.advance(2.1 * DAY_S)
    emulator.advance(56 * DAY_S)

    replies = [chat.say("What is my name?") for chat in (whole, other)]

    assert [reply.recovered for reply in replies] == [("expired",), ()]
    assert [reply.reason for reply in replies] == ["expired"] * 2
    credential = asker.store.ledger()[0][0].credential
    assert asker.store.retention(credential) == DAY_S


def test_what_was_made_before_a_restore_teaches_nothing(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    """Ours: what was deleted after a backup is there again, and not on the server."""
    chats = [Chat(asker, thread_id=str(number)) for number in range(3)]
    for chat in chats:
        chat.say("My name is Ada.")
    clock.advance(1.1 * DAY_S)
    asker.store.mark_restored(clock())
    for chat in chats[:2]:
        emulator.fault(do={"expire": True})
        chat.say("What is my name?")

    kept = chats[2].say("What is my name?")

    assert kept.reason == "continue"
    assert asker.store.retention(asker.store.ledger()[0][0].credential) is None


# Try again later.


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 408},
        {"status": 409},
        {"status": 429},
        {"status": 429, "shape": "array"},
        {"status": 500},
        {"status": 502},
        {"status": 503, "shape": "front_end"},
        {"status": 503, "shape": "sse"},
        {"status": 504},
    ],
    ids=str,
)
def test_a_failure_of_the_service_is_retried(
    asker: Asker, emulator: Emulator, clock: Clock, failure: dict[str, object]
) -> None:
    emulator.fault(do=failure, times=2)

    reply = asker.ask("hello")

    assert reply.recovered == ()
    assert clock.slept == [0.5, 1.0]
    entry = entries(asker.store)[0]
    assert (entry.attempts, entry.maybe_billed) == (3, 0)


@pytest.mark.parametrize(
    ("failure", "slept"),
    [
        pytest.param({"status": 409, "retry_after": "7"}, 7.0, id="409"),
        pytest.param({"status": 429, "retry_after": "7"}, 7.0, id="429"),
        pytest.param({"status": 503, "retry_after": "7.5"}, 7.5, id="503"),
        pytest.param({"status": 503, "retry_after": "0.1"}, 0.5, id="shorter"),
        pytest.param({"status": 503, "retry_after": "soon"}, 0.5, id="no number"),
    ],
)
def test_what_the_service_asks_to_wait_is_waited(
    asker: Asker,
    emulator: Emulator,
    clock: Clock,
    failure: dict[str, object],
    slept: float,
) -> None:
    emulator.fault(do=failure)

    asker.ask("hello")

    assert clock.slept == [slept]


@pytest.mark.parametrize(
    ("status", "kind"), [(429, RateLimitError), (503, ServiceError)]
)
def test_retries_come_to_an_end(
    asker: Asker, emulator: Emulator, status: int, kind: type[RequestError]
) -> None:
    emulator.fault(do={"status": status, "retry_after": 9}, times=9)

    with pytest.raises(kind) as refused:
        asker.ask("hello")

    assert refused.value.retry_after_s == 9
    assert len(creates(emulator)) == 3


def test_no_retry_is_made_where_none_is_allowed(
    connect: Connect, emulator: Emulator, clock: Clock
) -> None:
    emulator.fault(do={"status": 503}, times=9)

    for way in WAYS:
        with pytest.raises(ServiceError):
            connect(way, max_retries=0).ask("hello")

    assert len(creates(emulator)) == len(WAYS)
    assert clock.slept == []


def test_a_parent_that_cannot_be_continued_costs_one_replay(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    """API: seen after built-in tools; the parent still exists."""
    chat = Chat(asker)
    first = chat.say("My name is Ada.")
    clock.advance(8 * DAY_S)
    emulator.fault(do={"status": 501})

    reply = chat.say("What is my name?")

    assert reply.recovered == ("not_implemented",)
    assert text_of(reply) == "Your name is Ada."
    assert len(creates(emulator)) == 3
    assert not record_of(asker, first.interaction_id).gone
    assert asker.store.retention(asker.store.ledger()[0][0].credential) is None


def test_a_root_that_is_not_implemented_is_not_repeated(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.fault(do={"status": 501}, times=9)

    with pytest.raises(ServiceError):
        asker.ask("hello")

    assert len(creates(emulator)) == 1


# Nobody answers.


def test_a_service_that_comes_up_late_is_waited_for(
    connect: Connect, clock: Clock
) -> None:
    for way in WAYS:
        with Emulator() as gone:
            url = gone.url
        started: list[Emulator] = []

        def start(seconds: float, url: str = url, started: list = started) -> None:
            clock.sleep(seconds)
            if len(clock.slept) == 2:
                started.append(Emulator(port=int(url.rpartition(":")[2])).__enter__())

        asker = connect(way, base_url=url, sleep=start, store=MemoryStore())
        reply = asker.ask("hello")

        entry = entries(asker.store)[0]
        assert (entry.attempts, entry.maybe_billed) == (3, 0)
        assert text_of(reply)
        asker.close()
        started[0].__exit__(None, None, None)
        clock.slept.clear()


def test_a_service_that_is_not_there_is_named(connect: Connect, clock: Clock) -> None:
    with Emulator() as gone:
        url = gone.url

    for way in WAYS:
        with pytest.raises(NetworkError, match="nothing was sent") as refused:
            connect(way, base_url=url).ask("hello")
        assert not refused.value.sent

    assert clock.slept == [0.5, 1.0] * len(WAYS)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_asked_for_again_and_the_ledger_says_so(
    asker: Asker, emulator: Emulator, when: str
) -> None:
    emulator.fault(do={"close": when}, times=2)

    reply = asker.ask("hello")

    assert reply.recovered == ()
    entry = entries(asker.store)[0]
    assert (entry.attempts, entry.maybe_billed) == (3, 2)
    assert emulator.stats()["creates"] == (3 if when == "after" else 1)


@pytest.mark.parametrize(
    "lost", [{"close": "after"}, {"status": 500}, {"status": 504}], ids=str
)
def test_an_agent_whose_answer_is_lost_is_not_begun_a_second_time(
    asker: Asker, emulator: Emulator, lost: JsonObject
) -> None:
    """Ours: its run may go on, and costs more than a repeated answer of a model."""
    emulator.fault(do=lost, times=9)
    turn = replace(
        make_turn(["Count the files"]), target=("agent", "antigravity-preview-09-2026")
    )

    with pytest.raises(RequestError):
        asker.take(turn)

    assert len(creates(emulator)) == 1


def test_an_agent_that_is_busy_is_asked_again(asker: Asker, emulator: Emulator) -> None:
    emulator.fault(do={"status": 503}, times=2)
    turn = replace(
        make_turn(["Count the files"]), target=("agent", "antigravity-preview-09-2026")
    )

    assert asker.take(turn).status == "completed"
    assert len(creates(emulator)) == 3


def test_an_answer_that_is_always_lost_is_given_up(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.fault(do={"close": "after"}, times=9)

    with pytest.raises(NetworkError) as lost:
        asker.ask("hello")

    assert lost.value.sent
    assert len(creates(emulator)) == 3


# The answer belongs to another chain.


def test_a_chain_that_was_rooted_anew_costs_one_replay_before_anything_is_shown(
    asker: Asker, emulator: Emulator
) -> None:
    chat = Chat(asker)
    chat.say("My name is Ada.")
    emulator.fault(do={"reroot": True})

    reply = chat.say("What is my name?")

    assert reply.recovered == ("rerooted",)
    assert text_of(reply) == "Your name is Ada."
    assert asker.shown_text in {"", "Your name is Ada."}
    assert len(creates(emulator)) == 3
    assert chat.say("Sure?").reason == "continue"


def test_a_chain_that_the_caller_named_is_not_replaced_by_another(
    asker: Asker, emulator: Emulator
) -> None:
    """Ours: the list alone says nothing of what the parent held."""
    first = asker.ask("My name is Ada.")
    emulator.fault(do={"reroot": True})

    with pytest.raises(InteractionsError, match="not on the chain"):
        asker.ask("My name?", previous_interaction_id=first.interaction_id)

    assert len(creates(emulator)) == 2
    assert asker.shown == []


# The server stops and wants to be continued.


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "unstored"])
def test_the_hops_of_an_answer_are_joined(
    asker: Asker, emulator: Emulator, *, stored: bool
) -> None:
    text = "one two three four five six seven eight nine ten"
    emulator.script(
        [{"when": {"last_user_contains": "count"}, "reply": {"text": text, "hops": 2}}]
    )
    chat = Chat(asker, store=stored)

    reply = chat.say("count")

    assert (text_of(reply), reply.status) == (text, "completed")
    assert asker.shown_text in {"", text}
    entry = entries(asker.store)[0]
    assert (entry.attempts, len(creates(emulator))) == (3, 3)
    hop = creates(emulator)[1]
    assert ("input" in hop, "previous_interaction_id" in hop) == (not stored, stored)
    assert chat.say("again").reason == ("continue" if stored else "stateless")


def test_the_usage_of_all_hops_is_counted(asker: Asker, emulator: Emulator) -> None:
    emulator.script([{"reply": {"text": "a b c d", "hops": 1}, "times": 1}])

    reply = asker.ask("count")

    held = [
        asker.client.get(request["interaction"])["usage"]["total_tokens"]
        for request in emulator.requests()
        if request["method"] == "POST"
    ]
    assert reply.usage.total_tokens == sum(held)
    assert asker.store.usage() == reply.usage


@pytest.mark.parametrize(
    ("fault", "billed"),
    [
        pytest.param({"status": 503}, 0, id="refused"),
        pytest.param({"close": "after"}, 1, id="lost"),
        pytest.param({"status": 404}, 0, id="not there yet"),
    ],
)
def test_a_hop_that_fails_is_repeated_alone(
    asker: Asker, emulator: Emulator, fault: dict[str, object], billed: int
) -> None:
    """API: a fresh id may be unknown when it is chained on at once."""
    emulator.script([{"reply": {"text": "a b c d", "hops": 2}, "times": 1}])
    emulator.fault(do=fault, nth=2)

    reply = asker.ask("count")

    assert (text_of(reply), reply.recovered) == ("a b c d", ())
    assert asker.shown_text in {"", "a b c d"}
    assert len(creates(emulator)) == 4
    assert sum("input" in body for body in creates(emulator)) == 1
    assert entries(asker.store)[0].maybe_billed == billed


# The answer is not one.


@pytest.mark.parametrize(
    ("reply", "kind", "status"),
    [
        ({"text": "", "status": "completed"}, EmptyReplyError, "completed"),
        ({"steps": [], "status": "incomplete"}, EmptyReplyError, "incomplete"),
        ({"status": "failed", "text": "half"}, JobFailedError, "failed"),
        ({"status": "budget_exceeded"}, JobFailedError, "budget_exceeded"),
        ({"status": "cancelled"}, JobCancelledError, "cancelled"),
        ({"status": "in_progress"}, UnknownStatusError, "in_progress"),
        ({"status": "queued"}, UnknownStatusError, "queued"),
        ({"status": "pondering"}, UnknownStatusError, "pondering"),
        (
            {"status": "requires_continuation", "text": "no token"},
            UnknownStatusError,
            "requires_continuation",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_that_is_none_is_an_error_and_never_a_parent(
    asker: Asker,
    emulator: Emulator,
    clock: Clock,
    *,
    reply: dict[str, object],
    kind: type[OutcomeError],
    status: str,
) -> None:
    emulator.script([{"reply": reply, "times": 1}])

    with pytest.raises(kind) as failed:
        asker.ask("hello")

    assert failed.value.status == status
    assert failed.value.interaction_id in str(failed.value)
    assert len(creates(emulator)) == 1
    [entry] = entries(asker.store)
    assert (entry.key, entry.status) == (failed.value.interaction_id, status)
    assert entry.usage != Usage()
    if kind is UnknownStatusError:
        # What the server still works on is asked after for an hour.
        clock.advance(3_600)
        with pytest.raises(kind):
            asker.ask("hello")
        assert len(creates(emulator)) == 1
    again = asker.ask("hello")
    assert again.previous_interaction_id == ""
    assert again.reason == ("retry" if kind is UnknownStatusError else "root")


def test_a_failed_answer_says_why(asker: Asker, emulator: Emulator) -> None:
    errors = [{"code": "internal", "message": "the sandbox fell over"}]
    emulator.script([{"reply": {"status": "failed", "errors": errors}}])

    with pytest.raises(JobFailedError, match="the sandbox fell over"):
        asker.ask("hello")


def test_an_incomplete_answer_with_text_is_handed_on(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Once upon", "status": "incomplete"}}])
    chat = Chat(asker)

    reply = chat.say("Tell me a story.")

    assert (text_of(reply), reply.status) == ("Once upon", "incomplete")
    assert chat.say("Go on.").reason == "continue"


def test_what_this_version_does_not_know_is_kept(
    asker: Asker, emulator: Emulator
) -> None:
    steps = [
        {"type": "thought", "signature": "c2ln", "mood": "bright"},
        {"type": "hologram", "id": "h1", "frames": [1, {"z": None}], "signature": "x"},
        {"type": "model_output", "content": [{"type": "text", "text": "Look!"}]},
    ]
    emulator.script([{"reply": {"steps": steps}, "times": 1}])
    chat = Chat(asker)

    reply = chat.say("Show me.")

    hologram = record_of(asker, reply.interaction_id).held[1]
    assert hologram == steps[1]
    assert text_of(reply) == "Look!"
    assert chat.say("Nice.").reason == "continue"


# The session store fails.


@pytest.fixture
def file_asker(
    connect: Connect, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Asker]:
    store = SqliteStore(tmp_path / "sessions.db")
    yield connect(request.param, store=store)
    store.close()


@pytest.mark.parametrize("file_asker", WAYS, indirect=True)
def test_an_answer_that_cannot_be_recorded_is_handed_on(
    file_asker: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    store = file_asker.store
    assert isinstance(store, SqliteStore)
    store.secret()
    with store.database.reading() as db:
        db.execute("PRAGMA query_only = ON")
    chat = Chat(file_asker)

    reply = chat.say("My name is Ada.")
    again = chat.say("What is my name?")

    assert text_of(reply).startswith("Understood")
    assert reply.anchor is None
    assert (again.reason, text_of(again)) == ("root", "Your name is Ada.")
    assert [r.levelname for r in caplog.records if r.name == "interactions_core"] == [
        "ERROR",
        "ERROR",
    ]
    assert reply.interaction_id in caplog.text
    assert store.ledger() == []


@pytest.mark.parametrize("file_asker", WAYS, indirect=True)
def test_a_store_that_cannot_be_read_stops_the_turn_before_it_costs(
    file_asker: Asker, emulator: Emulator
) -> None:
    store = file_asker.store
    assert isinstance(store, SqliteStore)
    with store.database.writing() as db:
        db.execute("DROP TABLE interactions")

    with pytest.raises(StoreError, match="no such table"):
        file_asker.ask("hello")

    assert creates(emulator) == []


# Models.


def test_the_model_is_named_every_time(asker: Asker, emulator: Emulator) -> None:
    chat = Chat(asker)
    chat.say("one")
    chat.say("two")

    assert [body["model"] for body in creates(emulator)] == [MODEL, MODEL]


def test_settings_are_sent_every_time(asker: Asker, emulator: Emulator) -> None:
    chat = Chat(asker, settings={"system_instruction": "Be brief."})
    chat.say("one")
    chat.say("two")

    sent: Sequence[object] = [b["system_instruction"] for b in creates(emulator)]
    assert sent == ["Be brief.", "Be brief."]
