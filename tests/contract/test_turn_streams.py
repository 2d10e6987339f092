"""What a stream shows, and what becomes of it when it breaks."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import takewhile

import httpx
import pytest

from interactions_core.cli.usage.usage_text import usage_json, usage_lines
from interactions_core.exceptions import (
    InterruptedStreamError,
    LostSubmitError,
    NetworkError,
    UnknownStatusError,
)
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.turn import Reply
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.replies import reply_text
from interactions_core.transcript.steps import model_output
from interactions_core.transcript.streaming import (
    ArgumentsDelta,
    CallStarted,
    TextDelta,
)
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import MODEL, STREAMS, WAYS, Asker, Chat, text_of
from tests.contract.conftest import Connect

LONG = "Some words of an answer that takes more than one event. " * 8
BREAKS = ("silent", "abrupt", "array")
BEFORE_TEXT = 6
"""Events before the first text: created, status, the thought's three, step.start."""

TOOLS = [{"type": "function", "name": "add", "parameters": {"type": "object"}}]
Event = dict[str, object]


@pytest.fixture(params=STREAMS)
def asker(request: pytest.FixtureRequest, connect: Connect) -> Asker:
    return connect(request.param)


def sent(emulator: Emulator, method: str) -> int:
    return sum(request["method"] == method for request in emulator.requests())


def records(asker: Asker) -> list[InteractionRecord | None]:
    return [asker.store.get(scope, e.key) for scope, e in asker.store.ledger()]


# Cut before anything was shown.


@pytest.mark.parametrize("how", BREAKS)
def test_a_stream_that_breaks_before_it_names_its_interaction_is_retried(
    asker: Asker, emulator: Emulator, how: str
) -> None:
    emulator.fault(do={"truncate_after_events": 0, "how": how})

    reply = asker.ask("My name is Ada.")

    assert asker.shown_text == text_of(reply) != ""
    assert (sent(emulator, "POST"), sent(emulator, "GET")) == (2, 0)
    [(_, entry)] = asker.store.ledger()
    assert (entry.attempts, entry.maybe_billed) == (2, 0 if how == "array" else 1)


@pytest.mark.parametrize("how", [*BREAKS, "an error event", "garbled"])
@pytest.mark.parametrize("events", [1, BEFORE_TEXT])
def test_a_stream_that_breaks_before_it_showed_anything_is_read_by_its_id(
    asker: Asker, emulator: Emulator, events: int, how: str
) -> None:
    """Ours: matching.md, section 8; what is finished is not bought again."""
    emulator.fault(
        do={
            "an error event": {"error_event_after": events},
            "garbled": {"malformed_event_after": events},
        }.get(how, {"truncate_after_events": events, "how": how})
    )
    chat = Chat(asker)

    reply = chat.say("My name is Ada.")

    assert asker.shown_text == text_of(reply) != ""
    assert (sent(emulator, "POST"), sent(emulator, "GET")) == (1, 1)
    [(_, entry)] = asker.store.ledger()
    assert (entry.attempts, entry.maybe_billed) == (1, 0)
    assert chat.say("What is my name?").reason == "continue"


def test_a_stream_that_falls_silent_is_read_by_its_id(
    connect: Connect, emulator: Emulator
) -> None:
    emulator.fault(do={"stall_after_events": 2})

    reply = connect("stream", timeout_s=8).ask("My name is Ada.")

    assert "Ada" in text_of(reply)
    assert sent(emulator, "POST") == 1


@pytest.mark.parametrize("loss", [{"lost": True}, {"hide_s": 99}])
def test_a_broken_stream_whose_interaction_is_unknown_is_retried(
    asker: Asker, emulator: Emulator, clock: Clock, loss: Event
) -> None:
    """API: an id that was just made may answer 404 for some seconds."""
    emulator.fault(do={"truncate_after_events": 3} | loss)

    asker.ask("hello")

    assert sent(emulator, "POST") == 2
    assert sum(clock.slept) >= 10


def test_a_broken_stream_whose_interaction_shows_up_later_is_read(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.fault(do={"truncate_after_events": 3, "hide_s": 6})

    reply = asker.ask("hello")

    assert asker.shown_text == text_of(reply) != ""
    assert sent(emulator, "POST") == 1


def test_a_broken_stream_that_cannot_be_read_is_an_error_that_names_it(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.fault(do={"truncate_after_events": 3})
    emulator.fault(on="get", do={"status": 500}, times=99)

    with pytest.raises(InterruptedStreamError, match="could not be read") as broken:
        asker.ask("hello")

    [request] = [row for row in emulator.requests() if row["method"] == "POST"]
    assert broken.value.interaction_id == request["interaction"]
    assert request["interaction"] in str(broken.value)


def test_a_stream_that_never_names_its_interaction_is_given_up(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.fault(do={"truncate_after_events": 0}, times=9)

    with pytest.raises(NetworkError, match="the stream ended before"):
        asker.ask("hello")

    assert sent(emulator, "POST") == 3


# Delivered twice.


def stored_text(emulator: Emulator, reply: Reply) -> str:
    steps = emulator.transcript(reply.interaction_id)
    return text_of(replace(reply, steps=tuple(steps)))


@pytest.mark.parametrize("events", range(BEFORE_TEXT))
def test_an_answer_whose_events_come_twice_is_the_stored_one(
    asker: Asker, emulator: Emulator, events: int
) -> None:
    emulator.script([{"reply": {"text": LONG}}])
    emulator.fault(do={"repeat_events_from": events})

    reply = asker.ask("tell me")

    assert asker.shown_text == text_of(reply) == stored_text(emulator, reply) == LONG
    assert sent(emulator, "POST") == 1


def test_text_that_came_twice_is_an_error_and_the_stored_answer_is_recorded(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": LONG}}])
    emulator.fault(do={"repeat_events_from": BEFORE_TEXT})

    with pytest.raises(InterruptedStreamError, match="not how the stored") as broken:
        asker.ask("tell me")

    [record] = records(asker)
    assert record is not None
    assert record.key == broken.value.interaction_id
    assert reply_text(record.held) == LONG
    assert broken.value.interaction_id in str(broken.value)
    assert text_of(asker.ask("tell me")) == LONG
    assert sent(emulator, "POST") == 1


@pytest.mark.parametrize("events", [0, 3, BEFORE_TEXT, BEFORE_TEXT + 4])
def test_a_run_whose_events_come_twice_is_shown_and_kept_once(
    asker: Asker, emulator: Emulator, events: int
) -> None:
    emulator.script([{"reply": {"text": LONG, "wait_s": 0}}])
    emulator.fault(do={"repeat_events_from": events})

    reply = asker.ask("tell me", background=True)

    assert asker.shown_text == text_of(reply) == LONG
    assert sent(emulator, "POST") == 1


# Cut after something was shown.


@pytest.mark.parametrize("how", [*BREAKS, "an error event"])
def test_a_stream_that_breaks_later_is_read_back(
    asker: Asker, emulator: Emulator, how: str
) -> None:
    emulator.script([{"when": {"last_user_contains": "tell"}, "reply": {"text": LONG}}])
    broken = {"truncate_after_events": 9, "how": how}
    if how == "an error event":
        broken = {"error_event_after": 9}
    emulator.fault(do=broken)
    chat = Chat(asker)

    reply = chat.say("tell me")

    assert asker.shown_text == text_of(reply) == LONG
    assert len(asker.shown) > 1
    assert (sent(emulator, "POST"), sent(emulator, "GET")) == (1, 1)
    assert chat.say("more").reason == "continue"


@pytest.mark.parametrize("events", range(BEFORE_TEXT + 1, 20))
def test_calls_that_were_not_shown_are_shown_when_they_are_read_back(
    asker: Asker, emulator: Emulator, events: int
) -> None:
    """Wherever the stream broke, what was shown comes to the whole answer."""
    reply = {
        "text": "Adding.",
        "calls": [{"name": "add", "arguments": {"x": n}} for n in (1, 2)]
        + [{"name": "add", "arguments": {}}],
    }
    emulator.script([{"reply": reply}])
    emulator.fault(do={"truncate_after_events": events})

    answer = asker.ask("add", settings={"tools": TOOLS})

    calls = [step for step in answer.steps if step["type"] == "function_call"]
    assert asker.shown_text == "Adding."
    assert [(e.call_id, e.name) for e in asker.shown if isinstance(e, CallStarted)] == [
        (call["id"], "add") for call in calls
    ]
    assert [
        json.loads(e.fragment) for e in asker.shown if isinstance(e, ArgumentsDelta)
    ] == [{"x": 1}, {"x": 2}]


@pytest.mark.parametrize(
    ("loss", "stored"),
    [({"lost": True}, True), ({}, False)],
    ids=["lost", "unstored"],
)
def test_a_broken_stream_that_cannot_be_read_back_says_what_had_come(
    asker: Asker, emulator: Emulator, loss: Event, *, stored: bool
) -> None:
    emulator.script([{"reply": {"text": LONG}}])
    emulator.fault(do={"truncate_after_events": 9} | loss)

    with pytest.raises(InterruptedStreamError, match="ask again") as broken:
        asker.ask("tell me", store=stored)

    said = broken.value.steps[-1]["content"][0]["text"]
    assert 0 < len(said) < len(LONG)
    assert LONG.startswith(said)
    assert asker.shown_text == said
    assert bool(broken.value.interaction_id) == stored
    assert sent(emulator, "POST") == 1
    assert asker.store.ledger() == []


def test_a_continuation_that_fails_says_what_all_hops_had_said(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "a b c d e f", "hops": 2}}])
    emulator.fault(do={"status": 400, "message": "No such token."}, nth=3)

    with pytest.raises(InterruptedStreamError, match="No such token") as broken:
        asker.ask("count")

    said = [step for step in broken.value.steps if step["type"] == "model_output"]
    assert len(said) == 2
    assert asker.shown_text == "".join(step["content"][0]["text"] for step in said)
    assert sent(emulator, "POST") == 3


def test_a_hop_that_is_rooted_anew_is_not_followed(
    asker: Asker, emulator: Emulator
) -> None:
    chat = Chat(asker)
    chat.say("hello")
    emulator.script([{"reply": {"text": "a b c d e f", "hops": 1}}])
    emulator.fault(do={"reroot": True}, nth=2)

    with pytest.raises(InterruptedStreamError, match="not on the chain"):
        chat.say("count")

    assert asker.shown_text == "a b c "


def test_the_steps_of_all_hops_are_numbered_through(
    asker: Asker, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "a b c d e f", "hops": 2}}])

    reply = asker.ask("count")

    for event in asker.shown:
        assert isinstance(event, TextDelta)
        assert reply.steps[event.index]["content"][0]["text"] == event.text


# What a stream shows.


def test_an_answer_arrives_in_pieces(asker: Asker, emulator: Emulator) -> None:
    emulator.script([{"reply": {"text": LONG}}])

    reply = asker.ask("tell me")

    assert len(asker.shown) > 3
    assert asker.shown_text == text_of(reply) == LONG


@pytest.mark.parametrize(
    "text",
    [
        "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei",
        "line\nline\r\nline\rdata: x\n\nevent: y",
        "\ufeffünï © 🎉 \x00 \x7f",
    ],
    ids=["line ends of Unicode", "line ends", "odd characters"],
)
def test_text_arrives_to_the_character(
    asker: Asker, emulator: Emulator, text: str
) -> None:
    """JSON may hold characters as they are at which line iterators split."""
    emulator.script([{"reply": {"text": text}}])

    assert text_of(asker.ask("tell me")) == text


# Answers and streams that the emulator does not send.


class Canned(http.server.ThreadingHTTPServer):
    """Answers every POST with the next of some bodies, cut into odd pieces.

    Attributes:
        bodies: What is still to come.
        stored: What a GET is answered with.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _CannedHandler)
        self.bodies: list[bytes] = []
        self.stored: Event = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _CannedHandler(http.server.BaseHTTPRequestHandler):
    server: Canned

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        body = self.server.bodies.pop(0)
        for start in range(0, len(body), 7):
            self.wfile.write(body[start : start + 7])
            self.wfile.flush()

    def do_GET(self) -> None:
        self.send_response(200 if self.server.stored else 404)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(self.server.stored).encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def canned() -> Iterator[Canned]:
    with Canned() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def frames(*events: Event, end: str = "\n") -> bytes:
    text = "".join(
        f"event: {event['event_type']}{end}"
        f"data: {json.dumps(event, ensure_ascii=False)}{end}{end}"
        for event in events
    )
    return (text + f"event: done{end}data: [DONE]{end}{end}").encode()


def answer(text: str, **completed: object) -> list[Event]:
    created = {"id": "v1_x", "status": "in_progress", "model": MODEL}
    return [
        {"interaction": created, "event_type": "interaction.created"},
        {"index": 0, "step": {"type": "model_output"}, "event_type": "step.start"},
        {
            "index": 0,
            "delta": {"type": "text", "text": text},
            "event_type": "step.delta",
        },
        {"index": 0, "event_type": "step.stop"},
        {
            "interaction": created | {"status": "completed"} | completed,
            "event_type": "interaction.completed",
        },
    ]


@pytest.fixture
def canned_asker(asker: Asker, canned: Canned, connect: Connect) -> Asker:
    return connect(asker.way, base_url=canned.url)


def test_pieces_may_end_anywhere(canned_asker: Asker, canned: Canned) -> None:
    canned.bodies = [frames(*answer("grüße 🎉\u2028!"))]

    assert text_of(canned_asker.ask("hello")) == "grüße 🎉\u2028!"


def test_windows_line_ends_are_read(canned_asker: Asker, canned: Canned) -> None:
    canned.bodies = [frames(*answer("hello"), end="\r\n")]

    assert text_of(canned_asker.ask("hello")) == "hello"


def test_an_empty_error_event_is_ignored(canned_asker: Asker, canned: Canned) -> None:
    """API: seen in the beta; the stream goes on."""
    events = answer("hello")
    events.insert(2, {"event_type": "error", "error": {}})
    events.insert(2, {"event_type": "error"})
    canned.bodies = [frames(*events)]

    assert text_of(canned_asker.ask("hello")) == "hello"


def test_events_of_later_versions_are_ignored(
    canned_asker: Asker, canned: Canned
) -> None:
    events = answer("hello")
    events.insert(1, {"event_type": "interaction.pondered", "depth": 9})
    canned.bodies = [b": a comment\n\nid: 7\nretry: 9\n\n" + frames(*events)]

    assert text_of(canned_asker.ask("hello")) == "hello"


def test_a_stream_without_its_end_mark_still_counts_once_completed(
    canned_asker: Asker, canned: Canned
) -> None:
    whole = frames(*answer("hello"))
    canned.bodies = [whole[: whole.index(b"event: done")].rstrip(b"\n")]

    assert text_of(canned_asker.ask("hello")) == "hello"
    assert canned.bodies == []


def test_text_in_the_first_event_of_a_step_is_shown(
    canned_asker: Asker, canned: Canned
) -> None:
    """API: some pages of the documentation put it there; no recording does."""
    events = answer(" Ada.")
    block = {"type": "text", "text": "Hello,"}
    events[1]["step"] = {"type": "model_output", "content": [block]}
    canned.bodies = [frames(*events)]

    reply = canned_asker.ask("hello")

    assert text_of(reply) == canned_asker.shown_text == "Hello, Ada."


STORED: Event = {
    "id": "v1_x",
    "status": "completed",
    "steps": [
        {"type": "model_output", "content": [{"type": "text", "text": "grüße"}]},
    ],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "garble",
    [
        pytest.param(lambda raw: raw.replace(b"\xc3\xbc", b"\xfc"), id="no UTF-8"),
        pytest.param(lambda raw: raw[: raw.rindex(b"gr") + 2], id="cut"),
    ],
)
def test_an_answer_that_came_garbled_is_read_by_its_id(
    connect: Connect, canned: Canned, way: str, garble: Callable[[bytes], bytes]
) -> None:
    asker = connect(way, base_url=canned.url)
    whole = json.dumps(STORED, ensure_ascii=False).encode()
    canned.bodies = [garble(frames(*answer("grüße")) if way in STREAMS else whole)]
    canned.stored = STORED

    reply = asker.ask("hello")

    assert text_of(reply) == "grüße"
    assert asker.store.ledger()[0][1].attempts == 1


WORKED_ON: Event = {"id": "v1_x", "status": "in_progress"}


def broken_off(way: str) -> bytes:
    """Answer a create in such a way that its end does not arrive."""
    if way in STREAMS:
        return frames(*answer("grüße")[:3])
    return b'{"id":"v1_x","status":"compl'


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("state", ["works on it", "cannot be read"])
def test_an_answer_that_broke_off_and_goes_on_is_read_by_the_next_calls(
    connect: Connect, canned: Canned, way: str, state: str
) -> None:
    """Ours: a paid answer is never paid twice, whoever asks for it again."""
    asker = connect(way, base_url=canned.url)
    canned.bodies = [broken_off(way)]
    canned.stored = WORKED_ON if state == "works on it" else {"id": "v1_x"}
    with pytest.raises(InterruptedStreamError, match="Ask again later") as raised:
        asker.ask("hello")
    canned.stored = WORKED_ON
    for _ in range(3):
        with pytest.raises(UnknownStatusError, match="still works on it"):
            asker.ask("hello")
    canned.stored = STORED | {"usage": {"total_tokens": 7}}

    reply = asker.ask("hello")

    assert raised.value.interaction_id == "v1_x"
    assert (text_of(reply), reply.recovered) == ("grüße", ("kept",))
    assert (reply.usage.total_tokens, asker.store.usage().total_tokens) == (7, 7)
    assert (asker.store.cost().total.turns, len(asker.store.ledger())) == (1, 1)
    canned.bodies = [frames(*answer("ja")) if way in STREAMS else plain("ja", "v1_y")]
    said = model_output([text_part("grüße")])
    assert asker.ask("hello", said, "again").previous_interaction_id == "v1_x"


@pytest.mark.parametrize("way", WAYS)
def test_the_share_that_came_from_a_cache_is_what_the_service_says(
    connect: Connect, canned: Canned, way: str
) -> None:
    asker = connect(way, base_url=canned.url)
    for number, cached in enumerate((0, 600)):
        used = {"total_input_tokens": 1_000, "total_cached_tokens": cached}
        used |= {"total_output_tokens": 10, "total_tokens": 1_010}
        ended = {"status": "completed", "usage": used, "id": f"v1_{number}"}
        whole = json.dumps(STORED | ended).encode()
        canned.bodies = [frames(*answer("ja", **ended)) if way in STREAMS else whole]
        asker.ask(f"hello {number}")

    total = asker.store.cost().total

    assert (total.fresh_tokens, total.usage.cached_tokens) == (1_400, 600)
    assert total.cached_share == pytest.approx(0.3)
    assert usage_json(asker.store.cost(), None, None)["total"]["cached_share"] == 0.3
    assert "30 % of the input came from a cache." in usage_lines(asker.store.cost(), 99)


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_goes_on_for_an_hour_is_let_go(
    connect: Connect, canned: Canned, clock: Clock, way: str
) -> None:
    asker = connect(way, base_url=canned.url)
    canned.bodies, canned.stored = [broken_off(way)], WORKED_ON
    with pytest.raises(InterruptedStreamError):
        asker.ask("hello")
    clock.advance(3_600)
    with pytest.raises(UnknownStatusError):
        asker.ask("hello")
    canned.bodies = [frames(*answer("ja")) if way in STREAMS else plain("ja", "v1_y")]

    assert text_of(asker.ask("hello")) == "ja"
    assert canned.bodies == []


def plain(text: str, name: str) -> bytes:
    said = {"type": "model_output", "content": [{"type": "text", "text": text}]}
    return json.dumps(STORED | {"id": name, "steps": [said]}).encode()


UNSETTLED: Event = STORED | {"status": "pondering", "usage": {"total_tokens": 7}}


def unsettled(way: str) -> bytes:
    """Answer a create with a status that this version does not know."""
    if way in STREAMS:
        ended = {"status": "pondering", "usage": {"total_tokens": 7}}
        return frames(*answer("grüße", **ended))
    return json.dumps(UNSETTLED).encode()


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_of_unknown_status_is_read_by_the_next_call_and_not_bought_again(
    connect: Connect, canned: Canned, way: str
) -> None:
    """Ours: an answer that was not handed on is given to the next equal call."""
    asker = connect(way, base_url=canned.url)
    canned.bodies, canned.stored = [unsettled(way)], UNSETTLED
    with pytest.raises(UnknownStatusError) as raised:
        asker.ask("hello")
    canned.stored = STORED | {"usage": {"total_tokens": 7}}

    reply = asker.ask("hello")

    assert (text_of(reply), reply.status) == ("grüße", "completed")
    assert (reply.interaction_id, reply.recovered) == ("v1_x", ("kept",))
    assert (raised.value.usage.total_tokens, reply.usage.total_tokens) == (7, 0)
    assert asker.store.usage().total_tokens == 7


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_whose_status_stays_unknown_is_told_once_more_and_then_let_go(
    connect: Connect, canned: Canned, way: str
) -> None:
    asker = connect(way, base_url=canned.url)
    canned.bodies, canned.stored = [unsettled(way)], UNSETTLED
    for paid in (7, 0):
        with pytest.raises(UnknownStatusError, match="v1_x") as raised:
            asker.ask("hello")
        assert raised.value.usage.total_tokens == paid
    assert canned.bodies == []
    whole = json.dumps(STORED | {"id": "v1_y"}).encode()
    canned.bodies = [frames(*answer("grüße")) if way in STREAMS else whole]

    assert text_of(asker.ask("hello")) == "grüße"
    assert canned.bodies == []


@pytest.mark.parametrize("also", ["", " More."])
def test_the_next_turn_chains_on_an_answer_that_was_settled_later(
    connect: Connect, canned: Canned, also: str
) -> None:
    asker = connect("unary", base_url=canned.url)
    canned.bodies, canned.stored = [unsettled("unary")], UNSETTLED
    with pytest.raises(UnknownStatusError):
        asker.ask("hello")
    said = model_output([text_part(f"grüße{also}")])
    canned.stored = STORED | {"steps": [{**said.wire}]}
    asker.ask("hello")
    canned.bodies = [json.dumps(STORED | {"id": "v1_y"}).encode()]

    reply = asker.ask("hello", said, "again")

    # What came later is no part of the context that was recorded.
    chained = ("expired", "") if also else ("continue", "v1_x")
    assert (reply.reason, reply.previous_interaction_id) == chained


def test_an_answer_of_unknown_status_that_is_gone_is_asked_for_again(
    connect: Connect, canned: Canned
) -> None:
    asker = connect("unary", base_url=canned.url)
    canned.bodies, canned.stored = [unsettled("unary")], UNSETTLED
    with pytest.raises(UnknownStatusError):
        asker.ask("hello")
    canned.stored = {}
    canned.bodies = [json.dumps(STORED | {"id": "v1_y"}).encode()]

    assert asker.ask("hello").interaction_id == "v1_y"


@pytest.mark.parametrize("way", ["unary", "async"])
def test_a_run_whose_first_answer_came_garbled_is_waited_for(
    connect: Connect, canned: Canned, way: str
) -> None:
    canned.bodies = [b'{"id":"v1_x","status":"in_prog']
    canned.stored = STORED

    reply = connect(way, base_url=canned.url).ask("hello", background=True)

    assert (reply.interaction_id, text_of(reply)) == ("v1_x", "grüße")


@pytest.mark.parametrize("way", ["unary", "async"])
def test_a_run_whose_first_answer_does_not_name_it_is_a_lost_create(
    connect: Connect, canned: Canned, clock: Clock, way: str
) -> None:
    canned.bodies = [b'{"status":"in_progress"}']
    begun = clock.now

    with pytest.raises(LostSubmitError):
        connect(way, base_url=canned.url).ask("hello", background=True)

    assert clock.now == begun


def test_what_was_said_is_not_in_the_error_about_a_garbled_stream(
    canned_asker: Asker, canned: Canned
) -> None:
    canned.bodies = [b'data: {"text": "my secret plan\n\nnoise: my secret plan\n\n'] * 3

    with pytest.raises(NetworkError) as broken:
        canned_asker.ask("hello")

    assert "secret" not in str(broken.value)


def test_a_continuation_without_progress_is_not_continued_for_ever(
    canned_asker: Asker, canned: Canned
) -> None:
    stuck = {"status": "requires_continuation", "continuation_token": "T"}
    canned.bodies = [frames(*answer("a", **stuck))] * 5

    with pytest.raises(Exception, match="no new token"):
        canned_asker.ask("hello")

    assert len(canned.bodies) == 3


def test_counting_events_before_text_is_right(emulator: Emulator) -> None:
    """Keeps `BEFORE_TEXT` honest."""
    body = {"model": MODEL, "input": "hello", "stream": True}
    headers = {"x-goog-api-key": "k"}
    answered = httpx.post(f"{emulator.url}/v1/interactions", json=body, headers=headers)
    kinds = [
        json.loads(line[6:])
        for line in answered.text.split("\n")
        if line.startswith("data: {")
    ]

    quiet = takewhile(lambda e: e.get("delta", {}).get("type") != "text", kinds)
    assert len(list(quiet)) == BEFORE_TEXT
