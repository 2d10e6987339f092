"""Tells webhooks what became of background interactions."""

import asyncio

from interactions_emulator.base.clock import MovableClock, timestamp
from interactions_emulator.base.payloads import JsonObject, is_list, is_object
from interactions_emulator.base.statuses import meaning_of
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.jobs import ends_at, is_running, visible_at
from interactions_emulator.store.stores import Store
from interactions_emulator.webhooks.deliveries import Deliveries
from interactions_emulator.webhooks.webhooks import WebhookStore


class Notices:
    """Waits for the end of each background interaction, then sends its event.

    Used on the server's event loop only. A run that was begun before a restart is
    not followed any more.
    """

    def __init__(
        self,
        store: Store,
        clock: MovableClock,
        webhooks: WebhookStore,
        deliveries: Deliveries,
    ) -> None:
        self._store = store
        self._clock = clock
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def notify(self, record: Interaction) -> None:
        """Send an interaction's event when its status becomes terminal.

        To be called when a background interaction is created; a cancel or an
        outcome that is known later is seen in the store.
        """
        if record.background and record.id not in self._tasks and self._wanted(record):
            loop = asyncio.get_running_loop()
            self._tasks[record.id] = loop.create_task(self._follow(record))

    def clear(self) -> None:
        """Stop following."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()

    async def _follow(self, record: Interaction) -> None:
        while is_running(record, self._clock.now()):
            await self._clock.wait_until(ends_at(record))
            record = self._store.get(record.id) or record
        self._tasks.pop(record.id, None)
        self._send(visible_at(record, self._clock.now()))

    def _wanted(self, record: Interaction) -> bool:
        return bool(_own_uris(record) or self._webhooks.list(record.owner))

    def _send(self, record: Interaction) -> None:
        event = event_of(record, self._clock.now())
        if event is None:
            return
        uris = _own_uris(record)
        # The request's own URIs stand in for the registered webhooks (SDK's type).
        for uri in uris:
            self._deliveries.send(event, uri, None)
        for webhook in () if uris else self._webhooks.list(record.owner):
            if webhook.state == "enabled" and event["type"] in webhook.events:
                self._deliveries.send(event, webhook.uri, webhook)


def _own_uris(record: Interaction) -> list[str]:
    uris = (record.webhook_config or {}).get("uris")
    return [uri for uri in uris if isinstance(uri, str)] if is_list(uris) else []


def event_of(record: Interaction, now: float) -> JsonObject | None:
    """Build the thin event of a status; None if the status has none."""
    kind = meaning_of(record.status).event
    if not kind:
        return None
    data: JsonObject = {"id": record.id}
    if record.status == "failed":
        first = next(iter(record.errors), None)
        error = first if is_object(first) else {}
        data["error_code"] = error.get("code", "api_error")
        data["error_message"] = error.get("message", "Internal error encountered.")
    event: JsonObject = {
        "type": kind,
        "version": "v1",
        "timestamp": timestamp(now),
        "data": data,
    }
    metadata = (record.webhook_config or {}).get("user_metadata")
    # Documented as returned on each event; where in it was never recorded.
    return event if metadata is None else event | {"user_metadata": metadata}
