"""Requests made from the SDK's own schemas are answered, or refused in the API's form."""

import gzip
import json
import socket
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from google.genai import interactions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

SETTINGS = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
DEEPEST = 5
WORDS = ["Hi.", "The weather in Paris and Rome?", "f", "gemini-2.5-flash", "any", "{}"]
MODELS = ["gemini-2.5-flash", "gemini-3-flash-preview", "gemini-3.7-flash"]
AGENTS = ["deep-research-preview-04-2026", "antigravity-preview-05-2026", "my-agent"]
MEBIBYTE = 1024 * 1024
JsonObject = dict[str, Any]

texts = st.text(max_size=12) | st.sampled_from(WORDS)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner),
    max_leaves=4,
)
SCALARS = {
    "string": texts,
    "integer": st.integers(-2, 2**40),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
}


class Requests:
    """Turns one schema of the SDK into a strategy.

    With `plausible` an open alternative is left out wherever the SDK names the values
    or kinds it knows, so that more requests pass the first checks.
    """

    def __init__(self, name: str, *, plausible: bool) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._schema = TypeAdapter(getattr(interactions, name)).json_schema()
        self._plausible = plausible

    def strategy(self) -> st.SearchStrategy[Any]:
        return self._values(self._schema, 0)

    def _values(self, schema: JsonObject, depth: int) -> st.SearchStrategy[Any]:
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return st.deferred(lambda: self._values(self._schema["$defs"][name], depth))
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return st.one_of([self._values(c, depth) for c in self._kept(choices)])
        return self._of_type(schema, depth)

    def _of_type(self, schema: JsonObject, depth: int) -> st.SearchStrategy[Any]:
        kind = schema.get("type")
        if kind == "array":
            most = 2 if depth < DEEPEST else 0
            return st.lists(self._values(schema["items"], depth + 1), max_size=most)
        if kind == "object":
            return self._object(schema, depth + 1)
        if schema.get("title") == "Data" and self._plausible:
            return st.just("QUJD")
        return SCALARS.get(str(kind), anything)

    def _object(self, schema: JsonObject, depth: int) -> st.SearchStrategy[Any]:
        fields = schema.get("properties")
        if fields is None:
            return st.dictionaries(texts, anything, max_size=2)
        needed = {*schema.get("required", ()), "type", "input"} & set(fields)
        spare = sorted(set(fields) - needed) if depth < DEEPEST else []
        # A few at a time: one wrong field hides what the others would have shown.
        chosen = st.lists(st.sampled_from(spare or [""]), unique=True, max_size=3)
        return chosen.flatmap(
            lambda names: st.fixed_dictionaries(
                {n: self._values(fields[n], depth) for n in (*needed, *names) if n}
            )
        )

    def _kept(self, choices: list[JsonObject]) -> list[JsonObject]:
        # The SDK never sends null: what is not set is left out.
        some = [c for c in choices if c.get("type") != "null"]
        if not self._plausible:
            return some
        some = [c for c in some if "Unknown" not in c.get("$ref", "")]
        open_ended = {"type": "string"}
        return [c for c in some if c != open_ended or len(some) == 1]


def requests(*, plausible: bool) -> st.SearchStrategy[JsonObject]:
    """Bodies of a create, for a model or an agent; the name is mostly a good one."""
    model = Requests("CreateModelInteraction", plausible=plausible).strategy()
    agent = Requests("CreateAgentInteraction", plausible=plausible).strategy()
    names = st.fixed_dictionaries({}, optional={"model": st.sampled_from(MODELS)})
    ways = st.fixed_dictionaries(
        {
            "agent": st.sampled_from(AGENTS),
            "background": st.sampled_from([True, True, False]),
        },
        optional={"environment": st.just("remote")},
    )
    return st.builds(dict.__or__, model, names) | st.builds(dict.__or__, agent, ways)


@pytest.fixture(scope="module")
def shared() -> Iterator[httpx.Client]:
    headers = {"x-goog-api-key": "k", "content-type": "application/json"}
    with (
        Emulator() as running,
        httpx.Client(
            base_url=running.url, headers=headers, timeout=PATIENCE_S
        ) as client,
    ):
        yield client


def assert_in_form(answer: httpx.Response) -> None:
    """Assert that it is a whole answer, or a refusal in one of the API's two forms."""
    if answer.status_code == 200:
        streamed = answer.headers["content-type"].startswith("text/event-stream")
        assert not streamed or answer.text.endswith("data: [DONE]\n\n")
        assert streamed or isinstance(answer.json(), dict)
        return
    error = json.loads(answer.text.removeprefix("event: error\ndata: "))["error"]
    assert 400 <= answer.status_code < 500 or answer.status_code == 501
    assert {"message", "code"} == set(error)
    assert [type(error["message"]), type(error["code"])] == [str, str]
    assert "Traceback" not in answer.text


@SETTINGS
@given(body=requests(plausible=False))
def test_no_request_of_the_sdks_types_breaks_the_server(
    shared: httpx.Client, body: JsonObject
) -> None:
    assert_in_form(shared.post("/v1/interactions", content=json.dumps(body)))


@SETTINGS
@given(body=requests(plausible=True))
def test_no_plausible_request_breaks_the_server(
    shared: httpx.Client, body: JsonObject
) -> None:
    assert_in_form(shared.post("/v1beta/interactions", content=json.dumps(body)))


DEEP = 50_000
BODIES = [
    pytest.param(b"[" * DEEP + b"]" * DEEP, id="deep-lists"),
    pytest.param(b'{"a":' * DEEP + b"1" + b"}" * DEEP, id="deep-objects"),
    pytest.param(
        b'{"model":"gemini-2.5-flash","input":' + b"[" * 900 + b"]" * 900 + b"}",
        id="deep-input",
    ),
    pytest.param(b"[" * 8 * MEBIBYTE, id="unclosed"),
    pytest.param(b'"' + b"x" * 8 * MEBIBYTE + b'"', id="long-string"),
    pytest.param(b"9" * MEBIBYTE, id="long-number"),
    pytest.param(b"\x00" * MEBIBYTE, id="zeros"),
    pytest.param(bytes(range(256)) * 64, id="every-byte"),
    pytest.param('{"model": "gemini-2.5-flash"}'.encode("utf-16"), id="utf-16"),
    pytest.param(b'{"model": "\xff\xfe"}', id="bad-utf-8"),
    pytest.param(gzip.compress(b'{"model": "gemini-2.5-flash"}'), id="gzip"),
    pytest.param(b'{"model": NaN, "input": -Infinity}', id="not-json"),
    pytest.param(b"", id="empty"),
]
ROUTES = ["interactions", "agents", "environments", "webhooks", "interactions/x/cancel"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("body", BODIES)
def test_no_body_breaks_a_route(shared: httpx.Client, route: str, body: bytes) -> None:
    answer = shared.post(f"/v1/{route}", content=body)

    assert_in_form(answer)
    assert shared.get("/emulator/stats").status_code == 200


def nested(levels: int) -> JsonObject:
    """Return a schema of objects within objects."""
    schema: JsonObject = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    return schema


@pytest.mark.parametrize("levels", [10, 100, 300])
def test_deep_schemas_and_arguments_are_answered_or_refused(
    shared: httpx.Client, levels: int
) -> None:
    tool = {"type": "function", "name": "f", "parameters": nested(levels)}
    wanted = {"type": "text", "schema": nested(levels)}
    asked = {"model": "gemini-3.7-flash", "input": "Call f with Paris."}
    forced = {"tools": [tool], "generation_config": {"tool_choice": "any"}}

    for rest in (forced, {"response_format": wanted}, forced | {"stream": True}):
        assert_in_form(shared.post("/v1/interactions", json=asked | rest))


def test_megabytes_of_input_are_kept(shared: httpx.Client) -> None:
    """API: inline media make bodies of megabytes ordinary."""
    text = "word " * MEBIBYTE
    image = {"type": "image", "mime_type": "image/png", "data": "AAAA" * MEBIBYTE}
    content = [{"type": "text", "text": text}, image]

    made = shared.post(
        "/v1/interactions", json={"model": "gemini-2.5-flash", "input": content}
    ).json()

    read = shared.get(f"/v1/interactions/{made['id']}?include_input=true").json()
    assert read["input"][0]["content"] == content


def test_only_the_loopback_interface_is_listened_on(emulator: Emulator) -> None:
    """Linux: a port bound on every interface could not be bound on 127.0.0.2 too."""
    if sys.platform != "linux":
        pytest.skip("127.0.0.2 is an interface on Linux only")
    host, port = emulator.url.removeprefix("http://").split(":")

    with socket.socket() as other:
        other.bind(("127.0.0.2", int(port)))

        assert host == "127.0.0.1"
