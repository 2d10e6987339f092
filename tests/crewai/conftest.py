"""CrewAI kept off the network and out of the user's folders."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.crewai.addresses import addresses
from tests.crewai.quiet import imported
from tests.waiting import go_by

InteractionsLLM = imported("interactions_crewai").InteractionsLLM

MakeLLM = Callable[..., Any]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Keep what CrewAI remembers of other tests, and what it writes, apart."""
    monkeypatch.chdir(tmp_path)
    imported("crewai.events").crewai_event_bus.reset_runtime_state()


@pytest.fixture(autouse=True)
def at_home() -> Iterator[None]:
    """Fail a test in which anything but this machine is looked up or connected to."""
    with addresses() as contacted:
        yield
    assert contacted == []


@pytest.fixture
def make_llm(emulator: Emulator, clock: Clock, tmp_path: Any) -> Iterator[MakeLLM]:
    """Make LLMs on the emulator, each with a session store of its own."""
    made: list[InteractionsLLM] = []

    def make(kind: Any = InteractionsLLM, **options: Any) -> Any:
        defaults: dict[str, Any] = {
            "base_url": emulator.url,
            "api_key": "k",
            "sessions": f"memory:{tmp_path}{len(made)}",
        }
        if "agent" not in options:
            defaults["model"] = "gemini-3.5-flash"
        llm = kind(**defaults | options)
        go_by(llm, clock)
        made.append(llm)
        return llm

    yield make
    for llm in made:
        llm.close()
