"""Files that CrewAI attaches to messages are sent, or refused with what is missing."""

from importlib.util import find_spec
from typing import Any

import pytest
from crewai import Agent, Crew, Task

from interactions_core.exceptions import UnsupportedContentError
from interactions_crewai._messages import to_steps
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.quiet import imported

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_files_that_crewai_left_out_are_refused() -> None:
    """CrewAI: without its extra, messages keep their files and lose them later."""
    messages: Any = [{"role": "user", "content": "What?", "files": {"a": object()}}]

    with pytest.raises(UnsupportedContentError, match="file-processing"):
        to_steps(messages)


@pytest.mark.skipif(not find_spec("crewai_files"), reason="crewai[file-processing]")
def test_files_of_a_crew_are_sent_once(make_llm: MakeLLM, emulator: Emulator) -> None:
    files = imported("crewai_files")
    text = files.TextFile(source=b"Rome is warm.")
    agent = Agent(role="Reader", goal="g", backstory="b", llm=make_llm())
    task = Task(description="Read.", expected_output="text", agent=agent)

    Crew(agents=[agent], tasks=[task]).kickoff(input_files={"notes": text})

    [body] = [request["body"] for request in emulator.requests()]
    kinds = [block["type"] for block in body["input"][0]["content"]]
    assert kinds == ["text", "document"]
