"""agno's `GeminiInteractions`: an agent, its tools, and Deep Research."""

import logging
from typing import Any

from agno.agent import Agent
from agno.agents.antigravity import AntigravityAgent
from agno.db.in_memory import InMemoryDb
from agno.models.google import GeminiInteractions
from agno.run.base import RunStatus
from checks import (
    FLASH,
    GEMINI_3,
    POLL_S,
    REPORT,
    RESEARCH,
    URL,
    control,
    paths,
    report,
)
from pydantic import BaseModel

# Its own account of each refusal would drown ours.
logging.disable(logging.ERROR)
CLIENT = {"http_options": {"base_url": URL, "retry_options": {"attempts": 1}}}


class City(BaseModel):
    """What a structured answer holds."""

    name: str
    size: int


def get_weather(location: str) -> str:
    """Get the current weather for a location."""
    return f"mild in {location}"


def model(name: str = FLASH, **options: Any) -> GeminiInteractions:
    """Return the model class of this framework, at this server."""
    return GeminiInteractions(
        id=name, api_key="offline", client_params=CLIENT, **options
    )


def agent(name: str = FLASH, *, research: bool = False, **options: Any) -> Agent:
    """Return an agent that remembers its session."""
    job = {"agent": RESEARCH, "agent_poll_interval": POLL_S} if research else {}
    return Agent(
        model=model(name, **job),
        db=InMemoryDb(),
        add_history_to_context=True,
        telemetry=False,
        **options,
    )


def said(events: Any) -> str:
    """Join the text of a stream."""
    wanted = [event for event in events if event.event == "RunContent"]
    return "".join(event.content or "" for event in wanted)


def text() -> None:
    """One turn, and what is counted."""
    answer = agent().run("Hello there.")

    assert answer.status == RunStatus.completed
    assert answer.content
    assert answer.metrics.total_tokens > 0


def chain() -> None:
    """The second turn recalls the first, and sends only itself."""
    remembering = agent()
    remembering.run("My name is Ada.", session_id="s")
    answer = remembering.run("What is my name?", session_id="s")

    body = control("requests")["requests"][-1]["body"]
    assert "Ada" in answer.content
    assert body["previous_interaction_id"]
    assert "Ada" not in str(body["input"])


def tools() -> None:
    """Two parallel calls, run here, and the answer to them; unary and streamed."""
    question = "What is the weather in Paris and Rome?"
    unary = agent(GEMINI_3, tools=[get_weather]).run(question)
    streamed = agent(GEMINI_3, tools=[get_weather]).run(question, stream=True)

    assert [t.tool_args["location"] for t in unary.tools] == ["Paris", "Rome"]
    assert "mild" in unary.content
    assert "mild" in said(streamed)


def stream() -> None:
    """The text arrives in pieces."""
    events = list(agent().run("Say it again. " * 30, stream=True))
    pieces = [event for event in events if event.event == "RunContent"]

    assert len(pieces) > 1
    assert "Say it again" in said(events)


def structured() -> None:
    """The answer obeys the schema."""
    answer = agent(output_schema=City).run("Paris has 2 million.")

    assert isinstance(answer.content, City)


def background() -> None:
    """Deep Research is started in the background and polled."""
    answer = agent(research=True).run(REPORT)

    assert answer.status == RunStatus.completed, answer.content
    assert "the end" in answer.content


def resume() -> None:
    """A stream that is cut is taken up after its last event."""
    cut = {"truncate_after_events": 9, "how": "silent"}
    control("faults", {"on": "create", "match": {"stream": True}, "do": cut})
    answer = said(agent(research=True).run(REPORT, stream=True))

    resumed = [path for path in paths("GET") if "last_event_id" in path]
    assert resumed, "no stream was resumed"
    assert answer.count("First the question") == 1
    assert answer.count("the end") == 1


def refusals() -> None:
    """A refusal fails the run, and names what the API said."""
    unknown = agent("no-such-model").run("Hello.")
    gone = model(generation_config={"tool_choice": "any"})
    refused = Agent(model=gone, telemetry=False).run("Hello.")

    assert unknown.status == RunStatus.error
    assert "no-such-model" in str(unknown.content)
    assert refused.status == RunStatus.error
    assert "invalid_request" in str(refused.content)
    assert "not_found" in str(orphan().content)


def orphan() -> Any:
    """Continue a session whose server side is gone."""
    remembering = agent()
    first = remembering.run("My name is Ada.", session_id="s")
    held = first.messages[-1].provider_data
    remembering.model.get_client().interactions.delete(held["interaction_id"])
    return remembering.run("What is my name?", session_id="s")


def agents() -> None:
    """Antigravity keeps its environment from turn to turn."""
    managed = AntigravityAgent(
        name="managed", api_key="offline", base_url=f"{URL}/v1beta", db=InMemoryDb()
    )
    managed.run("My name is Ada.", session_id="s")
    answer = managed.run("What is my name?", session_id="s")
    streamed = said(managed.run("What is my name?", session_id="s", stream=True))

    assert "Ada" in answer.content, answer.content
    assert "Ada" in streamed, streamed


report(
    {
        "text": text,
        "chain": chain,
        "tools": tools,
        "stream": stream,
        "structured": structured,
        "background": background,
        "resume": resume,
        "cancel": "client has none",
        "delete": "client has none",
        "errors": refusals,
        "agents": agents,
    }
)
