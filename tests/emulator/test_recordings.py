"""The emulator's answers beside real ones, key by key."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

BRAINTRUST = "braintrustdata__braintrust-sdk-python/latest/"
OPENINFERENCE = "Arize-ai__openinference/"
RIG = "0xPlaygrounds__rig/gemini/"
LITERAL = {"type", "status", "object", "model", "event_type", "modality", "code"}
LITERAL |= {"name", "service_tier", "role"}


def shape(value: Any, key: str = "") -> Any:
    """Reduce JSON to its keys in order, its types, and its fixed words."""
    if isinstance(value, dict):
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    if key in LITERAL:
        return value
    return type(value).__name__


def sorted_keys(value: Any) -> Any:
    return json.loads(json.dumps(value, sort_keys=True))


def without_call_signatures(value: Any) -> Any:
    """Drop what function calls carry only since October 2026."""
    if isinstance(value, list):
        return [without_call_signatures(item) for item in value]
    if not isinstance(value, dict):
        return value
    dropped = {"signature"} if value.get("type") == "function_call" else set()
    kept = {name: item for name, item in value.items() if name not in dropped}
    return {name: without_call_signatures(item) for name, item in kept.items()}


def stream_shape(text: str) -> list[Any]:
    """Reduce a stream to event names and shapes; runs of text deltas are one."""
    shapes: list[Any] = []
    for block in text.strip().split("\n\n"):
        name, data = (line.split(": ", 1) for line in block.split("\n", 1))
        assert (name[0], data[0]) == ("event", "data")
        parsed = data[1] if data[1] == "[DONE]" else shape(json.loads(data[1]))
        if not shapes or shapes[-1] != (name[1], parsed):
            shapes.append((name[1], parsed))
    return shapes


def ids_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["id"]] if isinstance(value.get("id"), str) else []
        return own + [i for item in value.values() for i in ids_of(item)]
    return (
        [i for item in value for i in ids_of(item)] if isinstance(value, list) else []
    )


class Replay:
    """Sends recorded requests with the ids that the emulator gave."""

    def __init__(self, http: Any) -> None:
        self._http = http
        self._ids: dict[str, str] = {}

    def send(self, method: str, url: str, body: str, recorded: Any) -> Any:
        for theirs, ours in self._ids.items():
            body, url = body.replace(theirs, ours), url.replace(theirs, ours)
        answer = self._http.request(
            method, url, content=body, headers={"content-type": "application/json"}
        )
        if recorded is not None and answer.status_code == 200:
            self._ids |= dict(
                zip(ids_of(recorded), ids_of(answer.json()), strict=False)
            )
        return answer


def path_of(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def replayed(http: Any, exchanges: list[Any]) -> list[tuple[Any, Any]]:
    """Return recorded and emulated JSON of each exchange."""
    replay, pairs = Replay(http), []
    for exchange in exchanges:
        request, response = exchange["request"], exchange["response"]
        theirs = json.loads(response["body"]["string"])
        answer = replay.send(
            request["method"], path_of(request["uri"]), request["body"] or "", theirs
        )
        assert answer.status_code == response["status"]["code"]
        pairs.append((theirs, answer.json()))
    return pairs


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("test_interactions_create_and_get.yaml", id="create-get"),
        pytest.param("test_interactions_tool_call_and_follow_up.yaml", id="tool"),
        pytest.param("test_interactions_delete.yaml", id="delete"),
    ],
)
def test_unary_answers_have_the_recorded_keys_in_order(
    http: Any, recording: Callable[..., Any], name: str
) -> None:
    pairs = replayed(http, recording(BRAINTRUST + name))

    for theirs, ours in pairs:
        assert shape(ours) == shape(theirs)


def test_older_tool_turn_differs_only_in_the_call_signature(
    http: Any, recording: Callable[..., Any]
) -> None:
    name = "test_interactions_tool_span_stays_active_during_local_tool_work.yaml"

    pairs = replayed(http, recording(BRAINTRUST + name))

    for theirs, ours in pairs:
        assert shape(without_call_signatures(ours)) == shape(theirs)


def test_the_placeholder_signature_is_the_recorded_one(
    http: Any, recording: Callable[..., Any]
) -> None:
    name = "test_interactions_tool_call_and_follow_up.yaml"

    theirs, ours = replayed(http, recording(BRAINTRUST + name))[1]

    assert ours["usage"]["total_thought_tokens"] == 0
    assert ours["steps"][0] == theirs["steps"][0]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(BRAINTRUST + "test_interactions_create_stream.yaml", id="sync"),
        pytest.param(BRAINTRUST + "test_interactions_async_stream.yaml", id="async"),
        pytest.param(
            OPENINFERENCE + "test_generate_interactions_simple_message[True].yaml",
            id="openinference",
        ),
    ],
)
def test_streams_have_the_recorded_events_framing_and_keys(
    http: Any, recording: Callable[..., Any], name: str
) -> None:
    (exchange,) = recording(name)
    request = exchange["request"]

    answer = Replay(http).send("POST", path_of(request["uri"]), request["body"], None)

    theirs = exchange["response"]["body"]["string"]
    assert stream_shape(answer.text) == stream_shape(theirs)


@pytest.mark.parametrize("stream", [False, True])
def test_an_incomplete_answer_has_the_recorded_form(
    http: Any, emulator: Any, recording: Callable[..., Any], *, stream: bool
) -> None:
    name = f"test_generate_interactions_multi_model_messages[{stream}].yaml"
    (exchange,) = recording(OPENINFERENCE + name)
    emulator.script([{"reply": {"text": "The image displays a grid. " * 20}}])
    request = exchange["request"]

    answer = Replay(http).send("POST", path_of(request["uri"]), request["body"], None)

    theirs = exchange["response"]["body"]["string"]
    if stream:
        assert stream_shape(answer.text) == stream_shape(theirs)
    else:
        assert shape(answer.json()) == shape(json.loads(theirs))


@pytest.mark.parametrize(
    "name",
    [
        "interactions_api/followup_with_previous_interaction_id",
        "interactions_api/tool_result_roundtrip",
        "streaming_grammar/interactions_requires_action",
        "document_ordering/interactions_keeps_documents_after_system_before_history",
    ],
)
def test_gemini_3_answers_have_the_recorded_keys(
    http: Any, recording: Callable[..., Any], name: str
) -> None:
    """The recorder of these sorted the keys and dates from August 2026."""
    replay = Replay(http)

    for exchange in recording(RIG + name + ".yaml"):
        when, theirs = exchange["when"], json.loads(exchange["then"]["body"])
        answer = replay.send(when["method"], when["path"], when["body"], theirs)

        ours = sorted_keys(without_call_signatures(answer.json()))
        assert shape(ours) == shape(sorted_keys(theirs))


def test_gemini_3_streams_have_the_recorded_keys(
    http: Any, recording: Callable[..., Any]
) -> None:
    (exchange,) = recording(RIG + "interactions_api/streaming_interaction.yaml")
    when = exchange["when"]

    answer = Replay(http).send("POST", when["path"] + "?alt=sse", when["body"], None)

    ours = sorted_stream(answer.text)
    assert stream_shape(ours) == stream_shape(exchange["then"]["body"])


def sorted_stream(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        field, _, data = line.partition(": ")
        is_json = field == "data" and data != "[DONE]"
        lines.append(
            f"data: {json.dumps(json.loads(data), sort_keys=True)}" if is_json else line
        )
    return "\n".join(lines)


def test_success_headers_are_the_recorded_ones(
    http: Any, recording: Callable[..., Any]
) -> None:
    exchange = recording(BRAINTRUST + "test_interactions_create_and_get.yaml")[0]
    recorded = exchange["response"]["headers"]

    answer = http.create("What is the capital of France?")

    # The front end's own: HTTP/3, and chunks where we know the length.
    for name in recorded.keys() - {"alt-svc", "transfer-encoding", "content-length"}:
        ours = answer.headers.get_list(name)
        variable = name in {"date", "server-timing"}
        assert ours, name
        assert variable or ours == recorded[name], name


def test_a_legacy_client_gets_the_recorded_refusal(
    http: Any, recording: Callable[..., Any]
) -> None:
    name = "braintrustdata__braintrust-sdk-python/1.75.0/"
    exchange = recording(name + "test_interactions_create_and_get.yaml")[-1]
    request, response = exchange["request"], exchange["response"]

    answer = http.post(
        path_of(request["uri"]),
        content=request["body"],
        headers={"x-goog-api-client": request["headers"]["x-goog-api-client"][0]},
    )

    assert answer.status_code == 400
    assert answer.text == response["body"]["string"]
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
