"""Take the first turns of a process; print what they did in the loop's thread."""

import asyncio
import sys
import time

from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.records.turn import Turn
from interactions_core.stores.opening import open_store
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.steps import (
    function_call,
    function_result,
    user_input,
)
from interactions_core.turns.context import ClientPolicy
from interactions_emulator import Emulator
from tests.loop_watch import LoopWatch, WatchedObject


async def main(url: str, store: SessionStore) -> str:
    watch = LoopWatch()
    argument = WatchedObject(city="Rome")
    argument.watch = watch
    steps = [
        user_input("What is the weather?"),
        function_call("call_1", "weather", {"where": argument}),
        function_result("call_1", "weather", "sunny"),
    ]
    turn = Turn(transcript=Transcript.of(steps), target=("model", "gemini-3.5-flash"))
    connection = Connection(api_key="key", base_url=url)
    policy = ClientPolicy(max_retries=0, retention_s=1e6, clock=time.time)
    with watch:
        client = AsyncInteractionsClient(connection, policy)
        await client.turn(turn, store)
        async for _ in client.stream(turn, store):
            pass
        await client.close()
    return watch.told()


if __name__ == "__main__":
    opened = open_store(sys.argv[1])
    with Emulator() as emulator:
        sys.stdout.write(asyncio.run(main(emulator.url, opened)))
    opened.close()
