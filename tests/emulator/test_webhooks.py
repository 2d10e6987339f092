"""Webhooks: registered ones, those of one request, signatures and retries."""

import base64
import hashlib
import hmac
import json
import queue
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from interactions_emulator import Emulator
from tests.patience import PATIENCE_S

MODEL = "gemini-3.7-flash"
EVENTS = ["interaction.completed", "interaction.failed", "interaction.requires_action"]
JOB_S = 30.0


class Receiver(ThreadingHTTPServer):
    """A server that takes deliveries and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ReceiverHandler)
        self.got: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.answers: list[int] = []

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?a=b"

    def next(self) -> tuple[dict[str, str], dict[str, Any], bytes]:
        headers, raw = self.got.get(timeout=PATIENCE_S)
        return headers, json.loads(raw), raw


class ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answers = self.server.answers
        self.send_response(answers.pop(0) if answers else 200)
        self.send_header("content-length", "0")
        self.end_headers()
        self.server.got.put((headers, raw))

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(job_s=JOB_S) as running:
        yield running


@pytest.fixture
def registered(http: Any, receiver: Receiver) -> dict[str, Any]:
    body = {"uri": receiver.uri, "subscribed_events": EVENTS, "name": "mine"}
    return http.post("/v1/webhooks", json=body).json()


def begin(http: Any, text: str = "Hi.", **body: Any) -> dict[str, Any]:
    return http.made(text, model=MODEL, background=True, **body)


def is_signed(secret: str, headers: dict[str, str], raw: bytes) -> bool:
    """Check as the Standard Webhooks specification says."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    wanted = base64.b64encode(hmac.digest(key, head + raw, "sha256")).decode()
    return f"v1,{wanted}" in headers["webhook-signature"].split()


def test_the_secret_is_shown_once(http: Any, registered: dict[str, Any]) -> None:
    again = http.get(f"/v1/webhooks/{registered['id']}").json()

    assert registered["new_signing_secret"].startswith("whsec_")
    assert "new_signing_secret" not in again
    assert registered["new_signing_secret"] not in json.dumps(again)
    assert (again["name"], again["state"]) == ("mine", "enabled")


def test_a_finished_run_is_announced_with_a_valid_signature(
    http: Any, emulator: Emulator, receiver: Receiver, registered: dict[str, Any]
) -> None:
    begun = begin(http)

    emulator.advance(JOB_S)
    headers, event, raw = receiver.next()

    assert is_signed(registered["new_signing_secret"], headers, raw)
    assert list(event) == ["type", "version", "timestamp", "data"]
    assert (event["type"], event["data"]) == (
        "interaction.completed",
        {"id": begun["id"]},
    )


@pytest.mark.usefixtures("registered")
def test_nothing_is_announced_before_the_end(
    http: Any, emulator: Emulator, receiver: Receiver
) -> None:
    begin(http)

    emulator.advance(JOB_S / 2)

    assert receiver.got.empty()
    assert emulator.deliveries() == []


@pytest.mark.usefixtures("registered")
def test_foreground_answers_are_not_announced(http: Any, emulator: Emulator) -> None:
    http.made("Hi.", model=MODEL)

    emulator.advance(JOB_S)

    assert emulator.deliveries() == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ({"calls": [{"name": "f"}]}, "interaction.requires_action"),
        (
            {"status": "failed", "errors": [{"code": "internal", "message": "Oh."}]},
            "interaction.failed",
        ),
        ({"text": "Half", "status": "incomplete"}, "interaction.completed"),
    ],
)
@pytest.mark.usefixtures("registered")
def test_each_status_has_its_event(
    http: Any,
    emulator: Emulator,
    receiver: Receiver,
    reply: Any,
    kind: Any,
) -> None:
    emulator.script([{"reply": reply}])
    begin(http)

    emulator.advance(JOB_S)
    _, event, _ = receiver.next()

    assert event["type"] == kind
    if kind == "interaction.failed":
        data = event["data"]
        assert (data["error_code"], data["error_message"]) == ("internal", "Oh.")


def test_a_cancelled_run_is_announced_at_once(
    http: Any, emulator: Emulator, receiver: Receiver
) -> None:
    body = {"uri": receiver.uri, "subscribed_events": ["interaction.cancelled"]}
    http.post("/v1/webhooks", json=body)
    begun = begin(http)

    http.post(f"/v1/interactions/{begun['id']}/cancel")
    _, event, _ = receiver.next()
    emulator.advance(JOB_S)

    assert event["type"] == "interaction.cancelled"
    assert len(emulator.deliveries()) == 1


def test_a_failed_delivery_comes_again_under_the_same_id(
    http: Any, emulator: Emulator, receiver: Receiver, registered: dict[str, Any]
) -> None:
    """API: at least once, with back-off; receivers drop doubles by `webhook-id`."""
    receiver.answers = [500, 503]
    begin(http)

    emulator.advance(JOB_S)
    first, _, _ = receiver.next()
    second, _, _ = next_after(emulator, receiver, 5, failed_with=500)
    third, _, raw = next_after(emulator, receiver, 10, failed_with=503)

    assert first["webhook-id"] == second["webhook-id"] == third["webhook-id"]
    assert is_signed(registered["new_signing_secret"], third, raw)


def test_unsubscribed_and_disabled_webhooks_stay_silent(
    http: Any, emulator: Emulator, receiver: Receiver, registered: dict[str, Any]
) -> None:
    path = f"/v1/webhooks/{registered['id']}"
    changed = http.patch(path, json={"state": "disabled"}).json()
    other = {"uri": receiver.uri, "subscribed_events": ["video.generated"]}
    http.post("/v1/webhooks", json=other)
    begun = begin(http)

    emulator.advance(JOB_S)
    http.get(f"/v1/interactions/{begun['id']}?stream=true")

    assert changed["state"] == "disabled"
    assert emulator.deliveries() == []


def test_ping_sends_a_signed_event(
    http: Any, receiver: Receiver, registered: dict[str, Any]
) -> None:
    answer = http.post(f"/v1/webhooks/{registered['id']}:ping")
    headers, _, raw = receiver.next()

    assert answer.json() == {}
    assert is_signed(registered["new_signing_secret"], headers, raw)


@pytest.mark.parametrize(
    ("behavior", "still_valid"),
    [
        ("revoke_previous_secrets_after_h24", True),
        ("revoke_previous_secrets_immediately", False),
    ],
)
def test_a_rotated_secret_replaces_the_old_one(
    http: Any, receiver: Receiver, registered: Any, behavior: str, *, still_valid: bool
) -> None:
    path = f"/v1/webhooks/{registered['id']}"
    rotate = {"revocation_behavior": behavior}
    fresh = http.post(f"{path}:rotateSigningSecret", json=rotate).json()["secret"]

    http.post(f"{path}:ping")
    headers, _, raw = receiver.next()

    assert is_signed(fresh, headers, raw)
    assert is_signed(registered["new_signing_secret"], headers, raw) is still_valid


@pytest.mark.usefixtures("registered")
def test_the_request_s_own_uris_stand_in_for_the_registered(
    http: Any, emulator: Emulator, receiver: Receiver
) -> None:
    """API: a JWT in RS256 whose key is in the published set; metadata comes back."""
    metadata = {"job": "7"}
    config = {"uris": [receiver.uri], "user_metadata": metadata}
    begun = begin(http, webhook_config=config)

    emulator.advance(JOB_S)
    headers, event, _ = receiver.next()
    keys = http.get("/.well-known/jwks.json").json()

    claims = verified_claims(headers["webhook-signature"], keys)
    assert claims["aud"] == receiver.uri
    assert claims["data"] == event["data"] == {"id": begun["id"]}
    assert claims["user_metadata"] == event["user_metadata"] == metadata
    assert len(emulator.deliveries()) == 1


def test_other_hosts_are_not_called(http: Any, emulator: Emulator) -> None:
    body = {"uri": "https://receiver.example/x", "subscribed_events": EVENTS}
    made = http.post("/v1/webhooks", json=body).json()

    http.post(f"/v1/webhooks/{made['id']}:ping")

    assert [one["outcome"] for one in emulator.deliveries()] == ["not_loopback"]


def test_a_delivery_is_given_up_after_a_day(http: Any, emulator: Emulator) -> None:
    """API: retried for up to 24 hours (docs). Nobody listens on port 1."""
    body = {"uri": "http://127.0.0.1:1/x", "subscribed_events": EVENTS}
    made = http.post("/v1/webhooks", json=body).json()
    http.post(f"/v1/webhooks/{made['id']}:ping")

    for _ in range(200):
        emulator.advance(3_600)
        (delivery,) = emulator.deliveries()
        if delivery["outcome"] == "failed":
            break

    assert delivery["outcome"] == "failed"


def test_webhooks_can_be_listed_changed_and_deleted(
    http: Any, registered: dict[str, Any]
) -> None:
    path = f"/v1/webhooks/{registered['id']}"
    listed = http.get("/v1/webhooks").json()["webhooks"]
    changed = http.patch(path, json={"subscribed_events": EVENTS[:1]}).json()
    deleted = http.delete(path)

    assert [one["id"] for one in listed] == [registered["id"]]
    assert changed["subscribed_events"] == EVENTS[:1]
    assert deleted.json() == {}
    assert http.get(path).status_code == 404
    assert http.get("/v1/webhooks").json() == {}


def test_others_do_not_see_a_webhook(
    emulator: Emulator, connect: Any, registered: dict[str, Any]
) -> None:
    other = connect(emulator, "another key")

    assert other.get(f"/v1/webhooks/{registered['id']}").status_code == 404
    assert other.get("/v1/webhooks").json() == {}


@pytest.mark.parametrize(
    "body",
    [
        {"subscribed_events": EVENTS},
        {"uri": "http://127.0.0.1/x"},
        {"uri": "http://127.0.0.1/x", "subscribed_events": ["no.such"]},
        {"uri": "ftp://127.0.0.1/x", "subscribed_events": EVENTS},
        {"uri": 5, "subscribed_events": EVENTS},
        {"uri": "http://127.0.0.1/x", "subscribed_events": EVENTS, "secret": "x"},
        [],
    ],
)
def test_a_wrong_webhook_is_refused(http: Any, body: Any) -> None:
    answer = http.post("/v1/webhooks", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"


def test_without_cryptography_the_extra_is_named(
    http: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        sys.modules, "cryptography.hazmat.primitives.asymmetric.rsa", None
    )

    answer = http.get("/.well-known/jwks.json")

    assert answer.status_code == 501
    assert "pip install cryptography" in answer.json()["error"]["message"]


def test_the_sdk_manages_webhooks(sdk: Any, receiver: Receiver) -> None:
    made = sdk.webhooks.create(uri=receiver.uri, subscribed_events=EVENTS)
    got = sdk.webhooks.get(made.id)
    listed = sdk.webhooks.list()
    sdk.webhooks.ping(made.id)
    rotated = sdk.webhooks.rotate_signing_secret(made.id)
    sdk.webhooks.delete(made.id)

    assert made.new_signing_secret.startswith("whsec_")
    assert got.uri == receiver.uri
    assert [one.id for one in listed.webhooks] == [made.id]
    assert rotated.secret != made.new_signing_secret


def test_the_emulator_ends_while_a_delivery_waits_for_its_next_attempt(
    receiver: Receiver,
) -> None:
    body = {"uri": receiver.uri, "subscribed_events": EVENTS}
    receiver.answers += [500] * 20
    # Whether the end met the wait at a bad moment was a matter of chance.
    for _ in range(20):
        with Emulator() as emulator, httpx.Client(base_url=emulator.url) as client:
            client.headers["x-goog-api-key"] = "a key"
            made = client.post("/v1/webhooks", json=body).json()
            client.post(f"/v1/webhooks/{made['id']}:ping")

            receiver.next()

    assert receiver.answers == []


def next_after(
    emulator: Emulator, receiver: Receiver, seconds: float, *, failed_with: int
) -> tuple[dict[str, str], dict[str, Any], bytes]:
    """Move on once the failure has been noticed, as its pause begins then."""
    while emulator.deliveries()[0]["status"] != failed_with:
        pass
    emulator.advance(seconds)
    return receiver.next()


def verified_claims(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """Check the signature with plain arithmetic: a second reading of RS256."""
    head, body, signature = token.split(".")
    header = json.loads(_decoded(head))
    (key,) = [one for one in keys["keys"] if one["kid"] == header["kid"]]
    modulus = int.from_bytes(_decoded(key["n"]), "big")
    exponent = int.from_bytes(_decoded(key["e"]), "big")
    number = pow(int.from_bytes(_decoded(signature), "big"), exponent, modulus)
    digest = hashlib.sha256(f"{head}.{body}".encode()).digest()
    assert header["alg"] == "RS256"
    assert number.to_bytes(256, "big").endswith(digest)
    return json.loads(_decoded(body))


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
