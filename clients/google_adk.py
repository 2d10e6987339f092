"""google-adk with `use_interactions_api=True`, and its managed agents."""

import logging
import uuid
from collections.abc import AsyncIterator
from typing import Any

from checks import (
    ANTIGRAVITY,
    BACKGROUND,
    GEMINI_3,
    REPORT,
    UNKNOWN_ID,
    URL,
    control,
    report,
)
from google.adk.agents import LlmAgent, ManagedAgent
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.events import Event
from google.adk.models import Gemini
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.genai import Client, types

# Its tracebacks of the refusals that are wanted here would hide the others.
logging.disable(logging.ERROR)


def get_weather(location: str) -> dict[str, str]:
    """Get the current weather for a location."""
    return {"sky": f"mild in {location}"}


class Conversation:
    """One session of one agent."""

    def __init__(self, agent: Any) -> None:
        self.sessions = InMemorySessionService()
        self.runner = Runner(
            agent=agent,
            app_name="clients",
            session_service=self.sessions,
            auto_create_session=True,
        )
        self.session_id = uuid.uuid4().hex
        self.events: list[Any] = []

    async def ask(self, question: str, **config: Any) -> str:
        """Say something and return the text of the final answer."""
        content = types.Content(role="user", parts=[types.Part(text=question)])
        turn = [event async for event in self._run(content, RunConfig(**config))]
        self.events += turn
        return "".join(said(e) for e in turn if e.is_final_response() and not e.partial)

    def _run(self, content: Any, config: RunConfig) -> AsyncIterator[Any]:
        return self.runner.run_async(
            user_id="user",
            session_id=self.session_id,
            new_message=content,
            run_config=config,
        )


def said(event: Any) -> str:
    """Return the text of an event, without its thoughts."""
    parts = (event.content and event.content.parts) or []
    return "".join(part.text or "" for part in parts if not part.thought)


def llm_agent(model: str = GEMINI_3, **options: Any) -> LlmAgent:
    """Return an agent whose model speaks the Interactions API."""
    gemini = Gemini(model=model, use_interactions_api=True, base_url=URL)
    return LlmAgent(name="assistant", model=gemini, **options)


async def text() -> None:
    """One turn, with its id and its usage."""
    conversation = Conversation(llm_agent())
    answer = await conversation.ask("Hello there.")

    last = conversation.events[-1]
    assert answer
    assert last.interaction_id.startswith("v1_")
    assert last.usage_metadata.total_token_count > 0


async def chain() -> None:
    """The second turn recalls the first, and sends only itself."""
    conversation = Conversation(llm_agent())
    await conversation.ask("My name is Ada.")
    answer = await conversation.ask("What is my name?")

    body = control("requests")["requests"][-1]["body"]
    assert "Ada" in answer
    assert body["previous_interaction_id"] == conversation.events[0].interaction_id
    assert "Ada" not in str(body["input"])


async def tools() -> None:
    """Two parallel calls, run here, and the answer to them; unary and streamed."""
    for mode in (StreamingMode.NONE, StreamingMode.SSE):
        conversation = Conversation(llm_agent(tools=[get_weather]))
        answer = await conversation.ask(
            "What is the weather in Paris and Rome?", streaming_mode=mode
        )

        calls = [
            call.args["location"]
            for event in conversation.events
            for call in event.get_function_calls()
            if not event.partial
        ]
        assert calls == ["Paris", "Rome"], f"{mode}: {calls}"
        assert "mild" in answer, f"{mode}: {answer}"


async def stream() -> None:
    """The pieces add up to the final answer."""
    conversation = Conversation(llm_agent())
    answer = await conversation.ask(
        "Say it again. " * 30, streaming_mode=StreamingMode.SSE
    )

    pieces = [said(event) for event in conversation.events if event.partial]
    assert len(pieces) > 1
    assert "".join(pieces) == answer


async def background() -> None:
    """A deferred turn is queued and polled until it is done."""
    conversation = Conversation(llm_agent(BACKGROUND))
    answer = await conversation.ask(REPORT, service_tier="deferred")

    assert "the end" in answer


async def refusals() -> None:
    """404 for a parent that is gone, 400 for a model that is not there."""
    conversation = Conversation(llm_agent())
    session = await conversation.sessions.create_session(
        app_name="clients", user_id="user", session_id=conversation.session_id
    )
    answered = types.Content(role="model", parts=[types.Part(text="Hello.")])
    await conversation.sessions.append_event(
        session, Event(author="assistant", content=answered, interaction_id=UNKNOWN_ID)
    )

    assert await status_of(conversation) == 404
    assert await status_of(Conversation(llm_agent("no-such-model"))) in {400, 404}


async def status_of(conversation: Conversation) -> int:
    """Return the status that a turn is refused with; 0 if it is not."""
    try:
        await conversation.ask("Hello.")
    # The error's class is private to the SDK; its status is what is tried.
    except Exception as error:  # noqa: BLE001
        return getattr(error, "status_code", 0)
    return 0


async def agents() -> None:
    """A managed agent streams from its environment, and keeps it."""
    client = Client(api_key="offline", http_options={"base_url": URL})
    agent = ManagedAgent(
        name="managed",
        agent_id=ANTIGRAVITY,
        environment={"type": "remote"},
        api_client=client,
    )
    conversation = Conversation(agent)
    await conversation.ask("My name is Ada.", streaming_mode=StreamingMode.SSE)
    answer = await conversation.ask(
        "What is my name?", streaming_mode=StreamingMode.SSE
    )

    body = control("requests")["requests"][-1]["body"]
    used = {event.environment_id for event in conversation.events} - {None}
    errors = [e.error_message for e in conversation.events if e.error_code]
    assert not errors, errors
    assert "Ada" in answer
    assert {body["environment"]} == used


report(
    {
        "text": text,
        "chain": chain,
        "tools": tools,
        "stream": stream,
        "structured": "the client drops the schema",
        "background": background,
        "resume": "client has none",
        "cancel": "client has none",
        "delete": "client has none",
        "errors": refusals,
        "agents": agents,
    }
)
