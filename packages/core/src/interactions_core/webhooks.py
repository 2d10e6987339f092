"""`WebhookReceiver`: an ASGI app that hears from the API when jobs are over.

It verifies, notes and answers; what takes longer is somebody else's part.
"""

import asyncio
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

from interactions_core.beginning import METADATA_KEY
from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import WebhookRefusedError
from interactions_core.jobs import Job
from interactions_core.signatures import (
    TOLERANCE_S,
    Trust,
    published_keys,
    verified_event,
)
from interactions_core.stores.protocols import SessionStore

logger: Final = logging.getLogger("interactions_core")

_STATUSES: Final = {
    "interaction.completed": "completed",
    "interaction.requires_action": "requires_action",
    "interaction.failed": "failed",
    "interaction.cancelled": "cancelled",
}
_MOST_BYTES: Final = 1_000_000
_MOST_IDS: Final = 10_000
_MOST_AT_ONCE: Final = 8

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What becomes of a delivery.

    Attributes:
        status: The HTTP status to answer with.
        said: A word to go with it.
        news: The jobs of which it is news, as they were before.
    """

    status: int
    said: str
    news: tuple[Job, ...] = ()


class WebhookReceiver:
    """Notes in the ledger what the API says of jobs.

    An ASGI app for any server, at any path. Every delivery is verified, those from
    other times are refused, and one that comes twice changes nothing. A job whose
    create was never answered gets its interaction from the delivery, if the create
    had a `webhook_config`.

    Args:
        store: The ledger.
        trust: Whose deliveries are believed.
        on_job: Called after the answer, in a worker thread, with a job of which there
            is news: what resumes its graph, for instance. It may take its time.
        clock: Epoch seconds.
    """

    def __init__(
        self,
        store: SessionStore,
        trust: Trust,
        *,
        on_job: Callable[[Job], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._trust = trust
        self._on_job = on_job
        self._clock = clock
        self._keys = published_keys(trust.jwks_url)
        self._lock = threading.Lock()
        self._heard: OrderedDict[str, float] = OrderedDict()
        # Not those of the event loop: graphs that go on for an hour would leave none
        # for the next delivery.
        self._workers = ThreadPoolExecutor(_MOST_AT_ONCE, "interactions-webhook")

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Serve one request; whatever is not a delivery is refused."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            return
        if scope["method"] != "POST":
            await _answer(send, 405, "deliveries are POSTs")
            return
        body = await _body(receive)
        if body is None:
            await _answer(send, 413, "a delivery is smaller than that")
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        receipt = await asyncio.to_thread(self.receive, headers, body)
        await _answer(send, receipt.status, receipt.said)
        # The API waits for an answer for a few seconds only.
        for job in receipt.news:
            if self._on_job is not None:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._workers, self._on_job, job)

    def receive(self, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Take one delivery.

        Args:
            headers: Its headers, names in lower case.
            body: Its body, as it came.

        Returns:
            What to answer, and the jobs of which it is news.
        """
        now = self._clock()
        try:
            event = verified_event(self._trust, headers, body, now=now, keys=self._keys)
        except WebhookRefusedError as error:
            logger.warning("a webhook delivery was refused: %s", error)
            return Receipt(401, str(error))
        if not self._is_new(headers["webhook-id"], now):
            return Receipt(200, "heard before")
        try:
            news = self._note(event, now)
        except BaseException:
            # The API will deliver it again.
            self._heard.pop(headers["webhook-id"], None)
            raise
        return Receipt(200, "noted" if news else "nothing new", tuple(news))

    def _is_new(self, delivery_id: str, now: float) -> bool:
        with self._lock:
            while self._heard:
                oldest = next(iter(self._heard))
                recent = now - self._heard[oldest] <= 2 * TOLERANCE_S
                if recent and len(self._heard) < _MOST_IDS:
                    break
                del self._heard[oldest]
            if delivery_id in self._heard:
                return False
            self._heard[delivery_id] = now
            return True

    def _note(self, event: JsonObject, now: float) -> list[Job]:
        """Write down what an event says; return the jobs of which it is news."""
        status = _STATUSES.get(str(event.get("type")))
        data = _mapping(event.get("data"))
        name = str(data.get("id") or "")
        if status is None or not name:
            return []
        jobs = self._store.list_jobs(interaction_id=name) or self._recovered(
            event, name
        )
        return [job for job in jobs if self._store.note_status(job, status, now=now)]

    def _recovered(self, event: JsonObject, name: str) -> list[Job]:
        """Find the job whose create was not answered by the key that it sent along."""
        data = _mapping(event.get("data"))
        told = _mapping(event.get("user_metadata") or data.get("user_metadata"))
        key = told.get(METADATA_KEY)
        job = self._store.get_job(key) if isinstance(key, str) else None
        if job is None or job.interaction_id:
            return []
        logger.info("job %s: a delivery names its run, %s", job.key, name)
        return [replace(job, interaction_id=name)]


def _mapping(value: Json) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


async def _body(receive: _Receive) -> bytes | None:
    """Return a request's body; `None` if it is longer than any delivery."""
    body = b""
    while len(body) <= _MOST_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body
    return None


async def _answer(send: _Send, status: int, said: str) -> None:
    body = json.dumps({"message": said}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: _Receive, send: _Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
