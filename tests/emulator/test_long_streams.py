"""A long answer is streamed in work that grows with it, and others are served."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from interactions_emulator import Emulator
from interactions_emulator.base.clock import MovableClock
from interactions_emulator.http.answers import EventStream
from interactions_emulator.store import events
from interactions_emulator.store.sse import pieces

EVENTS = 4_000


class Counted(str):
    """A text that counts the characters that are copied out of it."""

    __slots__ = ()
    copied = 0

    def __getitem__(self, key: Any) -> str:
        part = super().__getitem__(key)
        Counted.copied += len(part)
        return Counted(part)


@pytest.mark.parametrize("text", ["word " * 20_000, "x" * 100_000])
def test_each_character_of_a_text_is_copied_once(text: str) -> None:
    Counted.copied = 0

    cut = list(pieces(Counted(text)))

    assert "".join(cut) == text
    assert max(map(len, cut)) <= 80
    assert Counted.copied == len(text)


def test_the_events_of_a_stream_are_made_once(
    http: Any, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.script([{"reply": {"text": "word " * 100}}])
    made: list[int] = []
    step_events = events.step_events

    def counted(index: int, *args: Any) -> Any:
        made.append(index)
        return step_events(index, *args)

    monkeypatch.setattr(events, "step_events", counted)
    http.create("long", stream=True).raise_for_status()

    assert made == [0, 1]


@pytest.mark.anyio
async def test_others_get_their_turn_while_a_stream_is_sent() -> None:
    """A socket that takes everything at once never makes the sender wait."""
    turns = 0
    sent = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def made() -> AsyncIterator[dict[str, Any]]:
        for number in range(EVENTS):
            yield {"index": number, "event_type": "step.delta"}

    async def send(_message: object) -> None:
        nonlocal sent
        sent += 1

    scope = {"type": "http", "headers": [], "method": "POST", "path": "/"}
    clock = MovableClock(lambda: 0.0)
    stream = EventStream(made(), Request(scope), effects={}, clock=clock)
    beside = asyncio.ensure_future(others())
    await stream(scope, asyncio.Event().wait, send)  # pyright: ignore[reportArgumentType]
    beside.cancel()

    assert sent > EVENTS
    assert turns >= EVENTS / 64
