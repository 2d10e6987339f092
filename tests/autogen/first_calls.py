"""Make the first calls of a process; print what they did in the loop's thread."""

import asyncio
import sys

from autogen_core import CancellationToken, Image
from autogen_core.models import UserMessage
from PIL import Image as Pillow

from interactions_autogen import InteractionsAgent, InteractionsChatCompletionClient
from interactions_emulator import Emulator
from tests.loop_watch import LoopWatch


class WatchedPicture(Pillow.Image):
    """A picture that says when its pixels are read."""

    watch: LoopWatch

    def tobytes(self, *arguments: object) -> bytes:
        self.watch.note("pixels of a picture")
        return super().tobytes(*arguments)


async def main(url: str, sessions: str) -> str:
    watch = LoopWatch()
    plain = Pillow.new("RGB", (4, 4))
    picture = WatchedPicture()
    picture.__dict__ |= {**vars(plain), "watch": watch}
    image = Image(plain)
    # Its constructor makes a plain picture of any.
    image.image = picture
    said = [UserMessage(content=["What is it?", image], source="user")]
    options = {"api_key": "key", "base_url": url, "sessions": sessions}
    with watch:
        client = InteractionsChatCompletionClient(model="gemini-3.5-flash", **options)
        await client.create(said)
        async for _ in client.create_stream(said):
            pass
        await client.close()
        agent = InteractionsAgent(
            "agent", agent="deep-research-preview-04-2026", **options
        )
        await agent.run(task="hello", cancellation_token=CancellationToken())
        await agent.close()
    return watch.told()


if __name__ == "__main__":
    with Emulator(job_s=0.01) as emulator:
        sys.stdout.write(asyncio.run(main(emulator.url, sys.argv[1])))
