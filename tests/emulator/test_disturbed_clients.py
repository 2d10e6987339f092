"""What goes wrong at a client is in no log of the server, and breaks nothing later."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

HEADERS = {"x-goog-api-key": "k"}
CUT = "cut \ud83d"
SLOW = [
    {"when": {"last_user_contains": "slow"}, "reply": {"text": "x", "delay_s": 600}}
]
SHOWN = ("/requests", "/stats", "/faults", "/deliveries")


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test after which the server has logged a traceback."""
    with caplog.at_level(logging.INFO):
        yield
    records = caplog.get_records("call")
    said = [r.getMessage() for r in records if r.levelno >= logging.WARNING]
    assert said == []


def connection_to(emulator: Emulator) -> socket.socket:
    parts = urlsplit(emulator.url)
    return socket.create_connection((parts.hostname, parts.port), PATIENCE_S)


def request_of(body: bytes, *, length: int | None = None) -> bytes:
    head = "POST /v1/interactions HTTP/1.1\r\nhost: h\r\nx-goog-api-key: k\r\n"
    return f"{head}content-length: {length or len(body)}\r\n\r\n".encode() + body


def asked(text: str, **more: Any) -> bytes:
    return json.dumps({"model": "gemini-2.5-flash", "input": text} | more).encode()


def wait_for_request(emulator: Emulator) -> None:
    """Return once the server has read a whole request."""
    while not emulator.requests():
        pass


@pytest.mark.usefixtures("quiet")
def test_a_client_that_leaves_before_its_answer_is_no_error() -> None:
    with Emulator(script=SLOW) as emulator:
        with connection_to(emulator) as client:
            client.sendall(request_of(asked("slow")))
            wait_for_request(emulator)
        again = httpx.post(
            f"{emulator.url}/v1/interactions", content=asked("Hi"), headers=HEADERS
        )

    assert again.status_code == 200


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("path", ["/v1/interactions", "/emulator/script"])
def test_half_an_upload_is_no_error(path: str) -> None:
    half = request_of(b'{"input":', length=1_000)
    with Emulator() as emulator:
        with connection_to(emulator) as client:
            client.sendall(half.replace(b"/v1/interactions", path.encode()))
            # An answer on another connection: the half was read before.
            emulator.stats()
        stats = emulator.stats()

    assert stats["creates"] == 0


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    "more", [{}, {"stream": True}, {"background": True, "stream": True}], ids=str
)
def test_a_server_that_stops_closes_what_it_has_not_answered(
    more: dict[str, bool],
) -> None:
    came: list[BaseException | httpx.Response] = []

    def ask(url: str) -> None:
        try:
            came.append(
                httpx.post(
                    f"{url}/v1/interactions",
                    content=asked("slow", **more),
                    headers=HEADERS,
                    timeout=PATIENCE_S,
                )
            )
        except httpx.TransportError as error:
            came.append(error)

    with Emulator(script=SLOW) as emulator:
        asking = threading.Thread(target=ask, args=(emulator.url,))
        asking.start()
        wait_for_request(emulator)
    asking.join(PATIENCE_S)

    assert len(came) == 1


# Halves of characters


@pytest.mark.usefixtures("quiet")
def test_a_lone_surrogate_is_shown_by_every_control_route() -> None:
    with Emulator() as emulator:
        made = httpx.post(
            f"{emulator.url}/v1/interactions", content=asked(CUT), headers=HEADERS
        )
        emulator.fault(on="create", do={"status": 400, "message": CUT})
        emulator.script([{"when": {}, "reply": {"text": CUT}}])
        shown = [httpx.get(f"{emulator.url}/emulator{path}") for path in SHOWN]
        steps = emulator.transcript(made.json()["id"])
        refused = httpx.post(
            f"{emulator.url}/emulator/script", content='{"\\ud83d": 1}'
        )

        assert [answer.status_code for answer in shown] == [200] * len(SHOWN)
        assert emulator.requests()[0]["body"]["input"] == CUT
        assert steps[0]["content"][0]["text"] == CUT
        assert refused.status_code == 400


_ANY = st.text(st.characters(exclude_categories=()), max_size=6) | st.just("\ud83d")
_VALUES = st.recursive(
    _ANY,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(_ANY, inner, max_size=2)
    ),
    max_leaves=5,
)
_REQUESTS = st.one_of(
    st.tuples(
        st.just("/v1/interactions"),
        st.fixed_dictionaries(
            {"model": st.just("gemini-2.5-flash") | _ANY, "input": _ANY | _VALUES},
            optional={
                "system_instruction": _ANY,
                "labels": st.dictionaries(_ANY, _ANY, max_size=2),
                "previous_interaction_id": _ANY,
                "stream": st.booleans(),
            },
        ),
    ),
    st.tuples(
        st.just("/v1/agents"),
        st.fixed_dictionaries({"id": _ANY}, optional={"system_instruction": _ANY}),
    ),
    st.tuples(
        st.just("/v1/environments"),
        st.fixed_dictionaries(
            {},
            optional={
                "env": st.dictionaries(_ANY, _ANY, max_size=2),
                "sources": st.lists(
                    st.fixed_dictionaries(
                        {"type": st.just("inline"), "content": _ANY, "target": _ANY}
                    ),
                    max_size=2,
                ),
            },
        ),
    ),
    st.tuples(
        st.just("/v1/webhooks"),
        st.fixed_dictionaries({"uri": _ANY, "subscribed_events": st.lists(_ANY)}),
    ),
)


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("state")
    with (
        Emulator(state=folder / "state.db") as running,
        httpx.Client(base_url=running.url, headers=HEADERS) as client,
    ):
        yield client


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=_REQUESTS)
def test_no_text_breaks_the_server_or_what_it_shows(
    durable: httpx.Client, asked: tuple[str, Any]
) -> None:
    path, body = asked

    answer = durable.post(path, content=json.dumps(body))
    shown = [durable.get(f"/emulator{each}") for each in SHOWN]

    assert answer.status_code < 500 or answer.status_code == 501
    assert {each.status_code for each in shown} == {200}
    durable.post("/emulator/reset")
