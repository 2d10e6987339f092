"""What leaves the process: ids, counts and reasons, and no word of what was said.

The real exporter sends to a receiver at this machine, through every door of core.
"""

import contextlib
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import InteractionsError
from interactions_core.transcript.parts import media_part
from interactions_core.transcript.replies import visible_reply
from interactions_core.transcript.steps import Step, function_result
from interactions_emulator import Emulator
from tests.contract.asking import MODEL, WAYS, Asker, said
from tests.contract.conftest import Connect
from tests.otlp_receiver import Receiver, receiving
from tests.spans import Told, told

KEY: Final = "AIzaSy-cAn4rY-key"
WORDS: Final = {
    "system": "Wombat",
    "user": "Quokka",
    "answer": "Numbat",
    "argument": "Bilby",
    "result": "Dunnart",
    "description": "Kowari",
    "refusal": "Potoroo",
    "header": "cAn4rY-header",
}
SETTINGS: Final[dict[str, Any]] = {
    "system_instruction": WORDS["system"],
    "tools": [
        {
            "type": "function",
            "name": "get_weather",
            "description": WORDS["description"],
            "parameters": {"type": "object", "properties": {"at": {"type": "string"}}},
        },
        {
            "type": "mcp_server",
            "name": "notes",
            "url": f"https://notes.example/{KEY}",
            "headers": {"Authorization": WORDS["header"]},
        },
    ],
}
SCRIPT: Final[list[Any]] = [
    {"when": {"last_step": "function_result"}, "reply": {"text": WORDS["answer"]}},
    {"reply": {"calls": [{"name": "get_weather", "arguments": {"at": "Bilby"}}]}},
]
CAPTURE: Final = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> Iterator[Told]:
    with told(monkeypatch) as found:
        exporter = OTLPSpanExporter(endpoint=f"{receiver.url}/v1/traces")
        found.tracers.add_span_processor(SimpleSpanProcessor(exporter))
        yield found


def converse(asker: Asker, emulator: Emulator, **options: Any) -> None:
    """Call a function, tell its result, and be refused."""
    emulator.script(SCRIPT)
    steps: list[Step] = [said(WORDS["user"])]
    called = asker.ask(*steps, settings=SETTINGS, **options)
    [call] = [step for step in called.steps if step["type"] == "function_call"]
    result = function_result(str(call["id"]), "get_weather", WORDS["result"])
    steps += [*visible_reply(called.steps), result]
    answered = asker.ask(*steps, settings=SETTINGS, **options)
    emulator.fault(do={"status": 400, "message": WORDS["refusal"]}, times=9)
    steps += [*visible_reply(answered.steps), said(WORDS["user"])]
    with contextlib.suppress(InteractionsError):
        asker.ask(*steps, settings=SETTINGS, **options)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("background", [False, True], ids=["at once", "background"])
def test_no_word_and_no_key_is_exported(
    connect: Connect,
    emulator: Emulator,
    spans: Told,
    receiver: Receiver,
    way: str,
    *,
    background: bool,
) -> None:
    asker = connect(way, api_key=KEY)

    converse(asker, emulator, background=background, session_id="tenant")

    metrics = OTLPMetricExporter(endpoint=f"{receiver.url}/v1/metrics")
    data = spans.reader.get_metrics_data()
    assert data is not None
    metrics.export(data)
    names = [span.name for span in receiver.spans()]
    assert names.count(f"chat {MODEL}") == 3
    assert b"gen_ai.client.token.usage" in receiver.sent()
    assert b"interactions.plan.reason" in receiver.sent()
    secrets = [*WORDS.values(), "cAn4rY"]
    assert [word for word in secrets if word.encode() in receiver.sent()] == []


@pytest.mark.parametrize("way", WAYS)
def test_messages_are_exported_where_the_switch_asks_for_them(
    connect: Connect,
    emulator: Emulator,
    spans: Told,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")

    converse(connect(way, api_key=KEY), emulator)

    first, second, _ = [dict(span.attributes or {}) for span in spans.spans]
    assert json.loads(str(first["gen_ai.input.messages"])) == [
        {
            "role": "user",
            "parts": [{"type": "text", "content": WORDS["user"]}],
            "name": None,
        }
    ]
    [called] = json.loads(str(first["gen_ai.output.messages"]))
    assert called["parts"][-1]["arguments"] == {"at": WORDS["argument"]}
    [sent] = json.loads(str(second["gen_ai.input.messages"]))
    assert sent["parts"][0]["response"] == WORDS["result"]
    assert WORDS["answer"] in str(second["gen_ai.output.messages"])
    assert WORDS["system"] in str(second["gen_ai.system_instructions"])
    assert WORDS["description"] in str(second["gen_ai.tool.definitions"])
    told_all = "".join(span.to_json() for span in spans.spans)
    assert WORDS["refusal"] not in told_all
    assert "cAn4rY" not in told_all


def test_bytes_of_media_are_exported_nowhere(
    connect: Connect,
    emulator: Emulator,
    spans: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    emulator.script(SCRIPT)
    asker, medium = connect("unary"), "bm8gbWVkaXVt"
    found: JsonObject = {
        "content": [{"type": "image", "mimeType": "image/png", "data": medium}],
        "data": "no medium",
    }
    image = media_part("image", mime_type="image/png", data=medium)

    for result in (found, [image]):
        called = asker.ask(said(WORDS["user"]), settings=SETTINGS)
        [call] = [step for step in called.steps if step["type"] == "function_call"]
        told = function_result(str(call["id"]), "get_weather", result)
        steps = (said(WORDS["user"]), *visible_reply(called.steps), told)
        asker.ask(*steps, settings=SETTINGS)

    told_all = "".join(span.to_json() for span in spans.spans)
    assert medium not in told_all
    assert "no medium" in told_all
    assert told_all.count("image") >= 2
