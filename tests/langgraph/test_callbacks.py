"""LangChain's callbacks are told the same, in the same order, with and without spans."""

import contextlib
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import LLMResult

from interactions_core import MemoryStore
from interactions_core.exceptions import InteractionsError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.langgraph.test_usage import WAYS, ask, pass_time
from tests.outcomes import SEEDS, shuffled
from tests.spans import told
from tests.waiting import go_by, wait_by

pytestmark = pytest.mark.anyio

Event = tuple[str, int, object]
"""What LangChain told: its name, the how-manieth run it is of, and what it says."""


class Notes(BaseCallbackHandler):
    """Notes every event of a model, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._runs: dict[UUID, int] = {}

    def on_chat_model_start(
        self, _: Any, messages: Any, *, run_id: UUID, **__: Any
    ) -> None:
        self._note("start", run_id, [message.text for message in messages[0]])

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **_: Any) -> None:
        self._note("token", run_id, _unsigned(token))

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        generation: Any = response.generations[0][0]
        message = generation.message
        self._note("end", run_id, (message.text, message.usage_metadata))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        self._note("error", run_id, type(error))

    def _note(self, name: str, run_id: UUID, said: object) -> None:
        run = self._runs.setdefault(run_id, len(self._runs))
        self.events.append((name, run, said))


def _unsigned(token: str | list[dict[str, Any]]) -> object:
    """Leave out signatures, which no two runs of a server share."""
    if isinstance(token, str):
        return token
    return [{key: block[key] for key in block if key != "signature"} for block in token]


async def events_of(way: str, seed: int) -> list[Event]:
    """Ask once for each outcome, all of them in an order that the seed says."""
    notes, clock, background = Notes(), Clock(), way == "background"
    with Emulator() as emulator:
        model = ChatInteractions(
            model="gemini-3.5-flash",
            base_url=emulator.url,
            api_key="k",
            sessions=MemoryStore(),
            max_retries=0,
            background=background,
        )
        go_by(model, clock)
        wait_by(model, lambda seconds: pass_time(clock, emulator, seconds))
        for number, outcome in enumerate(shuffled(seed, background=background)):
            outcome.arrange(emulator)
            with contextlib.suppress(InteractionsError):
                await ask(model, way, f"Question {number}.", {"callbacks": [notes]})
        await model.aclose()
        model.close()
    return notes.events


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", WAYS)
async def test_callbacks_are_told_the_same_where_turns_are_traced(
    way: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = await events_of(way, seed)

    with told(monkeypatch) as spans:
        traced = await events_of(way, seed)

    assert spans.spans
    assert traced == plain
    names = [name for name, _, _ in plain]
    assert names.count("start") == names.count("end") + names.count("error")
    assert min(names.count(name) for name in ("end", "error")) > 0
    assert ("token" in names) is ("stream" in way)
