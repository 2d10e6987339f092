"""The webhook receiver under deliveries that are forged, slow, huge or unreadable."""

import asyncio
import base64
import hmac
import http.server
import itertools
import json
import random
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from interactions_core import MemoryStore, SqliteStore
from interactions_core.exceptions import WebhookRefusedError
from interactions_core.services.receiving.published_keys import PublishedKeys
from interactions_core.services.webhook_verification import Trust
from interactions_core.services.webhooks import WebhookReceiver
from tests.conftest import Clock
from tests.patience import PATIENCE_S

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
HERE = "https://receiver.example/hook"
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class KeyServer:
    """Publishes a key set over HTTP; holds its answers, or fails, when told to."""

    def __init__(self) -> None:
        published = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        self.keys = [published | {"kid": "genuine", "use": "sig", "alg": "RS256"}]
        self.fetches = 0
        self.status = 200
        self.asked, self.released = threading.Event(), threading.Event()
        self.released.set()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.fetches += 1
                server.asked.set()
                server.released.wait(PATIENCE_S)
                body = json.dumps({"keys": server.keys}).encode()
                self.send_response(server.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/jwks.json"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.released.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    server = KeyServer()
    yield server
    server.close()


@pytest.fixture
def receiver(key_server: KeyServer) -> WebhookReceiver:
    trust = Trust(secrets=[SECRET], audience=HERE, jwks_url=key_server.url)
    return WebhookReceiver(MemoryStore(), trust)


def signed(body: bytes = b"{}", name: str = "msg_1") -> dict[str, str]:
    at = str(int(time.time()))
    mac = hmac.digest(b"k" * 32, f"{name}.{at}.".encode() + body, "sha256")
    return {
        "webhook-id": name,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def with_token(token: str, name: str = "msg_t") -> dict[str, str]:
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(time.time())),
        "webhook-signature": token,
    }


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def forged(kid: object, name: str = "forged") -> dict[str, str]:
    header = encoded(json.dumps({"alg": "RS256", "kid": kid}))
    return with_token(f"{header}.e30.AAAA", name)


def genuine(name: str = "msg_t") -> dict[str, str]:
    claims = {"aud": HERE, "iat": int(time.time())}
    token = jwt.encode(claims, KEY, "RS256", headers={"kid": "genuine"})
    return with_token(token, name)


async def whole(body: bytes) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": False}


async def delivered(
    receiver: WebhookReceiver,
    headers: dict[str, str],
    receive: Callable[[], Awaitable[dict[str, Any]]] | None = None,
    body: bytes = b"{}",
) -> int | None:
    """Deliver as a server does; return the status of the answer, if there is one."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    names = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "headers": names}
    await receiver(scope, receive or (lambda: whole(body)), send)
    return sent[0]["status"] if sent else None


def test_signed_deliveries_are_answered_while_forged_tokens_wait_for_a_key(
    receiver: WebhookReceiver, key_server: KeyServer
) -> None:
    key_server.released.clear()

    async def flood() -> tuple[int | None, int, set[int | None]]:
        tokens = [forged(f"kid {i}", f"f{i}") for i in range(40)]
        waiting = [asyncio.create_task(delivered(receiver, one)) for one in tokens]
        await asyncio.to_thread(key_server.asked.wait, PATIENCE_S)
        status = await delivered(receiver, signed())
        fetches = key_server.fetches
        key_server.released.set()
        return status, fetches, set(await asyncio.gather(*waiting))

    status, fetches, others = asyncio.run(flood())

    assert (status, fetches) == (200, 1)
    assert others <= {401, 503}


def test_tokens_of_a_key_that_is_at_hand_are_answered_while_forged_ones_wait(
    receiver: WebhookReceiver, key_server: KeyServer, clock: Clock
) -> None:
    receiver._keys = PublishedKeys(key_server.url, clock=clock)
    assert receiver.receive(genuine("first"), b"{}").status == 200
    clock.advance(61)
    key_server.asked.clear()
    key_server.released.clear()

    async def flood() -> int | None:
        tokens = [forged(f"kid {i}", f"f{i}") for i in range(40)]
        waiting = [asyncio.create_task(delivered(receiver, one)) for one in tokens]
        await asyncio.to_thread(key_server.asked.wait, PATIENCE_S)
        status = await delivered(receiver, genuine("second"))
        assert not any(one.done() for one in waiting)
        key_server.released.set()
        await asyncio.gather(*waiting)
        return status

    assert asyncio.run(flood()) == 200


def test_tokens_beyond_those_that_can_wait_are_asked_to_come_again(
    receiver: WebhookReceiver, key_server: KeyServer
) -> None:
    key_server.released.clear()

    async def flood() -> list[int | None]:
        tokens = [forged(f"kid {i}", f"f{i}") for i in range(80)]
        waiting = [asyncio.create_task(delivered(receiver, one)) for one in tokens]
        done, _ = await asyncio.wait(
            waiting, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        key_server.released.set()
        await asyncio.gather(*waiting)
        return [one.result() for one in done]

    assert set(asyncio.run(flood())) == {503}


def test_keys_that_nobody_knows_cause_one_fetch_a_minute(
    key_server: KeyServer, clock: Clock
) -> None:
    keys = PublishedKeys(key_server.url, clock=clock)

    def refused(kid: str) -> int:
        with pytest.raises(WebhookRefusedError) as caught:
            keys(forged(kid)["webhook-signature"])
        return caught.value.status

    first = [refused(f"kid {i}") for i in range(20)]
    clock.advance(59)
    refused("another")
    before = key_server.fetches
    clock.advance(2)
    refused("another")

    assert (first, before, key_server.fetches) == ([401] * 20, 1, 2)


def test_a_new_key_is_found_within_a_minute(
    key_server: KeyServer, clock: Clock
) -> None:
    keys = PublishedKeys(key_server.url, clock=clock)
    [published] = key_server.keys
    key_server.keys = [published | {"kid": "old"}]
    with pytest.raises(WebhookRefusedError):
        keys(genuine()["webhook-signature"])
    key_server.keys = [published]
    clock.advance(61)

    assert keys(genuine()["webhook-signature"])


def test_a_key_server_that_fails_is_asked_less_and_less_often(
    key_server: KeyServer, clock: Clock
) -> None:
    keys = PublishedKeys(key_server.url, clock=clock)
    key_server.status = 500
    asked_at: list[float] = []

    for _ in range(300):
        before = key_server.fetches
        with pytest.raises(WebhookRefusedError) as caught:
            keys(genuine()["webhook-signature"])
        assert caught.value.status == 503
        if key_server.fetches > before:
            asked_at.append(clock.now)
        clock.advance(1)

    waits = [b - a for a, b in itertools.pairwise(asked_at)]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_keys_at_hand_are_believed_for_an_hour_without_the_key_server(
    key_server: KeyServer, clock: Clock
) -> None:
    keys, token = PublishedKeys(key_server.url, clock=clock), genuine()
    keys(token["webhook-signature"])
    key_server.status = 500

    clock.advance(3_599)
    assert keys(token["webhook-signature"])
    clock.advance(2)
    with pytest.raises(WebhookRefusedError) as caught:
        keys(token["webhook-signature"])

    assert caught.value.status == 503


def test_a_body_that_says_it_is_too_long_is_refused_unread(
    receiver: WebhookReceiver,
) -> None:
    read: list[bool] = []

    async def receive() -> dict[str, Any]:
        read.append(True)
        return await whole(b"{}")

    headers = signed() | {"content-length": "1000001"}

    assert asyncio.run(delivered(receiver, headers, receive)) == 413
    assert not read


def test_a_body_that_turns_out_too_long_is_refused(receiver: WebhookReceiver) -> None:
    body = b"x" * 1_000_001

    assert asyncio.run(delivered(receiver, signed(body), body=body)) == 413


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    receiver = WebhookReceiver(
        MemoryStore(), Trust(secrets=[SECRET]), body_timeout_s=0.05
    )

    async def never() -> dict[str, Any]:
        return await asyncio.Event().wait() and {}

    async def main() -> int | None:
        return await asyncio.wait_for(delivered(receiver, signed(), never), PATIENCE_S)

    assert asyncio.run(main()) == 408


def test_half_a_body_is_no_delivery(receiver: WebhookReceiver) -> None:
    parts = iter(
        [
            {"type": "http.request", "body": b"{}", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> dict[str, Any]:
        return next(parts)

    assert asyncio.run(delivered(receiver, signed(), receive)) is None
    assert receiver.receive(signed(), b"{}").said == "nothing new"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 500_000, id="nested lists"),
        pytest.param(b'{"a":' * 150_000, id="nested objects"),
        pytest.param(b"[1]", id="no object"),
        pytest.param(b"{", id="no JSON"),
    ],
)
def test_a_signed_body_that_cannot_be_read_is_a_bad_request(
    body: bytes, receiver: WebhookReceiver
) -> None:
    receipt = receiver.receive(signed(body), body)

    assert receipt.status == 400


def test_no_token_whatever_it_looks_like_is_more_than_refused(
    receiver: WebhookReceiver,
) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")  # noqa: T201
    rng = random.Random(seed)
    headers: list[str] = [
        "[" * 20_000,
        json.dumps({"alg": "RS256", "kid": 7}),
        json.dumps({"alg": "none", "kid": "genuine"}),
        json.dumps({"alg": "RS256", "kid": "\ud800"}),
        json.dumps({"alg": ["RS256"], "kid": "genuine", "crit": "x", "b64": False}),
        "null",
        "\x00",
        "9" * 5_000,
        json.dumps({"alg": "RS256", "kid": "genuine"}),
    ]
    whole = genuine()["webhook-signature"]

    for _ in range(300):
        header = encoded(rng.choice(headers))
        token = rng.choice(
            [
                f"{header}.e30.AAAA",
                f"{header}.{encoded('[' * 20_000)}.AAAA",
                f"{header}..",
                "..",
                "\xff.\x80.=",
                whole[: rng.randrange(len(whole))] + "A.B.C",
                whole[:-20] + "A" * 20,
            ]
        )
        receipt = receiver.receive(with_token(token), b"{}")

        assert receipt.status in {400, 401}, token


def test_ids_that_no_store_can_hold_are_news_of_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "jobs.db")
    receiver = WebhookReceiver(store, Trust(secrets=[SECRET]))
    told = {"interactions_job": "job \ud800"}
    event = {"type": "interaction.completed", "data": {"id": "v1_\ud800"}}
    body = json.dumps(event | {"user_metadata": told}).encode()

    receipt = receiver.receive(signed(body), body)
    store.close()

    assert (receipt.status, receipt.said) == (200, "nothing new")
