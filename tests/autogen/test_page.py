"""What AutoGen asked, as the page shows it in a browser."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core.tools import FunctionTool

from interactions_autogen import InteractionsAgent, InteractionsChatCompletionClient
from interactions_core.exceptions import JobFailedError
from interactions_emulator import Emulator
from tests.browser import Looked, running_browser
from tests.page.serving import serve

RESEARCH = "deep-research-preview-04-2026"
QUESTION = "What is the weather in Rome?"

Check = Callable[[Looked], None]


def get_weather(city: str) -> str:
    return f"{city}: 21 degrees"


async def talk(url: str, emulator: Emulator) -> None:
    """Let a team, a tool, an agent in the background and a failure be recorded."""
    whole = {"base_url": emulator.url, "api_key": "k", "sessions": url}
    client = InteractionsChatCompletionClient(model="gemini-3.5-flash", **whole)
    tool = FunctionTool(get_weather, "Tells the weather.")
    porter = AssistantAgent("porter", client, tools=[tool], reflect_on_tool_use=True)
    critic = AssistantAgent("critic", client)
    await RoundRobinGroupChat([porter, critic], max_turns=2).run(task=QUESTION)
    researcher = InteractionsAgent(name="researcher", agent=RESEARCH, **whole)
    await researcher.run(task="The history of TPUs")
    emulator.script([{"reply": {"status": "failed", "text": "half"}}])
    with pytest.raises(JobFailedError):
        await AssistantAgent("unlucky", client).run(task="Fail, please.")
    await client.close()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("autogen")
    with Emulator(job_s=0.01) as emulator:
        asyncio.run(talk(f"sqlite:///{folder}/state.db", emulator))
    return folder


def of_a_tool(looked: Looked) -> None:
    looked.page.locator(".item", has_text="porter").click()
    looked.page.locator(".head p", has_text="AutoGen · porter").wait_for()
    looked.page.locator(".row .mono", has_text="get_weather").wait_for()
    looked.press("k", "j")
    assert "Continued" in looked.text(".detail h2")
    assert "Asked by\nporter" in looked.text(".detail .facts")
    assert "Rome: 21 degrees" in looked.text(".detail [role=tabpanel]")


def of_a_team(looked: Looked) -> None:
    titles = looked.page.locator(".item .said").all_inner_texts()
    # Each agent of the team has a conversation, which begins with the task.
    assert titles.count(QUESTION) == 2
    looked.page.locator(".item", has_text="critic").click()
    looked.page.locator(".head p", has_text="AutoGen · critic").wait_for()


def of_a_job(looked: Looked) -> None:
    looked.thread("The history of TPUs")
    looked.page.locator(".detail h2", has_text="Background job").wait_for()
    assert RESEARCH in looked.text(".head p")
    assert "handed on" in looked.text(".detail")


def of_a_failure(looked: Looked) -> None:
    looked.thread("Fail, please.")
    assert looked.text(".detail h2") == "First turn, failed"
    assert "failed" in looked.text(".detail .facts .fail")


@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("check", [of_a_tool, of_a_team, of_a_job, of_a_failure])
def test_what_autogen_asked_is_shown(recorded: Path, check: Check) -> None:
    for server in serve(recorded):
        with running_browser() as browser:
            looked = Looked(browser)
            looked.open(server.url)
            check(looked)
            assert looked.complaints == []
