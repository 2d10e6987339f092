"""An interaction's events on the time line of its work.

They can be computed again at any time, so each stream may be replayed.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from interactions_emulator.base import refusals
from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.jobs import ends_at, visible_at
from interactions_emulator.store.sse import (
    completed,
    created,
    status_update,
    step_events,
)


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event and when it happens, in seconds since the epoch."""

    at: float
    event: JsonObject


def timed_events(record: Interaction) -> list[TimedEvent]:
    """Return the events of the whole life, without the final `[DONE]`.

    The work's events are spread evenly over its time. What a cancelled run would
    have done later is left out; its last event tells the status `cancelled`.
    """
    end = ends_at(record)
    work = _numbered(record, list(_work_events(record)))
    step_s = _span(record) / (len(work) + 1)
    timed = [
        TimedEvent(record.created_at, created(visible_at(record, record.created_at)))
    ]
    timed.append(TimedEvent(record.started_at, status_update(record)))
    timed += [
        TimedEvent(record.started_at + step_s * number, event)
        for number, event in enumerate(work, 1)
    ]
    past = [one for one in timed if one.at <= end]
    return [*past, TimedEvent(end, completed(visible_at(record, end)))]


def after(events: list[TimedEvent], event_id: str | None) -> list[TimedEvent]:
    """Return what follows the event with the id; all events if it is None.

    Raises:
        ApiError: The interaction has no such event; the text was never recorded.
    """
    if not event_id:
        return events
    for index, one in enumerate(events):
        if one.event.get("event_id") == event_id:
            return events[index + 1 :]
    raise refusals.invalid_argument(why="last_event_id names no event of the stream")


def _work_events(record: Interaction) -> Iterator[JsonObject]:
    for index, step in enumerate(record.steps):
        yield from step_events(index, step, record.model, record.arguments_chars)


def _span(record: Interaction) -> float:
    # A stalled run says that it has begun, and nothing more (forum, 143099).
    return record.due_at - record.started_at if record.background else 0.0


def _numbered(record: Interaction, work: list[JsonObject]) -> list[JsonObject]:
    """Give ids to the deltas of a background run.

    Recorded so, as a key before `event_type`; foreground streams and Vertex have
    none.
    """
    if not record.background or not record.id.startswith("v1_"):
        return work
    kinds = [str(step.get("type")) for step in record.steps]
    return [_with_id(event, kinds, number) for number, event in enumerate(work)]


def _with_id(event: JsonObject, kinds: list[str], number: int) -> JsonObject:
    if event["event_type"] != "step.delta":
        return event
    name = f"{event['index']}_{kinds[event['index']]}_{number}"
    event_id = "v1_" + base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")
    kind = event["event_type"]
    rest = {key: value for key, value in event.items() if key != "event_type"}
    return rest | {"event_id": event_id, "event_type": kind}
