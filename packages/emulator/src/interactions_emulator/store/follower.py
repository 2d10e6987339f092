"""Follows an interaction to its end, event by event, as the clock allows."""

import asyncio
from collections.abc import AsyncIterator

from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.store.events import TimedEvent, after, timed_events
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.stores import Store

STREAM_LIMIT_S = 600.0
"""When the server cuts a stream: after exactly ten minutes (forum, 143098)."""


class StreamCutError(Exception):
    """The stream has lasted as long as the server lets one."""


class Follower:
    """One stream of one interaction.

    A deleted interaction is followed on: deleting does not stop a run (docs).
    """

    def __init__(
        self,
        store: Store,
        clock: MovableClock,
        record: Interaction,
        limit_s: float = STREAM_LIMIT_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self._record = record
        self._ends = clock.now() + limit_s

    def follow(
        self,
        *,
        last_event_id: str | None = None,
        delta_delay_s: float = 0.0,
        live: bool = False,
    ) -> AsyncIterator[JsonObject]:
        """Return the events, after the last one that the client knows.

        The iterator raises `StreamCutError` when the server would cut the stream.

        Args:
            last_event_id: Start after this event.
            delta_delay_s: Real seconds before each delta.
            live: Whether this is the answer to the create.

        Raises:
            ApiError: There is no such event.
        """
        events = timed_events(self._record)
        skipped = len(events) - len(after(events, last_event_id))
        followed = self._follow(events, skipped, delta_delay_s)
        return _without_usage(followed) if live and self._is_research() else followed

    async def _follow(
        self, events: list[TimedEvent], position: int, delta_delay_s: float
    ) -> AsyncIterator[JsonObject]:
        while position < len(events):
            due = events[position].at
            if due > self._clock.now() or due > self._ends:
                await self._wait(due)
                events = self._renewed(events)
                continue
            if delta_delay_s and "delta" in events[position].event:
                await self._pause(delta_delay_s)
            yield events[position].event
            position += 1

    def _is_research(self) -> bool:
        return (self._record.agent or "").startswith("deep-research-")

    async def _wait(self, due: float) -> None:
        if self._clock.is_stopped or self._clock.now() >= self._ends:
            raise StreamCutError
        await self._clock.wait_until(min(due, self._ends))

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self._clock.now() >= self._ends:
            raise StreamCutError

    def _renewed(self, events: list[TimedEvent]) -> list[TimedEvent]:
        """Return the events anew if the run was cancelled in the meantime."""
        record = self._store.get(self._record.id)
        if record is None or record is self._record:
            return events
        self._record = record
        return timed_events(record)


async def _without_usage(
    events: AsyncIterator[JsonObject],
) -> AsyncIterator[JsonObject]:
    """Leave the usage out of the last event.

    So in live streams of deep research, while a replay has it
    (https://github.com/enricoros/big-AGI/issues/1143).
    """
    async for event in events:
        if event["event_type"] == "interaction.completed":
            shown: JsonObject = event["interaction"]
            shown = {key: value for key, value in shown.items() if key != "usage"}
            yield event | {"interaction": shown}
        else:
            yield event
