"""What comes with a success and is not what the API answers, asked in every way."""

from typing import Any

import pytest

from interactions_core.exceptions import (
    EmptyReplyError,
    LostSubmitError,
    NetworkError,
    NotFoundError,
    ServiceError,
)
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import Asker, Chat, text_of
from tests.contract.test_turns import creates, entries

FIELDS = ["id", "steps", "usage"]
GONE = {"error": {"message": "Requested entity was not found.", "code": "not_found"}}
BUSY = {"error": {"message": "Come again.", "code": "service_unavailable"}}
FRONT_END = [{"error": {"code": 503, "message": "Busy.", "status": "UNAVAILABLE"}}]
NUMBERED = {"error": {"code": 503, "message": "Busy."}}
FRAMED = (
    'event: error\ndata: {"error":{"code":"service_unavailable","message":"Busy."},'
    '"event_type":"error"}\n\n'
)
FOREIGN = {"id": "chatcmpl-1", "object": "chat.completion", "choices": []}

STRANGE = [
    pytest.param({"without": FIELDS}, "HTTP 200", id="nothing of it"),
    pytest.param({"instead": {"body": {}}}, "an empty object", id="empty"),
    pytest.param({"instead": {"body": {"status": "completed"}}}, "`status`", id="word"),
    pytest.param({"instead": {"body": FOREIGN}}, "`choices`", id="another API"),
    pytest.param({"instead": {"body": [1]}}, "type list", id="a list"),
    pytest.param({"instead": {"body": {}, "status": 202}}, "HTTP 202", id="202"),
    pytest.param({"instead": {"status": 204}}, "HTTP 204", id="204"),
    pytest.param(
        {"instead": {"body": "<html>", "kind": "text/html"}}, "text/html", id="a page"
    ),
]
ERRORS = [
    pytest.param({"body": BUSY}, id="an error"),
    pytest.param({"body": BUSY, "status": 202}, id="an error with 202"),
    pytest.param({"body": FRONT_END}, id="of the front end"),
    pytest.param({"body": NUMBERED}, id="a number"),
    pytest.param({"body": FRAMED, "kind": "text/event-stream"}, id="framed"),
]


@pytest.mark.parametrize(("do", "said"), STRANGE)
def test_what_is_no_interaction_is_an_error_that_says_what_came(
    asker: Asker, emulator: Emulator, do: Any, said: str
) -> None:
    """Ours: it is as good as a lost answer, and asking again would be billed again."""
    emulator.fault(do=do, times=9)

    with pytest.raises(
        NetworkError, match=r"may have reached .* not sent again"
    ) as odd:
        asker.ask("My name is Ada.")

    assert said in str(odd.value)
    assert (odd.value.answered, len(creates(emulator))) == (True, 1)
    [(_, lost)] = asker.store.list_unanswered()
    assert (lost.what, lost.creates, asker.store.ledger()) == ("lost", 1, [])


@pytest.mark.parametrize(("do", "said"), STRANGE)
def test_a_run_of_which_nothing_is_told_is_a_lost_create_that_says_what_came(
    asker: Asker, emulator: Emulator, do: Any, said: str
) -> None:
    emulator.fault(do=do, times=9)

    with pytest.raises(LostSubmitError) as lost:
        asker.ask("My name is Ada.", background=True)

    assert said in str(lost.value)
    assert len(creates(emulator)) == 1
    assert asker.store.cost().total.maybe_billed == 1


def test_nothing_is_chained_on_what_was_no_interaction(
    asker: Asker, emulator: Emulator
) -> None:
    chat = Chat(asker)
    first = chat.say("My name is Ada.")
    emulator.fault(do={"instead": {"body": {"status": "completed"}}})
    with pytest.raises(NetworkError):
        chat.say("What is my name?")
    chat.steps.pop()

    reply = chat.say("What is my name?")

    assert reply.previous_interaction_id == first.interaction_id
    assert text_of(reply) == "Your name is Ada."


def test_what_it_took_is_counted_where_that_is_all_that_it_says(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.fault(do={"without": ["id", "steps"]})

    with pytest.raises(NetworkError) as odd:
        asker.ask("My name is Ada.")

    [entry] = entries(asker.store)
    assert odd.value.usage.total_tokens == emulator.stats()["tokens"]
    assert (entry.usage, entry.maybe_billed) == (odd.value.usage, 0)
    assert asker.store.list_unanswered() == []


@pytest.mark.parametrize("name", ["X-Request-Id", "x-goog-request-id"])
def test_what_came_is_told_with_the_name_that_it_gives_the_request(
    asker: Asker, emulator: Emulator, name: str
) -> None:
    """Ours: no such header of the API was recorded; gateways send them."""
    emulator.fault(do={"instead": {"body": {}, "headers": {name: "r-17"}}})

    with pytest.raises(NetworkError, match=r"an empty object \(request r-17\)\."):
        asker.ask("hello")


# An error in place of an answer.


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize("instead", ERRORS)
def test_an_error_that_comes_with_a_success_is_the_error_that_it_says(
    asker: Asker, emulator: Emulator, clock: Clock, instead: Any, *, background: bool
) -> None:
    emulator.fault(do={"instead": instead}, times=9)

    with pytest.raises(ServiceError, match="HTTP 503") as refused:
        asker.ask("hello", background=background)

    assert refused.value.status_code == 503
    assert clock.slept == [0.5, 1.0]
    assert len(creates(emulator)) == 3
    # In a stream an error is usual; elsewhere nobody knows what the success was for.
    told = 0 if instead.get("kind") else 3
    assert asker.store.cost().total.maybe_billed == told


def test_a_parent_that_is_gone_with_a_success_costs_one_replay(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    chat = Chat(asker)
    chat.say("My name is Ada.")
    clock.advance(120.0)
    emulator.fault(do={"instead": {"body": GONE}})

    reply = chat.say("What is my name?")

    assert (reply.reason, reply.recovered) == ("expired", ("expired",))
    assert text_of(reply) == "Your name is Ada."


def test_an_error_in_one_piece_says_what_it_came_with(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.fault(do={"instead": {"body": GONE, "status": 202}})

    with pytest.raises(NotFoundError, match=r"came with HTTP 202, and may be billed\."):
        asker.ask("hello")


# An interaction of which something is missing.


@pytest.mark.parametrize("left_out", [["id"], ["id", "status"]], ids=", ".join)
def test_an_answer_without_an_id_is_handed_on_and_not_chained_on(
    asker: Asker, emulator: Emulator, left_out: list[str]
) -> None:
    emulator.fault(do={"without": left_out})
    chat = Chat(asker)

    first = chat.say("My name is Ada.")

    assert (first.status, first.interaction_id) == ("completed", "")
    assert "Ada" in text_of(first)
    second = chat.say("What is my name?")
    assert (second.previous_interaction_id, second.sent[0]) == ("", first.sent[0])
    assert text_of(second) == "Your name is Ada."


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize(
    "left_out", [["steps"], ["steps", "status"], ["steps", "usage"]], ids=", ".join
)
def test_an_answer_without_steps_is_read_by_its_id(
    asker: Asker, emulator: Emulator, left_out: list[str], *, background: bool
) -> None:
    """Ours: none was recorded that was completed and had no steps; reading is free."""
    emulator.fault(do={"without": left_out})
    chat = Chat(asker, background=background)

    first = chat.say("My name is Ada.")

    assert "Ada" in text_of(first)
    assert asker.shown_text in {"", text_of(first)}
    assert len(creates(emulator)) == 1
    assert chat.say("What is my name?").previous_interaction_id == first.interaction_id


def test_an_answer_without_steps_that_has_none_is_an_empty_one(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"steps": []}, "times": 1}])
    emulator.fault(do={"without": ["steps"]})

    with pytest.raises(EmptyReplyError):
        asker.ask("hello")

    assert len(creates(emulator)) == 1


@pytest.mark.parametrize("text", ["", "Well"])
def test_an_unstored_answer_that_was_cut_by_its_budget_may_have_no_steps(
    asker: Asker, emulator: Emulator, text: str
) -> None:
    """API: recorded without `steps` where only thoughts were made, and without an id
    where nothing is stored (vercel/ai, September 2026)."""
    emulator.script([{"reply": {"text": text, "status": "incomplete"}, "times": 1}])
    emulator.fault(do={"without": ["steps"]})

    with pytest.raises(EmptyReplyError, match="raise max_output_tokens"):
        asker.ask("hello", store=False)

    assert len(creates(emulator)) == 1
    assert entries(asker.store)[0].usage.total_tokens > 0


# An answer in the form of the other mode.


def test_an_answer_in_one_piece_is_taken_where_a_stream_was_asked_for(
    connect: Any, emulator: Emulator
) -> None:
    """Ours: it is paid for, whatever form a gateway has given it."""
    calls = [{"name": "add", "arguments": {"a": 1}}]
    emulator.script([{"reply": {"text": "Now.", "calls": calls}}])
    tools = [{"type": "function", "name": "add", "parameters": {"type": "object"}}]
    plain = connect("unary").ask("hello", settings={"tools": tools})
    body = connect("unary").client.get(plain.interaction_id, include_input=False)

    for way in ("stream", "async stream"):
        emulator.fault(do={"instead": {"body": body}})
        asker = connect(way)
        reply = asker.ask("hello", settings={"tools": tools}, session_id=way)
        assert reply.steps == plain.steps
        assert asker.shown_text == "Now."


def test_a_stream_is_taken_where_one_piece_was_asked_for(
    connect: Any, emulator: Emulator
) -> None:
    whole = connect("unary").ask("My name is Ada.")
    frames = (
        f'data: {{"event_type": "interaction.created", "interaction": '
        f'{{"id": "{whole.interaction_id}"}}}}\n\n'
        'data: {"event_type": "step.start", "index": 0, '
        '"step": {"type": "model_output", "content": '
        '[{"type": "text", "text": "Hello Ada."}]}}\n\n'
        'data: {"event_type": "interaction.completed", '
        '"interaction": {"status": "completed"}}\n\n'
    )

    for way in ("unary", "async"):
        emulator.fault(do={"instead": {"body": frames, "kind": "text/event-stream"}})
        assert text_of(connect(way).ask("Hi.", session_id=way)) == "Hello Ada."
