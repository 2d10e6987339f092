"""Background jobs of AutoGen's model client: the same ledger, the same rules."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from autogen_core import CancellationToken

from interactions_autogen import InteractionsChatCompletionClient
from interactions_core import open_store
from interactions_core.exceptions import (
    ConfigurationError,
)
from interactions_emulator import Emulator
from tests.autogen.asking import sent, user
from tests.autogen.conftest import MakeClient
from tests.autogen.event_log import EventLog
from tests.conftest import Clock
from tests.waiting import wait_by

pytestmark = pytest.mark.anyio


@pytest.fixture
def make(
    make_client: MakeClient, emulator: Emulator, clock: Clock, tmp_path: Path
) -> MakeClient:
    """Make clients in the background that pass the time without waiting."""

    async def pause(seconds: float) -> None:
        clock.sleep(seconds)
        emulator.advance(seconds)

    def make(**options: Any) -> InteractionsChatCompletionClient:
        sessions = f"sqlite:///{tmp_path / 'sessions.db'}"
        client = make_client(**{"background": True, "sessions": sessions} | options)
        wait_by(client, pause)
        return client

    return make


async def test_agents_work_in_the_background_unless_told_otherwise(
    make: MakeClient, emulator: Emulator
) -> None:
    client = make(agent="deep-research-preview-04-2026", background=None)

    answer = await client.create([user("The history of TPUs")])

    assert "TPUs" in str(answer.content)
    assert sent(emulator)["background"] is True


@pytest.mark.parametrize("background", [True, None])
async def test_the_event_of_a_call_names_its_job(
    make: MakeClient, log: EventLog, tmp_path: Path, *, background: bool | None
) -> None:
    await make(background=background).create([user("Hi")])

    [event] = log
    with closing(open_store(tmp_path / "sessions.db")) as store:
        named = {job.key for job in store.list_jobs()}
    assert {event.kwargs.get("job")} == (named or {None})
    assert bool(named) is bool(background)


async def test_a_token_cancels_the_run_and_its_job(
    make: MakeClient, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.fault(on="create", do={"stall": True})
    client, token, asleep = make(), CancellationToken(), asyncio.Event()

    async def wait(_: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    wait_by(client, wait)
    call = asyncio.ensure_future(client.create([user("Hi")], cancellation_token=token))
    await asleep.wait()
    token.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert emulator.requests()[-1]["path"].endswith("/cancel")
    jobs = open_store(tmp_path / "sessions.db").list_jobs()
    assert [job.status for job in jobs] == ["cancelled"]


async def test_an_unknown_policy_is_refused(make_client: MakeClient) -> None:
    with pytest.raises(ConfigurationError, match="on_lost_submit"):
        make_client(on_lost_submit="ignore")
