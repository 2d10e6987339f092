"""Answers from an OpenAI-compatible server, over real HTTP on loopback."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

import httpx
import pytest

from interactions_emulator import Emulator
from tests.emulator.results import result_of
from tests.patience import PATIENCE_S

STREAMED = {"model": "gemini-2.5-flash", "input": "Hi.", "stream": True}
CALL = {
    "index": 0,
    "id": "a",
    "function": {"name": "get_weather", "arguments": '{"location": "Oslo"}'},
}


class ChatServer(ThreadingHTTPServer):
    """Answers what it is told to, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ChatHandler)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.deltas: list[dict[str, Any]] = [{"content": "Hello."}]
        self.finish: str | None = "stop"
        self.status = 200
        self.headers: dict[str, str] = {}
        self.raw: bytes | None = None
        self.held = threading.Event()
        self.held.set()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.takes_options = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        parts = [{"choices": [{"index": 0, "delta": one}]} for one in self.deltas]
        usage = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": self.finish}]}
        lines = [f"data: {json.dumps(part)}\n\n" for part in (*parts, end, usage)]
        return "".join([*lines, "data: [DONE]\n\n"]).encode()


class ChatHandler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        assert self.path == "/v1/chat/completions"
        size = int(self.headers["content-length"])
        self.server.asked.append(json.loads(self.rfile.read(size)))
        self.server.keys.append(self.headers["authorization"])
        self.server.held.wait(PATIENCE_S)
        if "stream_options" in self.server.asked[-1] and not self.server.takes_options:
            self.send_error(400, "stream_options: extra fields are not permitted")
            return
        self.send_response(self.server.status)
        kind = "text/event-stream" if self.server.status == 200 else "application/json"
        self.send_header("content-type", self.server.headers.get("content-type", kind))
        if "retry-after" in self.server.headers:
            self.send_header("retry-after", self.server.headers["retry-after"])
        self.end_headers()
        first, end, rest = self.server.body().partition(b"\n\n")
        self.wfile.write(first + end)
        if self.server.goes_on.wait(PATIENCE_S):
            self.wfile.write(rest)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    server = ChatServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.held.set()
    server.goes_on.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def emulator(chat: ChatServer) -> Iterator[Emulator]:
    key = "an upstream key"
    with Emulator(
        upstream=chat.url, upstream_model="tiny", upstream_key=key
    ) as running:
        yield running


@pytest.fixture(params=["gemini-2.5-flash", "gemini-3.7-flash"])
def body(request: Any, weather: Any) -> dict[str, Any]:
    return {"model": request.param, "tools": [weather]}


def test_the_upstream_answers(http: Any, chat: ChatServer, answer_text: Any) -> None:
    chat.deltas = [{"role": "assistant"}, {"content": "Good "}, {"content": "day."}]

    made = http.made("Hi.", system_instruction="Be brief.")

    assert answer_text(made) == "Good day."
    assert made["model"] == "gemini-2.5-flash"
    assert chat.keys == ["Bearer an upstream key"]
    assert chat.asked[0]["model"] == "tiny"
    assert chat.asked[0]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi."},
    ]


def test_the_emulator_keeps_the_state(http: Any, chat: ChatServer) -> None:
    first = http.made("One.")
    http.made("Two.", previous_interaction_id=first["id"])

    roles = [message["role"] for message in chat.asked[1]["messages"]]
    assert roles == ["user", "assistant", "user"]


def test_calls_come_from_the_upstream_and_results_go_back(
    http: Any, chat: ChatServer, weather: Any, answer_text: Any
) -> None:
    """The arguments come in fragments, two calls at once."""
    chat.deltas = [
        {"tool_calls": [_call(0, "a", "get_weather", '{"loca')]},
        {"tool_calls": [{"index": 0, "function": {"arguments": 'tion": "Rome"}'}}]},
        {"tool_calls": [_call(1, "b", "get_weather", '{"location": "Oslo"}')]},
    ]
    chat.finish = "tool_calls"
    called = http.made("Weather?", model="gemini-3.7-flash", tools=[weather])
    calls = called["steps"][1:]
    chat.deltas, chat.finish = [{"content": "Warm and cold."}], "stop"
    results = [result_of(call) for call in calls]
    chain = {"previous_interaction_id": called["id"], "tools": [weather]}

    told = http.made(results, model="gemini-3.7-flash", **chain)

    assert called["status"] == "requires_action"
    assert [call["arguments"]["location"] for call in calls] == ["Rome", "Oslo"]
    assert {call["signature"] for call in calls} == {called["steps"][0]["signature"]}
    assert answer_text(told) == "Warm and cold."
    assistant, *tools = chat.asked[1]["messages"][1:]
    assert [one["id"] for one in assistant["tool_calls"]] == [c["id"] for c in calls]
    assert [one["tool_call_id"] for one in tools] == [c["id"] for c in calls]


def test_an_upstream_answer_is_streamed(
    http: Any, chat: ChatServer, events: Any
) -> None:
    chat.deltas = [{"reasoning_content": "Hm."}, {"content": "Hello."}]

    told = events(http.create("Hi.", stream=True).text)

    deltas = [event["delta"] for event in told if "delta" in event]
    assert deltas[0]["content"]["text"] == "Hm."
    assert {"text": "Hello.", "type": "text"} in deltas
    assert told[-1]["event_type"] == "interaction.completed"


def test_words_are_passed_on_while_the_upstream_still_speaks(
    http: Any, chat: ChatServer, answer_text: Any
) -> None:
    """The upstream says its second word only after the first one has arrived."""
    chat.goes_on.clear()
    chat.deltas = [{"content": "Good "}, {"content": "day."}]

    with http.stream("POST", "/v1/interactions", json=STREAMED) as answer:
        told = _told(answer)
        before = _until_text(told)
        unknown = http.get(f"/v1/interactions/{_id_of(before)}").status_code
        chat.goes_on.set()
        after = list(told)

    kinds = [event["event_type"].rpartition(".")[2] for event in before]
    opening = ["created", "status_update", "start", "delta", "stop", "start", "delta"]
    assert kinds == opening
    assert before[-1]["delta"] == {"text": "Good ", "type": "text"}
    assert unknown == 404
    assert after[0]["delta"] == {"text": "day.", "type": "text"}
    stored = http.get(f"/v1/interactions/{_id_of(before)}").json()
    assert answer_text(stored) == "Good day."
    assert after[-1]["interaction"] == _without(stored, "steps")


def test_the_sdk_hears_the_first_word_before_the_last(
    sdk: Any, chat: ChatServer
) -> None:
    """Without its cue the upstream would break off after the first word."""
    chat.goes_on.clear()
    chat.deltas = [{"content": "Good "}, {"content": "day."}]
    words: list[str] = []

    stream = sdk.interactions.create(**STREAMED)
    for event in stream:
        if event.event_type == "step.delta" and event.delta.type == "text":
            words.append(event.delta.text)
            chat.goes_on.set()

    assert words == ["Good ", "day."]


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param([{"content": "Hel"}, {"content": "lo."}], id="text"),
        pytest.param(
            [{"reasoning": "H"}, {"reasoning": "m."}, {"content": "Yes."}],
            id="reasoning",
        ),
        pytest.param([{"reasoning": "Hm."}], id="reasoning alone"),
        pytest.param([{"role": "assistant"}], id="nothing"),
        pytest.param([{"tool_calls": [CALL]}], id="call"),
        pytest.param([{"content": "So:"}, {"tool_calls": [CALL]}], id="text and call"),
    ],
)
def test_a_stream_is_stored_and_told_like_a_unary_answer(
    http: Any, chat: ChatServer, events: Any, body: dict[str, Any], deltas: Any
) -> None:
    """Signatures and ids are random, so they are left out."""
    chat.deltas = deltas

    live = events(http.create("Hi.", stream=True, **body).text)

    path = f"/v1/interactions/{_id_of(live)}"
    replay = events(http.get(f"{path}?stream=true").text)
    assert _joined(live) == _joined(replay)
    stored, unary = http.get(path).json(), http.made("Hi.", **body)
    assert _bare(stored) == _bare(unary)
    signatures = [s["signature"] for s in stored["steps"] if "signature" in s]
    assert len(set(signatures)) == 1


def test_calls_after_streamed_text_can_be_answered(
    http: Any, chat: ChatServer, events: Any, weather: Any
) -> None:
    """Its signature went out before the call was known, and is a real one."""
    chat.deltas = [{"content": "I look."}, {"tool_calls": [CALL]}]
    body = {"model": "gemini-3.7-flash", "tools": [weather]}
    live = events(http.create("Hi.", stream=True, **body).text)
    call = next(e["step"] for e in live if e.get("step", {}).get("id"))
    chat.deltas = [{"content": "Mild."}]

    told = http.made([result_of(call)], previous_interaction_id=_id_of(live))

    assert told["status"] == "completed"
    delta = next(e["delta"] for e in live if "arguments" in e.get("delta", {}))
    assert json.loads(delta["arguments"]) == {"location": "Oslo"}
    assert live[-1]["interaction"]["status"] == "requires_action"
    assert live[-1]["interaction"]["usage"]["total_output_tokens"] > 0


def test_a_client_that_leaves_early_loses_nothing(
    http: Any, chat: ChatServer, answer_text: Any
) -> None:
    chat.goes_on.clear()
    chat.deltas = [{"content": "Good "}, {"content": "day."}]
    with http.stream("POST", "/v1/interactions", json=STREAMED) as answer:
        before = _until_text(_told(answer))

    chat.goes_on.set()

    path, deadline = f"/v1/interactions/{_id_of(before)}", monotonic() + PATIENCE_S
    while (stored := http.get(path)).status_code == 404:
        assert monotonic() < deadline
    assert answer_text(stored.json()) == "Good day."


def test_a_stream_that_was_not_to_be_stored_is_not(
    http: Any, chat: ChatServer, events: Any
) -> None:
    del chat

    live = events(http.create("Hi.", stream=True, store=False).text)

    assert live[0]["interaction"]["id"] == ""
    assert live[-1]["interaction"]["status"] == "completed"


def test_an_error_before_the_first_word_is_an_http_error(
    http: Any, chat: ChatServer
) -> None:
    chat.status, chat.raw = 503, b'{"error": {"message": "Loading."}}'

    answer = http.create("Hi.", stream=True)

    assert answer.status_code == 503
    assert "Loading." in answer.text


def test_an_error_after_the_first_word_is_an_event(
    http: Any, chat: ChatServer, events: Any
) -> None:
    chat.raw = (
        b'data: {"choices": [{"delta": {"content": "Hal"}}]}\n\n'
        b'data: {"error": {"message": "out of memory"}}\n\n'
    )

    answer = http.create("Hi.", stream=True)

    told = events(answer.text)
    assert answer.status_code == 200
    assert told[-2]["delta"]["text"] == "Hal"
    assert told[-1]["event_type"] == "error"
    assert "out of memory" in told[-1]["error"]["message"]
    assert http.get(f"/v1/interactions/{_id_of(told)}").status_code == 404


def test_an_upstream_without_stream_options_is_asked_again(
    http: Any, chat: ChatServer, events: Any
) -> None:
    chat.takes_options = False

    told = events(http.create("Hi.", stream=True).text)

    assert told[-1]["event_type"] == "interaction.completed"
    assert chat.asked[0]["stream_options"] == {"include_usage": True}
    assert chat.asked[1] == _without(chat.asked[0], "stream_options")


def test_a_reset_ends_the_streams_under_way(
    http: Any, emulator: Emulator, chat: ChatServer
) -> None:
    chat.goes_on.clear()
    chat.deltas = [{"content": "Good "}, {"content": "day."}]

    with http.stream("POST", "/v1/interactions", json=STREAMED) as answer:
        told = _told(answer)
        _until_text(told)
        emulator.reset()
        after = list(told)

    assert [event["event_type"] for event in after] == ["error"]


def test_a_stream_lasts_ten_minutes_of_the_clock(
    http: Any, emulator: Emulator, chat: ChatServer
) -> None:
    chat.goes_on.clear()

    with http.stream("POST", "/v1/interactions", json=STREAMED) as answer:
        lines = answer.iter_lines()
        assert any("Hello." in line for line in lines)
        emulator.advance(601)
        rest = "".join(lines)

    assert "currently unavailable" in rest
    assert "DONE" not in rest


@pytest.mark.parametrize("effect", [{"close": "after"}, {"lost": True}])
def test_faults_of_the_answer_apply_to_streams(
    http: Any, emulator: Emulator, chat: ChatServer, effect: dict[str, Any]
) -> None:
    emulator.fault(do=effect)

    with contextlib.suppress(httpx.RemoteProtocolError):
        http.create("Hi.", stream=True)

    assert len(chat.asked) == 1
    made = emulator.requests()[-1]["interaction"]
    kept = http.get(f"/v1/interactions/{made}").status_code
    assert kept == (404 if "lost" in effect else 200)


def test_settings_tools_and_formats_are_translated(
    http: Any, chat: ChatServer, weather: Any
) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    config = {"temperature": 0.2, "max_output_tokens": 9, "tool_choice": "any"}
    text = {"type": "text", "mime_type": "application/json", "schema": schema}

    http.create("Hi.", generation_config=config, tools=[weather], response_format=text)

    asked = chat.asked[0]
    assert (asked["temperature"], asked["max_tokens"]) == (0.2, 9)
    assert asked["tool_choice"] == "required"
    assert asked["tools"][0]["function"]["name"] == "get_weather"
    assert asked["response_format"]["json_schema"]["schema"] == schema


def test_pictures_go_along(http: Any, chat: ChatServer) -> None:
    image = {"type": "image", "data": "AAAA", "mime_type": "image/png"}

    http.made([{"type": "text", "text": "What?"}, image])

    text, picture = chat.asked[0]["messages"][0]["content"]
    assert text == {"type": "text", "text": "What?"}
    assert picture["image_url"]["url"] == "data:image/png;base64,AAAA"


def test_a_cut_answer_is_incomplete(http: Any, chat: ChatServer) -> None:
    chat.finish = "length"

    assert http.made("Hi.")["status"] == "incomplete"


@pytest.mark.parametrize(
    ("status", "seen", "code"),
    [
        (400, 400, "invalid_request"),
        (401, 403, "permission_denied"),
        (404, 404, "not_found"),
        (429, 429, "too_many_requests"),
        (500, 500, "api_error"),
        (502, 500, "api_error"),
        (503, 503, "service_unavailable"),
    ],
)
def test_refusals_of_the_upstream_are_mapped(
    http: Any, chat: ChatServer, status: int, seen: int, code: str
) -> None:
    chat.status, chat.raw = status, b'{"error": {"message": "No such thing."}}'

    answer = http.create("Hi.")

    assert answer.status_code == seen
    assert answer.json()["error"]["code"] == code
    assert "No such thing." in answer.json()["error"]["message"]


def test_retry_after_is_passed_on(http: Any, chat: ChatServer) -> None:
    chat.status, chat.headers, chat.raw = 429, {"retry-after": "7"}, b"busy"

    assert http.create("Hi.").headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("raw", "status", "said"),
    [
        (b"data: {nonsense\n\n", 500, "no chat completion"),
        (b'data: {"choices": [{"delta": {"content": "Hal"}}]}\n\n', 503, "broke off"),
        (b'data: {"error": {"message": "out of memory"}}\n\n', 500, "out of memory"),
    ],
    ids=["nonsense", "cut", "error"],
)
def test_a_broken_answer_is_an_error(
    http: Any, chat: ChatServer, raw: bytes, status: int, said: str
) -> None:
    chat.raw = raw

    got, message = http.refused("Hi.")

    assert got == status
    assert said in message


def test_arguments_that_are_no_json_are_an_error(http: Any, chat: ChatServer) -> None:
    chat.deltas = [{"tool_calls": [_call(0, "a", "f", "{oops")]}]

    answer = http.create("Hi.")

    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "malformed_function_call"


def test_an_absent_upstream_is_unavailable(connect: Any) -> None:
    with Emulator(upstream="http://127.0.0.1:1/v1", upstream_model="m") as emulator:
        status, message = connect(emulator).refused("Hi.")

    assert status == 503
    assert "127.0.0.1:1 cannot be reached" in message


def test_a_server_that_does_not_stream_is_understood(
    http: Any, chat: ChatServer, answer_text: Any
) -> None:
    message = {"role": "assistant", "content": "Whole."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    chat.raw = json.dumps({"choices": [choice]}).encode()
    chat.headers = {"content-type": "application/json"}

    assert answer_text(http.made("Hi.")) == "Whole."


def test_scripted_replies_go_first(
    http: Any, emulator: Emulator, chat: ChatServer, answer_text: Any
) -> None:
    emulator.script(
        [{"when": {"last_user_contains": "ping"}, "reply": {"text": "pong"}}]
    )

    texts = [answer_text(http.made(text)) for text in ("ping", "Hi.")]

    assert texts == ["pong", "Hello."]
    assert len(chat.asked) == 1


def test_background_work_ends_when_the_upstream_does(
    http: Any, chat: ChatServer, answer_text: Any
) -> None:
    chat.held.clear()
    begun = http.made("Hi.", model="gemini-3.7-flash", background=True)
    running = http.get(f"/v1/interactions/{begun['id']}").json()
    chat.held.set()

    told = http.get(f"/v1/interactions/{begun['id']}?stream=true").text
    done = http.get(f"/v1/interactions/{begun['id']}").json()

    assert (begun["status"], running["status"]) == ("in_progress", "in_progress")
    assert "interaction.completed" in told
    assert done["status"] == "completed"
    assert answer_text(done) == "Hello."


def test_background_work_fails_with_the_upstream(http: Any, chat: ChatServer) -> None:
    chat.status, chat.raw = 500, b"boom"
    begun = http.made("Hi.", model="gemini-3.7-flash", background=True)

    told = http.get(f"/v1/interactions/{begun['id']}?stream=true").text
    done = http.get(f"/v1/interactions/{begun['id']}").json()

    assert '"status":"failed"' in told
    assert done["status"] == "failed"
    assert "boom" in done["errors"][0]["message"]


def test_cancelled_background_work_stays_cancelled(http: Any, chat: ChatServer) -> None:
    chat.held.clear()
    begun = http.made("Hi.", model="gemini-3.7-flash", background=True)

    http.post(f"/v1/interactions/{begun['id']}/cancel")
    chat.held.set()
    http.get(f"/v1/interactions/{begun['id']}?stream=true")

    assert http.get(f"/v1/interactions/{begun['id']}").json()["status"] == "cancelled"


def _call(index: int, call_id: str, name: str, arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"index": index, "id": call_id, "type": "function", "function": function}


def _told(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """Yield the events of an open stream."""
    for line in answer.iter_lines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def _until_text(told: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    for event in told:
        heard.append(event)
        if "text" in event.get("delta", {}):
            break
    return heard


def _joined(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events with neighbouring pieces of text made one."""
    joined: list[dict[str, Any]] = []
    for event in told:
        last = joined[-1].get("delta", {}) if joined else {}
        if "text" in last and "text" in event.get("delta", {}):
            last["text"] += event["delta"]["text"]
        else:
            joined.append(event)
    return joined


def _bare(interaction: dict[str, Any]) -> dict[str, Any]:
    shown = _without(interaction, "id", "created", "updated")
    steps = [_without(step, "id", "signature") for step in interaction["steps"]]
    return shown | {"steps": steps}


def _id_of(told: list[dict[str, Any]]) -> str:
    return told[0]["interaction"]["id"]


def _without(body: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in keys}
