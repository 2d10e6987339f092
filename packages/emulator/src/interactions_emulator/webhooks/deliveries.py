"""Delivers webhook events: signed, at least once, again after a failure.

When to try next is told by the emulator's clock, so that tests can move it.
"""

import asyncio
import http.client
import ipaddress
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

from interactions_emulator.base.clock import MovableClock, timestamp
from interactions_emulator.base.errors import ApiError
from interactions_emulator.base.payloads import JsonObject, dump
from interactions_emulator.base.worker_threads import run_in_thread
from interactions_emulator.webhooks.delivery_signatures import (
    TokenSigner,
    hmac_signatures,
)
from interactions_emulator.webhooks.webhooks import Webhook

FIRST_RETRY_S = 5.0
"""Pause after the first failure; it doubles with each further one."""

GIVE_UP_S = 86_400.0
"""How long the API keeps trying (docs)."""

_TIMEOUT_S = 5.0
_MOST_PAUSE_S = 3_600.0
_MOST_KEPT = 1_000
_DONE = frozenset({"delivered", "failed", "not_loopback", "not_signed"})


@dataclass
class Delivery:
    """One event on its way to one receiver."""

    id: str
    event: JsonObject
    uri: str
    webhook: Webhook | None
    """Whose secrets sign; None for a webhook of one request."""
    made_at: float
    due_at: float
    attempts: int = 0
    outcome: str = "pending"
    """`pending`, `delivered`, `failed`, `not_loopback` or `not_signed`."""
    status: int | None = None
    """The receiver's last answer."""

    def to_json(self) -> JsonObject:
        """Return what people want to know."""
        return {
            "id": self.id,
            "uri": self.uri,
            "event": self.event,
            "outcome": self.outcome,
            "attempts": self.attempts,
            "status": self.status,
            "due": timestamp(self.due_at),
        }


class Deliveries:
    """The deliveries of one emulator; used on the server's event loop only."""

    def __init__(self, clock: MovableClock, *, anywhere: bool) -> None:
        self.signer = TokenSigner()
        self._clock = clock
        self._anywhere = anywhere
        self._all: list[Delivery] = []
        self._numbers = count(1)
        self._task: asyncio.Task[None] | None = None

    def send(self, event: JsonObject, uri: str, webhook: Webhook | None) -> Delivery:
        """Begin a delivery; it is due at once."""
        now = self._clock.now()
        number = next(self._numbers)
        name = f"msg_{int(now)}_{number}"
        delivery = Delivery(name, event, uri, webhook, made_at=now, due_at=now)
        if not self._anywhere and not _is_loopback(uri):
            delivery.outcome = "not_loopback"
        self._all = [*self._all, delivery][-_MOST_KEPT:]
        self._ensure_running()
        return delivery

    def to_json(self) -> list[JsonObject]:
        """Return all deliveries, oldest first."""
        return [one.to_json() for one in self._all]

    def clear(self) -> None:
        """Forget all deliveries, also those under way."""
        self._all.clear()

    def _ensure_running(self) -> None:
        self._clock.wake()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while waiting := [one for one in self._all if one.outcome not in _DONE]:
            due = [one for one in waiting if one.due_at <= self._clock.now()]
            if due:
                await asyncio.gather(*(self._attempt(one) for one in due))
            else:
                await self._clock.wait_until(min(one.due_at for one in waiting))

    async def _attempt(self, delivery: Delivery) -> None:
        delivery.attempts += 1
        body = dump(delivery.event)
        try:
            headers = self._headers(delivery, body)
        except ApiError:
            delivery.outcome = "not_signed"
            return
        delivery.status = await run_in_thread(
            lambda: _post(delivery.uri, body, headers)
        )
        now = self._clock.now()
        pause = FIRST_RETRY_S * 2 ** (delivery.attempts - 1)
        delivery.due_at = now + min(pause, _MOST_PAUSE_S)
        if delivery.status is not None and delivery.status // 100 == 2:  # noqa: PLR2004  2xx
            delivery.outcome = "delivered"
        elif delivery.due_at > delivery.made_at + GIVE_UP_S:
            delivery.outcome = "failed"

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        now = self._clock.now()
        at = int(now)
        if delivery.webhook is None:
            signature = self.signer.sign(delivery.event, delivery.uri, delivery.id, at)
        else:
            secrets = [one.value for one in delivery.webhook.valid_secrets(now)]
            signature = hmac_signatures(secrets, delivery.id, at, body)
        return {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature,
        }


def _post(uri: str, body: bytes, headers: dict[str, str]) -> int | None:
    """Return the receiver's status, None if it did not answer."""
    parts = urlsplit(uri)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    try:
        connection = kind(parts.netloc, timeout=_TIMEOUT_S)
        try:
            connection.request("POST", target, body, headers)
            with connection.getresponse() as response:
                return response.status
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        return None


def _is_loopback(uri: str) -> bool:
    try:
        host = urlsplit(uri).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
