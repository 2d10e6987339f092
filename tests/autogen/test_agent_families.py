"""What a family of agents does not take: told otherwise, added, or refused by name."""

from typing import Any

import pytest
from autogen_core.models import SystemMessage
from pydantic import BaseModel

from interactions_core.exceptions import ConfigurationError, InteractionsError
from interactions_emulator import Emulator
from tests.autogen.asking import bodies, user
from tests.autogen.conftest import MakeClient

RESEARCH = "deep-research-preview-04-2026"
ANTIGRAVITY = "antigravity-preview-09-2026"
NO_BACKGROUND = "The agent does not support using background=True"
BRIEF = SystemMessage(content="Be brief.")

pytestmark = pytest.mark.anyio


class Answer(BaseModel):
    text: str


async def test_instruction_of_deep_research_is_told_as_input(
    make_client: MakeClient, emulator: Emulator
) -> None:
    agent = make_client(agent=RESEARCH, poll=(0.01, 0.01))

    await agent.create([BRIEF, user("Trains")])

    (body,) = bodies(emulator)
    assert "system_instruction" not in body
    said = [step["content"][0]["text"] for step in body["input"]]
    assert said[0] == "Be brief."
    assert len(said) == 2


async def test_agent_that_needs_an_environment_is_given_one(
    make_client: MakeClient, emulator: Emulator
) -> None:
    agent = make_client(agent=ANTIGRAVITY, poll=(0.01, 0.01))

    await agent.create([user("Count the files")])

    (body,) = bodies(emulator)
    assert body["environment"] == "remote"


@pytest.mark.parametrize(
    ("agent", "asked", "words"),
    [
        (
            RESEARCH,
            {"tools": [{"name": "fetch", "description": "Fetch"}]},
            r"takes no functions \(fetch\)",
        ),
        (ANTIGRAVITY, {"json_output": Answer}, "takes no response_format"),
    ],
)
async def test_what_an_agent_does_not_take_is_refused_before_it_is_sent(
    make_client: MakeClient,
    emulator: Emulator,
    agent: str,
    asked: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(ConfigurationError, match=f"the agent {agent} {words}"):
        await make_client(agent=agent).create([user("Trains")], **asked)

    assert bodies(emulator) == []


async def test_agent_without_background_answers_at_once_unless_that_was_asked_for(
    make_client: MakeClient, emulator: Emulator
) -> None:
    """API: Antigravity said so from May to September 2026."""
    refused = {"status": 400, "message": NO_BACKGROUND}
    emulator.fault(do=refused, times=9, match={"background": True})
    agent = make_client(agent=ANTIGRAVITY, poll=(0.01, 0.01))

    for question in ("Count the files", "Name them"):
        assert (await agent.create([user(question)])).content
    with pytest.raises(InteractionsError, match="does not support using background"):
        await agent.create(
            [user("Delete them")], extra_create_args={"background": True}
        )

    asked = [body.get("background") for body in bodies(emulator)]
    assert asked == [True, None, None, True]
