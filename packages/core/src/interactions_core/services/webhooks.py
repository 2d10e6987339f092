"""`WebhookReceiver`: an ASGI app that hears from the API when jobs are over.

It verifies, notes and answers; what takes longer is somebody else's part.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from interactions_core.background.submit import METADATA_KEY
from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import StoreError, WebhookRefusedError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.forking import Lock, PerProcess
from interactions_core.protocol.statuses import EVENTS
from interactions_core.records.jobs.job import Job
from interactions_core.services.receiving.asgi import (
    AppScope,
    Receive,
    Send,
    answer,
    is_too_long,
    live,
    read_body,
)
from interactions_core.services.receiving.published_keys import PublishedKeys, load_jwt
from interactions_core.services.running.outages import Outage
from interactions_core.services.webhook_verification import (
    TOLERANCE_S,
    Trust,
    is_token,
    verified_event,
)
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.tracing.traced_jobs import delivering

logger: Final = logging.getLogger("interactions_core")

_MOST_IDS: Final = 10_000
_MOST_AT_ONCE: Final = 8
_MOST_WAITING: Final = 64
"""Of tokens with keys that are not at hand; the others are asked to come again."""

BODY_TIMEOUT_S: Final = 10.0
"""How long a body may take to arrive."""


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


class _Threads:
    """The threads of a receiver in one process, and how many deliveries want a key."""

    def __init__(self) -> None:
        self.workers = ThreadPoolExecutor(_MOST_AT_ONCE, "interactions-webhook")
        self.readers = ThreadPoolExecutor(_MOST_AT_ONCE, "interactions-delivery")
        self.waiters = ThreadPoolExecutor(_MOST_AT_ONCE, "interactions-token")
        self.waiting = 0


_AWAY: Final = Receipt(503, "the session store is away; deliver it again")
_TOO_LONG: Final = Receipt(413, "a delivery is smaller than that")


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
        body_timeout_s: How long a delivery's body may take to arrive.
        outage: What is known of an outage of the store, where others share that.

    Raises:
        ConfigurationError: Tokens are to be believed and PyJWT is not installed.
    """

    def __init__(
        self,
        store: SessionStore,
        trust: Trust,
        *,
        on_job: Callable[[Job], object] | None = None,
        clock: Callable[[], float] = time.time,
        body_timeout_s: float = BODY_TIMEOUT_S,
        outage: Outage | None = None,
    ) -> None:
        if trust.audience:
            load_jwt()
        self._store = store
        self._trust = trust
        self._on_job = on_job
        self._clock = clock
        self._body_timeout_s = body_timeout_s
        self._outage = outage or Outage(clock=clock)
        self._keys = PublishedKeys(trust.jwks_url)
        self._lock = Lock()
        self._heard: OrderedDict[str, float] = OrderedDict()
        # None of them are those of the event loop: graphs that go on for an hour, and
        # tokens whose keys have to be fetched, would leave none for the next delivery.
        self._threads = PerProcess(_Threads)

    async def __call__(self, scope: AppScope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever is not a delivery is refused."""
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        if scope["type"] != "http":
            return
        if scope["method"] != "POST":
            await answer(send, 405, "deliveries are POSTs")
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        try:
            receipt = await self._deliver(headers, receive)
        except ConnectionError:
            return
        await answer(send, receipt.status, receipt.said)
        # The API waits for an answer for a few seconds only.
        for job in receipt.news:
            if self._on_job is not None:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(
                    self._threads.get().workers, self._tell, self._on_job, job
                )

    def _tell(self, on_job: Callable[[Job], object], job: Job) -> None:
        try:
            on_job(job)
        except StoreError as error:
            # The delivery is noted: a sweep finds the job once the store is back.
            self._outage.note(error)

    async def _deliver(self, headers: Mapping[str, str], receive: Receive) -> Receipt:
        """Read a delivery and take it in a thread; none waits for another's key.

        Raises:
            ConnectionError: The sender has gone before its end.
        """
        if is_too_long(headers.get("content-length", "")):
            return _TOO_LONG
        try:
            async with asyncio.timeout(self._body_timeout_s):
                body = await read_body(receive)
        except TimeoutError:
            return Receipt(408, "the delivery came too slowly")
        if body is None:
            return _TOO_LONG
        loop, threads = asyncio.get_running_loop(), self._threads.get()
        if not self._may_wait(headers):
            return await loop.run_in_executor(
                threads.readers, self.receive, headers, body
            )
        if threads.waiting >= _MOST_WAITING:
            return Receipt(503, "too many tokens wait for a key; deliver it again")
        threads.waiting += 1
        try:
            return await loop.run_in_executor(
                threads.waiters, self.receive, headers, body
            )
        finally:
            threads.waiting -= 1

    def _may_wait(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a delivery is a token whose key has to be fetched."""
        signature = headers.get("webhook-signature", "")
        if not self._trust.audience or not is_token(signature):
            return False
        try:
            return self._keys.at_hand(signature) is None
        except WebhookRefusedError:
            return False

    def receive(self, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Take one delivery.

        Args:
            headers: Its headers, names in lower case.
            body: Its body, as it came.

        Returns:
            What to answer, and the jobs of which it is news. While the store is away
            that is 503, so that the delivery comes again.
        """
        now = self._clock()
        try:
            event = verified_event(self._trust, headers, body, now=now, keys=self._keys)
        except WebhookRefusedError as error:
            logger.warning(
                "a webhook delivery was refused: %s",
                shown_error(error),
                extra=log_fields("delivery_refused", error=error),
            )
            return Receipt(error.status, str(error))
        if not self._is_new(headers["webhook-id"], now):
            return Receipt(200, "heard before")
        try:
            news = self._note(event, now)
        except BaseException as error:
            # The API will deliver it again.
            self._heard.pop(headers["webhook-id"], None)
            if not isinstance(error, StoreError):
                raise
            self._outage.note(error)
            return _AWAY
        self._outage.end()
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
        status = EVENTS.get(str(event.get("type")))
        data = _mapping(event.get("data"))
        name = _name(data.get("id"))
        if status is None or not name:
            return []
        jobs = self._store.list_jobs(interaction_id=name) or self._recovered(
            event, name
        )
        return [job for job in jobs if self._told(job, status, now)]

    def _told(self, job: Job, status: str, now: float) -> bool:
        with delivering(job, status) as told:
            told.is_news = self._store.note_status(job, status, now=now)
        return told.is_news

    def _recovered(self, event: JsonObject, name: str) -> list[Job]:
        """Find the job whose create was not answered by the key that it sent along."""
        data = _mapping(event.get("data"))
        told = _mapping(event.get("user_metadata") or data.get("user_metadata"))
        key = _name(told.get(METADATA_KEY))
        job = self._store.get_job(key) if key else None
        if job is None or job.interaction_id:
            return []
        logger.info(
            "job %s: a delivery names its run, %s",
            job.key,
            name,
            extra=log_fields("run_named", job.known, id=name),
        )
        return [replace(job, interaction_id=name)]


def _name(value: Json) -> str:
    """Return an id; "" for what is none, and for one that no store can hold."""
    if not isinstance(value, str):
        return ""
    return value.encode(errors="ignore").decode()


def _mapping(value: Json) -> JsonObject:
    return value if isinstance(value, Mapping) else {}
