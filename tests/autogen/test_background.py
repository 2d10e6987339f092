"""Background jobs of AutoGen's model client: the same ledger, the same rules."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from autogen_core import CancellationToken

from interactions_autogen import InteractionsChatCompletionClient
from interactions_autogen._turns import Call
from interactions_core import SqliteStore
from interactions_core.exceptions import (
    ConfigurationError,
    InvalidRequestError,
    LostSubmitError,
)
from interactions_emulator import Emulator
from tests.autogen.asking import Client, bodies, sent, user
from tests.autogen.conftest import MakeClient
from tests.conftest import Clock

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
        client._ready().awaited.sleep = pause
        return client

    return make


async def text(client: Client, way: str, asked: str = "Hi") -> Any:
    if way == "create":
        return (await client.create([user(asked)])).content
    said = [item async for item in client.create_stream([user(asked)])]
    assert "".join(said[:-1]) == said[-1].content
    return said[-1].content


@pytest.mark.parametrize("way", ["create", "create_stream"])
async def test_a_call_in_the_background_waits_for_its_answer(
    way: str, make: MakeClient, emulator: Emulator
) -> None:
    answer = await text(make(), way)

    assert "Hi" in answer
    assert sent(emulator)["background"] is True


async def test_agents_work_in_the_background_unless_told_otherwise(
    make: MakeClient, emulator: Emulator
) -> None:
    client = make(agent="deep-research-preview-04-2026", background=None)

    assert "TPUs" in await text(client, "create", "The history of TPUs")
    assert sent(emulator)["background"] is True


@pytest.mark.parametrize("way", ["create", "create_stream"])
async def test_a_call_goes_on_with_the_run_that_a_dead_process_began(
    way: str, make: MakeClient, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Done.", "wait_s": 0.2}}])
    dead = make()
    store = dead._sessions()
    assert isinstance(store, SqliteStore)
    turn = dead.read(Call([user("Hi")]))
    found = await dead._ready().awaited.suspend(turn, store)
    job = store.get_job(found.job_key)
    assert job is not None
    store.take_job(job, "another process", now=job.updated_at, until=0.0)
    store.update_job(replace(job, owner="another process", interrupts=0))

    answer = await text(make(), way)

    assert answer == "Done."
    assert len(bodies(emulator)) == 1


async def test_an_answer_that_was_given_is_asked_for_anew(
    make: MakeClient, emulator: Emulator
) -> None:
    client = make()

    await client.create([user("Hi")])
    await client.create([user("Hi")])

    assert len(bodies(emulator)) == 2


async def test_a_token_cancels_the_run_and_its_job(
    make: MakeClient, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"stall": True})
    client, token, asleep = make(), CancellationToken(), asyncio.Event()

    async def wait(_: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    client._ready().awaited.sleep = wait
    call = asyncio.ensure_future(client.create([user("Hi")], cancellation_token=token))
    await asleep.wait()
    token.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert emulator.requests()[-1]["path"].endswith("/cancel")
    assert [job.status for job in client._sessions().list_jobs()] == ["cancelled"]


async def test_a_lost_create_is_told(make: MakeClient, emulator: Emulator) -> None:
    emulator.fault(on="create", do={"close": "after"})

    with pytest.raises(LostSubmitError, match="job_"):
        await make().create([user("Hi")])

    assert len(bodies(emulator)) == 1


async def test_an_unknown_policy_is_refused(make_client: MakeClient) -> None:
    with pytest.raises(ConfigurationError, match="on_lost_submit"):
        make_client(on_lost_submit="ignore")


async def test_a_model_without_background_answers_at_once_where_that_will_do(
    make: MakeClient, emulator: Emulator
) -> None:
    """API: some models refuse the background by this sentence."""
    client = make(model="gemini-2.5-flash", background="prefer")

    assert "Hi" in await text(client, "create")
    with pytest.raises(InvalidRequestError, match="does not support background"):
        await text(make(model="gemini-2.5-flash"), "create")
    asked = [body.get("background") for body in bodies(emulator)]
    assert asked == [True, None, True]


async def test_a_webhook_is_told_which_job_it_hears_of(
    make: MakeClient, emulator: Emulator
) -> None:
    client = make(webhook_config={"uris": ["https://hooks.example/in"]})
    await text(client, "create")

    [job] = client._sessions().list_jobs()
    told = sent(emulator)["webhook_config"]
    assert told == {
        "uris": ["https://hooks.example/in"],
        "user_metadata": {"interactions_job": job.key},
    }
