"""Checkpoints, copies and pickles go on with their sessions."""

import copy
import gc
import pickle
from pathlib import Path
from typing import Any

import pytest
from crewai import Agent, CheckpointConfig, Crew
from crewai.agents.agent_builder.base_agent import _validate_llm_ref
from crewai.events import crewai_event_bus

from interactions_core import MemoryStore
from interactions_core.adapter import InteractionsClient
from interactions_core.exceptions import AuthenticationError, ConfigurationError
from interactions_crewai import InteractionsLLM
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.crews import TOWNS, says, two_agents
from tests.crewai.flows import user
from tests.crewai.test_llm_options import KEY, MCP, bodies

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_crew_resumes_from_a_checkpoint_without_a_key_in_it(
    make_llm: MakeLLM,
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = {"error": {"status": 403, "message": "no such project"}}
    emulator.script([TOWNS[0], says("Writer", refused, "A text.")])
    llm = make_llm(api_key=KEY, sessions=f"sqlite:///{tmp_path}/s.db")
    # The last event of all: a write that meets another one fails in CrewAI.
    folder, last = tmp_path / "checkpoints", ["crew_kickoff_failed"]
    saving = CheckpointConfig(location=str(folder), on_events=last)
    with pytest.raises(AuthenticationError):
        two_agents(llm, checkpoint=saving).kickoff(inputs={"city": "Rome"})
    crewai_event_bus.flush()
    asked = len(emulator.requests())

    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    [saved] = folder.rglob("*.json")
    restored = Crew.from_checkpoint(CheckpointConfig(restore_from=saved))
    result = restored.kickoff()

    assert KEY not in saved.read_text()
    assert all(type(agent.llm) is InteractionsLLM for agent in restored.agents)
    assert result.raw == "A text."
    assert [body["system_instruction"][:15] for body in bodies(emulator)[asked:]] == [
        "You are Writer."
    ]


def test_restored_llm_has_the_options_and_the_sessions(
    make_llm: MakeLLM, emulator: Emulator, tmp_path: Path
) -> None:
    llm = make_llm(
        sessions=f"sqlite:///{tmp_path}/s.db", stop=["END"], poll=(0.5, 2.0), seed=3
    )
    said = llm.call([user("Hi.")])

    restored = _validate_llm_ref(llm.model_dump(mode="json"))
    restored.api_key, restored._clock = "k", llm._clock
    restored.call([user("Hi."), {"role": "assistant", "content": said}, user("And?")])

    assert restored.model_dump() == llm.model_dump()
    assert "previous_interaction_id" in bodies(emulator)[1]


def test_restored_agent_is_an_agent() -> None:
    llm = InteractionsLLM(agent="deep-research-preview-04-2026")

    restored = _validate_llm_ref(llm.model_dump())

    assert restored.model_dump() == llm.model_dump()
    assert restored.agent == llm.agent


def test_deep_copies_share_store_and_connections(make_llm: MakeLLM) -> None:
    llm = make_llm(sessions=MemoryStore(), tools=[MCP])

    copied = copy.deepcopy(llm)
    copied.tools[0]["name"] = "other"

    assert copied.sessions is llm.sessions
    assert copied._clients is llm._clients
    assert llm.tools[0]["name"] == "files"


def test_pickle_carries_the_key_and_the_stores_address(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(sessions=MemoryStore("pickled"), api_key=KEY)

    other: Any = pickle.loads(pickle.dumps(llm))  # noqa: S301 - our own bytes

    assert other.sessions == "memory:pickled"
    assert other.call("Hi.")
    assert emulator.requests()
    assert other.api_key == KEY


def test_pickle_of_a_client_is_refused() -> None:
    llm = InteractionsLLM(model="gemini-3.5-flash", client=object())

    with pytest.raises(ConfigurationError, match="client="):
        pickle.dumps(llm)


def test_a_key_that_is_renewed_leaves_no_client_behind(make_llm: MakeLLM) -> None:
    """Ours: whoever renews a key every hour has the clients of the last few."""
    llm = make_llm()

    made = {f"key {number}" for number in range(20)}
    for key in sorted(made):
        llm.api_key = key
        llm.call("Hi")

    gc.collect()
    left = [one for one in gc.get_objects() if isinstance(one, InteractionsClient)]
    keys = {one.connection.api_key for one in left}
    assert llm.api_key in keys
    assert len(keys & made) <= 4


def test_agents_with_time_limits_of_their_own_share_one_client(
    make_llm: MakeLLM,
) -> None:
    llm = make_llm(api_key="of this test")

    for seconds in (60, 61, 62):
        words = {"role": "r", "goal": "g", "backstory": "b"}
        agent = Agent(**words, llm=llm, max_execution_time=seconds)
        llm.call("Hi", from_agent=agent)

    made = [one for one in gc.get_objects() if isinstance(one, InteractionsClient)]
    ours = [one for one in made if one.connection.api_key == llm.api_key]
    assert sum(bool(one._opened.get()) for one in ours) == 1
