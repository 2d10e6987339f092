"""Cancelling by token and by task ends the request, whoever waits for it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import CancellationToken
from autogen_core.models import UserMessage

from interactions_autogen import InteractionsChatCompletionClient
from interactions_emulator import Emulator
from tests.autogen.conftest import MakeClient
from tests.patience import PATIENCE_S

Client = InteractionsChatCompletionClient

pytestmark = pytest.mark.anyio

HELLO = [UserMessage(content="Hello", source="user")]


async def arrived(emulator: Emulator) -> None:
    """Wait until a request has reached the server."""
    async with asyncio.timeout(PATIENCE_S):
        while not emulator.requests():  # noqa: ASYNC110 - it runs in another thread
            await asyncio.sleep(0.01)


async def drained(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


def begun(client: Client, way: str, token: CancellationToken | None) -> Any:
    if way == "create":
        return asyncio.ensure_future(client.create(HELLO, cancellation_token=token))
    stream = client.create_stream(HELLO, cancellation_token=token)
    return asyncio.ensure_future(drained(stream))


@pytest.fixture
def slow(emulator: Emulator) -> Emulator:
    """Let the first answer take longer than any test waits."""
    emulator.fault(on="create", do={"delay_s": 30})
    return emulator


@pytest.mark.parametrize("way", ["create", "stream"])
async def test_token_ends_a_call(client: Client, slow: Emulator, way: str) -> None:
    token = CancellationToken()
    call = begun(client, way, token)
    await arrived(slow)

    token.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(call, PATIENCE_S)


@pytest.mark.parametrize("way", ["create", "stream"])
async def test_cancelled_task_ends_a_call(
    client: Client, slow: Emulator, way: str
) -> None:
    """AutoGen: selectors pass no token and are cancelled as tasks."""
    call = begun(client, way, None)
    await arrived(slow)

    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(call, PATIENCE_S)


@pytest.mark.parametrize("way", ["create", "stream"])
async def test_token_that_was_cancelled_before_sends_nothing(
    client: Client, emulator: Emulator, way: str
) -> None:
    token = CancellationToken()
    token.cancel()

    with pytest.raises(asyncio.CancelledError):
        await begun(client, way, token)

    assert emulator.requests() == []


async def test_token_ends_a_teams_run(client: Client, slow: Emulator) -> None:
    token = CancellationToken()
    team = RoundRobinGroupChat([AssistantAgent("a", client)], max_turns=1)
    run = asyncio.ensure_future(team.run(task="Hello", cancellation_token=token))
    await arrived(slow)

    token.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(run, PATIENCE_S)


async def test_stream_may_be_left_early(client: Client, emulator: Emulator) -> None:
    emulator.script([{"reply": {"text": "word " * 200}}])
    stream = client.create_stream(HELLO)

    first = await anext(stream)
    await stream.aclose()

    assert isinstance(first, str)
    assert not [task for task in asyncio.all_tasks() if "_pump" in repr(task)]


async def test_long_run_links_one_future_for_each_call(
    make_client: MakeClient, emulator: Emulator
) -> None:
    """AutoGen: a token never lets go of what was linked to it."""
    emulator.script([{"reply": {"text": "word " * 200}}])
    token = CancellationToken()

    await drained(make_client().create_stream(HELLO, cancellation_token=token))

    assert len(token._callbacks) == 1
