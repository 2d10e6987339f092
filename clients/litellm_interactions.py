"""litellm's `interactions`, sync and async."""

import logging
from collections.abc import Callable
from typing import Any

import litellm
from checks import (
    ANTIGRAVITY,
    BACKGROUND,
    ENDLESS,
    FLASH,
    GEMINI_3,
    REPORT,
    RESEARCH,
    UNKNOWN_ID,
    URL,
    WEATHER,
    refusal,
    report,
    wait_for,
)
from litellm import interactions

# Its own account of each refusal would drown ours.
logging.disable(logging.ERROR)
litellm.suppress_debug_info = True
PENDING = {"queued", "in_progress"}
HERE = {"api_base": URL, "api_key": "offline"}


def create(**asked: Any) -> Any:
    """Create, at this server; models are named with their provider."""
    if "model" in asked:
        asked["model"] = f"gemini/{asked['model']}"
    return interactions.create(**asked, **HERE)


def get(interaction_id: str) -> Any:
    """Read an interaction."""
    return interactions.get(interaction_id=interaction_id, **HERE)


def said(steps: list[Any]) -> str:
    """Join the text that the model put out."""
    blocks = [b for s in steps if s["type"] == "model_output" for b in s["content"]]
    return "".join(block["text"] for block in blocks)


def text() -> None:
    """One turn, and what is counted."""
    made = create(model=FLASH, input="Hello there.")

    assert (made.status, made.object) == ("completed", "interaction")
    assert said(made.steps)
    assert made.usage["total_tokens"] > 0
    assert said(get(made.id).steps).endswith(said(made.steps))


async def chain() -> None:
    """The second turn recalls the first, also through the async half."""
    first = create(model=FLASH, input="My name is Ada.")
    asked = {"input": "What is my name?", "previous_interaction_id": first.id}
    second = create(model=FLASH, **asked)
    third = await interactions.acreate(model=f"gemini/{FLASH}", **asked, **HERE)

    assert "Ada" in said(second.steps)
    assert "Ada" in said(third.steps)


def tools() -> None:
    """Parallel calls, and results as an object and as text."""
    asked = create(
        model=GEMINI_3, input="What is the weather in Paris and Rome?", tools=[WEATHER]
    )
    calls = [step for step in asked.steps if step["type"] == "function_call"]
    results = [
        {
            "type": "function_result",
            "call_id": call["id"],
            "name": call["name"],
            "result": result,
        }
        for call, result in zip(calls, ({"sky": "mild"}, "mild"), strict=True)
    ]
    answered = create(
        model=GEMINI_3, input=results, previous_interaction_id=asked.id, tools=[WEATHER]
    )

    assert asked.status == "requires_action"
    assert "mild" in said(answered.steps)


def stream() -> None:
    """The pieces add up to what GET returns."""
    events = list(create(model=FLASH, input="Say it again. " * 30, stream=True))
    pieces = [
        event.delta["text"]
        for event in events
        if event.event_type == "step.delta" and event.delta["type"] == "text"
    ]

    assert len(pieces) > 1
    assert events[-1].event_type == "interaction.completed"
    made = events[0].interaction["id"]
    assert said(get(made).steps) == "".join(pieces)


def structured() -> None:
    """The answer obeys the schema."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    }
    wanted = {"type": "text", "mime_type": "application/json", "schema": schema}
    made = create(model=FLASH, input="Paris.", response_format=wanted)

    assert '"city"' in said(made.steps)


def background() -> None:
    """A job of an agent and one of a model are found done later."""
    asked = {"input": REPORT, "background": True}
    for named in ({"agent": RESEARCH}, {"model": BACKGROUND}):
        job = create(**named, **asked)
        done = wait_for(lambda job=job: get(job.id), lambda i: i.status not in PENDING)

        assert job.status == "in_progress"
        assert done.status == "completed"
        assert "the end" in said(done.steps)


def cancel() -> None:
    """A running job stops, and stays stopped."""
    job = create(agent=RESEARCH, input=ENDLESS, background=True)
    stopped = interactions.cancel(interaction_id=job.id, **HERE)

    assert stopped.status == "cancelled"
    assert get(job.id).status == "cancelled"


def delete() -> None:
    """What was deleted is not found."""
    made = create(model=FLASH, input="My name is Ada.")
    gone = interactions.delete(interaction_id=made.id, **HERE)

    assert gone.success
    assert status_of(lambda: get(made.id)) == 404


def status_of(call: Callable[[], Any]) -> int:
    """Return the status that a call is refused with."""
    return refusal(call, Exception).status_code


def refusals() -> None:
    """404 and 400."""
    hello = {"model": FLASH, "input": "Hello."}

    assert status_of(lambda: get(UNKNOWN_ID)) == 404
    assert status_of(lambda: create(**hello, previous_interaction_id=UNKNOWN_ID)) == 404
    assert status_of(lambda: create(**hello, previous_interaction_id="v1_x")) == 400
    assert status_of(lambda: create(**hello, background=True)) == 400
    assert status_of(lambda: create(agent=RESEARCH, input="Hello.")) == 400


def agents() -> None:
    """An agent of one's own: made, listed, run, deleted."""
    at = {"custom_llm_provider": "gemini", **HERE}
    own = interactions.agents.create(
        id="tourist-guide", base_agent=ANTIGRAVITY, system_instruction="Brief.", **at
    )
    listed = interactions.agents.list(**at)
    ran = create(agent=own.id, input="Hello.", environment="remote")
    read = interactions.agents.get(id=own.id, **at)
    interactions.agents.delete(id=own.id, **at)

    assert read.id == own.id == "tourist-guide"
    assert own.id in str(listed)
    assert ran.status == "completed"
    assert status_of(lambda: interactions.agents.get(id=own.id, **at)) == 404


report(
    {
        "text": text,
        "chain": chain,
        "tools": tools,
        "stream": stream,
        "structured": structured,
        "background": background,
        "resume": "client has none",
        "cancel": cancel,
        "delete": delete,
        "errors": refusals,
        "agents": agents,
    }
)
