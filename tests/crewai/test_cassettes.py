"""The exact requests that the LLM sends, pinned in cassettes."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from interactions_crewai import InteractionsLLM
from tests.crewai.flows import WEATHER, user
from tests.recorded import CASSETTES, bodies_of, cassette_at, recorded_options

PNG = "iVBORw0KGgo="
SYSTEM = {"role": "system", "content": "Be kind."}


class Person(BaseModel):
    name: str


@pytest.fixture
def llm() -> Iterator[InteractionsLLM]:
    with recorded_options() as options:
        made = InteractionsLLM(**options)
        yield made
        made.close()


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[Any]:
    with cassette_at(CASSETTES / "crewai" / f"{request.node.name}.yaml") as playing:
        yield playing


def said(text: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def test_system_text_is_pulled_out_and_a_prompt_is_one_step(
    llm: InteractionsLLM, cassette: Any
) -> None:
    assert llm.call([SYSTEM, user("My name is Ada.")])

    content = [{"type": "text", "text": "My name is Ada."}]
    assert bodies_of(cassette) == [
        {
            "model": "gemini-3.5-flash",
            "input": [{"type": "user_input", "content": content}],
            "system_instruction": "Be kind.",
        }
    ]


def test_second_turn_sends_one_step_and_the_parent(
    llm: InteractionsLLM, cassette: Any
) -> None:
    told = [SYSTEM, user("My name is Ada.")]
    told += [said(llm.call(told)), SYSTEM, user("What is my name?")]

    assert llm.call(told) == "Your name is Ada."

    sent = bodies_of(cassette)[1]
    assert sent["previous_interaction_id"]
    assert sent["system_instruction"] == "Be kind."
    assert len(sent["input"]) == 1


def test_stream_differs_by_one_field(llm: InteractionsLLM, cassette: Any) -> None:
    llm.stream = True

    assert llm.call("My name is Ada.")

    assert [body["stream"] for body in bodies_of(cassette)] == [True]


def test_tool_turn_sends_results_and_declares_tools_again(
    llm: InteractionsLLM, cassette: Any
) -> None:
    told: list[Any] = [user("call get_weather for Paris and for Rome")]
    calls = llm.call(told, tools=[WEATHER])
    told.append({"role": "assistant", "content": None, "tool_calls": calls})
    told += [
        {"role": "tool", "tool_call_id": c["id"], "name": "get_weather", "content": "2"}
        for c in calls
    ]

    assert llm.call(told, tools=[WEATHER])

    first, second = bodies_of(cassette)
    declared = {"type": "function", **WEATHER["function"]}
    assert first["tools"] == second["tools"] == [declared]
    kinds = [step["type"] for step in second["input"]]
    assert kinds == ["function_result"] * len(calls)


def test_glued_observation_is_all_that_is_sent(
    llm: InteractionsLLM, cassette: Any
) -> None:
    told = [user("Look.")]
    glued = llm.call(told) + "\nObservation: a cat"

    assert llm.call([*told, said(glued)])

    [step] = bodies_of(cassette)[1]["input"]
    assert step["content"] == [{"type": "text", "text": "\nObservation: a cat"}]


def test_class_is_a_schema(llm: InteractionsLLM, cassette: Any) -> None:
    answer = llm.call("I am Ada.", response_model=Person)

    assert isinstance(answer, Person)
    [body] = bodies_of(cassette)
    assert body["response_format"]["schema"] == Person.model_json_schema()


def test_picture_is_sent_by_its_bytes(llm: InteractionsLLM, cassette: Any) -> None:
    inline = {"inlineData": {"mimeType": "image/png", "data": PNG}}

    assert llm.call([{"role": "user", "content": [{"text": "What?"}, inline]}])

    [step] = bodies_of(cassette)[0]["input"]
    picture = {"type": "image", "mime_type": "image/png", "data": PNG}
    assert step["content"][1] == picture
