"""google-genai, the reference client; the same program for 2.x and 3.x."""

from typing import Any

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
from google import genai
from google.genai import _interactions as errors

# One attempt: a refusal is to be seen, not retried.
OPTIONS = {"base_url": URL, "retry_options": {"attempts": 1}}
CLIENT = genai.Client(api_key="offline", http_options=OPTIONS)
API = CLIENT.interactions
PENDING = {"queued", "in_progress"}


def text() -> None:
    """One turn, and what is counted."""
    made = API.create(model=FLASH, input="Hello there.")

    assert (made.status, made.object, made.model) == ("completed", "interaction", FLASH)
    assert made.output_text
    assert [step.type for step in made.steps] == ["thought", "model_output"]
    used = made.usage
    parts = used.total_input_tokens + used.total_output_tokens
    assert used.total_tokens == parts + used.total_thought_tokens
    assert API.get(made.id).output_text == made.output_text


async def chain() -> None:
    """The second turn recalls the first; a fork does not see the other branch."""
    first = API.create(model=FLASH, input="My name is Ada.")
    asked = {"model": FLASH, "previous_interaction_id": first.id}
    second = API.create(input="What is my name?", **asked)
    other = API.create(input="My name is Grace.", **asked)
    fork = await CLIENT.aio.interactions.create(
        model=GEMINI_3, input="What is my name?", previous_interaction_id=other.id
    )

    assert "Ada" in second.output_text
    assert "Grace" in fork.output_text
    assert API.get(second.id, include_input=True).steps[0].type == "user_input"


def tools() -> None:
    """Parallel calls and their results; then the same without a stored session."""
    question = "What is the weather in Paris and Rome?"
    asked = API.create(model=GEMINI_3, input=question, tools=[WEATHER])
    calls = [step for step in asked.steps if step.type == "function_call"]
    answered = API.create(
        model=GEMINI_3,
        input=[result_of(call) for call in calls],
        previous_interaction_id=asked.id,
        tools=[WEATHER],
    )

    assert asked.status == "requires_action"
    assert [call.arguments["location"] for call in calls] == ["Paris", "Rome"]
    assert answered.status == "completed"
    assert "mild" in answered.output_text
    assert "mild" in stateless(question).output_text


def stateless(question: str) -> Any:
    """Do the round trip with `store=False`: all steps go back with signatures."""
    user = {"type": "user_input", "content": [{"type": "text", "text": question}]}
    common = {"model": GEMINI_3, "tools": [WEATHER], "store": False}
    asked = API.create(input=[user], **common)
    held = [step.model_dump(exclude_none=True) for step in asked.steps]
    results = [result_of(s) for s in asked.steps if s.type == "function_call"]
    return API.create(input=[user, *held, *results], **common)


def result_of(call: Any) -> dict[str, Any]:
    """Answer a function call."""
    result = {"sky": f"mild in {call.arguments['location']}"}
    return {
        "type": "function_result",
        "call_id": call.id,
        "name": call.name,
        "result": result,
    }


def stream() -> None:
    """Text and arguments arrive in pieces that add up to what GET returns."""
    events = list(API.create(model=FLASH, input="Say it again. " * 30, stream=True))
    calling = API.create(
        model=GEMINI_3, input="Weather in Oslo?", tools=[WEATHER], stream=True
    )
    deltas = [e.delta for e in calling if e.event_type == "step.delta"]

    assert events[0].event_type == "interaction.created"
    assert events[-1].event_type == "interaction.completed"
    assert said(events) == API.get(events[0].interaction.id).output_text
    arguments = [d.arguments for d in deltas if d.type == "arguments_delta"]
    assert "".join(arguments) == '{"location":"Oslo"}'


def said(events: list[Any]) -> str:
    """Join the text of a stream."""
    deltas = [e.delta for e in events if e.event_type == "step.delta"]
    return "".join(delta.text for delta in deltas if delta.type == "text")


def finished(interaction_id: str) -> Any:
    """Poll until it is over."""
    return wait_for(lambda: API.get(interaction_id), lambda i: i.status not in PENDING)


def background() -> None:
    """A job is accepted at once and found done later; so is a model's."""
    job = API.create(agent=RESEARCH, input=REPORT, background=True)
    of_model = API.create(model=BACKGROUND, input=REPORT, background=True)
    done = finished(job.id)

    assert job.status == "in_progress"
    assert not job.steps
    assert done.status == "completed"
    assert done.agent == RESEARCH
    assert "the end" in done.output_text
    assert finished(of_model.id).output_text == done.output_text


def resume() -> None:
    """A dropped stream goes on after its last event, and replays from the start."""
    running = API.create(agent=RESEARCH, input=REPORT, background=True, stream=True)
    seen: list[Any] = []
    marks: list[str] = []
    for event in running:
        seen.append(event)
        marks += [event.event_id] if getattr(event, "event_id", None) else []
        if event.event_type == "step.delta" and event.delta.type == "text" and marks:
            break
    running.close()
    job = seen[0].interaction.id
    rest = list(API.get(job, stream=True, last_event_id=marks[-1]))

    whole = finished(job).output_text
    assert "the end" in whole
    assert said(seen) + said(rest) == whole
    assert rest[-1].event_type == "interaction.completed"
    assert said(list(API.get(job, stream=True))) == whole


def cancel() -> None:
    """A running job stops, and stays stopped."""
    job = API.create(agent=RESEARCH, input=ENDLESS, background=True)
    stopped = API.cancel(job.id)

    assert job.status == "in_progress"
    assert stopped.status == "cancelled"
    assert API.get(job.id).status == "cancelled"
    done = API.create(model=FLASH, input="Hello.")
    refusal(lambda: API.cancel(done.id), errors.BadRequestError)
    refusal(lambda: API.cancel(UNKNOWN_ID), errors.NotFoundError)


def delete() -> None:
    """What was deleted is not found, also not as a parent."""
    made = API.create(model=FLASH, input="My name is Ada.")
    API.delete(made.id)

    asked = {"model": FLASH, "input": "And?", "previous_interaction_id": made.id}
    refusal(lambda: API.get(made.id), errors.NotFoundError)
    refusal(lambda: API.delete(made.id), errors.NotFoundError)
    refusal(lambda: API.create(**asked), errors.NotFoundError)


def refusals() -> None:
    """404 and 400, with the API's codes."""
    missing = refusal(lambda: API.get(UNKNOWN_ID), errors.NotFoundError)
    misnamed = refusal(
        lambda: API.create(model="no-such-model", input="Hi."), errors.APIStatusError
    )
    invalid = [
        lambda: API.get("v1_bogus"),
        lambda: API.create(model=FLASH, input="Hi.", extra_body={"tool_choice": "any"}),
        lambda: API.create(model=FLASH, input="Hi.", background=True),
        lambda: API.create(agent=RESEARCH, input="Hi."),
        lambda: list(API.create(agent=RESEARCH, input="Hi.", stream=True)),
    ]

    assert missing.body["error"]["code"] == "not_found"
    assert misnamed.status_code in {400, 404}
    for call in invalid:
        refused = refusal(call, errors.BadRequestError)
        assert refused.body["error"]["code"] == "invalid_request"


def structured() -> None:
    """The answer obeys the schema."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "size": {"type": "integer"}},
        "required": ["city", "size"],
    }
    wanted = {"type": "text", "mime_type": "application/json", "schema": schema}
    made = API.create(model=FLASH, input="Paris, 2 million.", response_format=wanted)

    assert '"city"' in made.output_text
    assert '"size"' in made.output_text


def agents() -> None:
    """An agent of one's own: made, listed, run, deleted."""
    own = CLIENT.agents.create(
        id="tourist-guide",
        base_agent=ANTIGRAVITY,
        system_instruction="Be brief.",
    )
    listed = [agent.id for agent in CLIENT.agents.list().agents]
    ran = API.create(agent=own.id, input="Hello.", environment="remote")
    CLIENT.agents.delete(own.id)

    assert own.id == "tourist-guide"
    assert own.id in listed
    assert ran.status == "completed"
    assert ran.environment_id
    refusal(lambda: CLIENT.agents.get(own.id), errors.NotFoundError)


report(
    {
        "text": text,
        "chain": chain,
        "tools": tools,
        "stream": stream,
        "structured": structured,
        "background": background,
        "resume": resume,
        "cancel": cancel,
        "delete": delete,
        "errors": refusals,
        "agents": agents,
    }
)
