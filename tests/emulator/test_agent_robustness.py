"""Whatever is asked of agents and environments, nothing breaks."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions_emulator import Emulator

SETTINGS = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
KEYS = ["type", "content", "target", "encoding", "sources", "network", "environment_id"]
KEYS += ["id", "base_agent", "tools", "agent_config", "thinking_summaries", "model"]
KEYS += ["max_total_tokens", "collaborative_planning", "uris", "name", "text"]
WORDS = ["remote", "inline", "auto", "deep-research", "antigravity", "base64", "helper"]
WORDS += ["antigravity-preview-09-2026", "deep-research-preview-04-2026", "user_input"]

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.text(max_size=8)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)
configs = st.dictionaries(st.sampled_from(KEYS), scalars, max_size=3)
environments = st.fixed_dictionaries(
    {"type": st.just("remote")},
    optional={"sources": values, "network": values, "environment_id": scalars},
)
agents = st.sampled_from(WORDS) | values
creates = st.fixed_dictionaries(
    {"agent": agents, "input": st.just("Write a file.") | values},
    optional={
        "background": st.booleans(),
        "stream": st.booleans(),
        "store": st.booleans(),
        "environment": st.just("remote") | environments | values,
        "agent_config": configs | values,
        "webhook_config": values,
        "tools": values,
        "service_tier": st.sampled_from(["deferred", "flex"]),
    },
)
definitions = st.fixed_dictionaries(
    {"id": st.sampled_from(["helper", "\ud800", "a/b"]) | st.text(max_size=4)},
    optional={
        "base_agent": agents,
        "base_environment": environments | values,
        "tools": values,
        "agent_config": configs | values,
        "system_instruction": scalars,
    },
)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with (
        Emulator(job_s=0) as emulator,
        httpx.Client(base_url=emulator.url, headers={"x-goog-api-key": "k"}) as client,
    ):
        yield client


def send(client: httpx.Client, path: str, body: Any) -> None:
    raw = json.dumps(body).encode()

    answer = client.post(path, content=raw)

    assert answer.status_code in {200, 400, 404, 409}, answer.text
    if answer.status_code != 200:
        assert answer.json()["error"]["message"]


@SETTINGS
@given(body=creates)
def test_any_agent_run_is_answered_or_refused(client: httpx.Client, body: Any) -> None:
    send(client, "/v1/interactions", body)


@SETTINGS
@given(body=definitions)
def test_any_definition_is_taken_or_refused(client: httpx.Client, body: Any) -> None:
    send(client, "/v1/agents", body)
    name = body["id"].encode("utf-8", "replace").decode()
    if name.isalnum() and name.isascii():
        run = {"agent": name, "input": "Hi.", "environment": "remote"}
        send(client, "/v1/interactions", run)


@SETTINGS
@given(body=environments | values)
def test_any_environment_is_made_or_refused(client: httpx.Client, body: Any) -> None:
    send(client, "/v1/environments", body)


@SETTINGS
@given(event=st.text(max_size=12), path=st.text(max_size=12))
def test_any_place_is_found_or_refused(
    client: httpx.Client, event: str, path: str
) -> None:
    body = {"model": "gemini-3.7-flash", "input": "Hi.", "background": True}
    made = client.post("/v1/interactions", json=body).json()["id"]
    environment = client.post("/v1/environments").json()["id"]

    query = {"stream": "true", "last_event_id": event}
    stream = client.get(f"/v1/interactions/{made}", params=query)
    files = client.get(f"/v1/environments/{environment}/files/", params={"p": path})

    assert stream.status_code in {200, 400}
    assert files.status_code == 200
