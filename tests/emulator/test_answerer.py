"""The default answerer: memory, functions, schemas, from general rules."""

import json
from typing import Any

import pytest

from interactions_emulator import Emulator
from interactions_emulator.answering.arguments import TextValues, fill
from interactions_emulator.answering.fact_answers import answer_from_facts
from interactions_emulator.answering.tool_use import wanted_calls
from interactions_emulator.reply.replies import FunctionCall
from tests.emulator.results import result_of

UNKNOWN = "I do not know your {}: nothing in this conversation says it."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["My name is Ada.", "What is my name?"], "Your name is Ada."),
        (
            ["My name is Ada and my city is Turin.", "What is my city?"],
            "Your city is Turin.",
        ),
        (
            ["my order number is 7731", "What's my order number?"],
            "Your order number is 7731.",
        ),
        (
            ["My pet is a cat.", "My pet is a dog.", "What is my pet?"],
            "Your pet is a dog.",
        ),
        (["Call me Grace", "Who am I?"], "Your name is Grace."),
        (["I am Linus.", "Do you know my name?"], "Your name is Linus."),
        (
            ["The code word is heron.", "What was the code word?"],
            "The code word is heron.",
        ),
        (["Hello.", "What is my name?"], UNKNOWN.format("name")),
        (
            ["Hello.", "What is the capital of France?"],
            "I do not know the capital of France: nothing in this conversation says it.",
        ),
        (["My name is Bo. What is my name?"], "Your name is Bo."),
        (["Hello.", "Tell me my name."], UNKNOWN.format("name")),
        (
            ["My name is Bo.", "What is my name and my age?"],
            f"Your name is Bo. {UNKNOWN.format('age')}",
        ),
        (
            ["First.", "Second.", "What did I say first?"],
            'Your first message was: "First."',
        ),
        (
            ["First.", "Second.", "What was my last message?"],
            'Your last message was: "Second."',
        ),
        (
            ["A.", "B.", "How many messages have I sent?"],
            "You have sent 3 messages, this one included.",
        ),
        (
            [
                "Remember that the gate closes at nine.",
                "What did I ask you to remember?",
            ],
            "You asked me to remember: the gate closes at nine",
        ),
        (["My name is Ada."], None),
        (["Write a poem about the sea."], None),
        ([], None),
    ],
)
def test_memory_is_the_conversation_and_nothing_else(
    said: list[str], expected: str | None
) -> None:
    assert answer_from_facts(said) == expected


def function(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {
        "type": "function",
        "name": name,
        "description": description,
        "parameters": schema,
    }


STRING, NUMBER = {"type": "string"}, {"type": "number"}
CITY = function("get_weather", "Get the current weather for a location.", city=STRING)
ADD = function("add", "Add two numbers together", x=NUMBER, y=NUMBER)
MAIL = function(
    "send_mail", "Deliver a letter by electronic post", to=STRING, body=STRING
)
UNIT = function("set_unit", "", unit={"type": "string", "enum": ["celsius", "kelvin"]})
PLAIN = function("lookup_harbor_label", "Return the alpha signal marker.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the weather in Paris?", [("get_weather", {"city": "Paris"})]),
        (
            "Compare the weather in Paris and New York, please.",
            [("get_weather", {"city": "Paris"}), ("get_weather", {"city": "New York"})],
        ),
        ("Use the add tool to sum 7 and 11.", [("add", {"x": 7, "y": 11})]),
        (
            "add 2 and 3, then add 10 and 20.5",
            [("add", {"x": 2, "y": 3}), ("add", {"x": 10, "y": 20.5})],
        ),
        (
            "Call add with 1 and 2, and get_weather for Oslo.",
            [("add", {"x": 1, "y": 2}), ("get_weather", {"city": "Oslo"})],
        ),
        (
            'send_mail to "ann@x.org" saying "Hello there"',
            [("send_mail", {"to": "ann@x.org", "body": "Hello there"})],
        ),
        ("Please deliver a letter by post to Ann.", None),
        ("set_unit kelvin", [("set_unit", {"unit": "kelvin"})]),
        ("Call `lookup_harbor_label` once.", [("lookup_harbor_label", {})]),
        ("Do not call add with 1 and 2.", []),
        ("Tell me a story.", []),
    ],
)
def test_functions_are_called_when_the_text_asks_for_them(
    text: str, expected: list[Any] | None
) -> None:
    calls = wanted_calls(text, [CITY, ADD, MAIL, UNIT, PLAIN], force=False)

    if expected is None:
        assert [call.name for call in calls] == ["send_mail"]
    else:
        assert list(calls) == [FunctionCall(*one) for one in expected]


@pytest.mark.parametrize(
    ("schema", "text", "expected"),
    [
        ({"type": "string", "enum": ["low", "high"]}, "high please", "high"),
        ({"type": "string", "enum": ["low", "high"]}, "no idea", "low"),
        ({"type": "integer", "minimum": 3}, "none", 3),
        ({"type": "boolean"}, "anything", False),
        ({"type": ["null", "number"]}, "it is 4.5", 4.5),
        ({"type": "array", "items": {"type": "integer"}}, "1, 2 and 3", [1, 2, 3]),
        ({"const": 9}, "", 9),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, "take 5", 5),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "integer"}}}, "8", 8),
        ({"type": "string", "default": "d"}, "", "d"),
        ({"type": "string", "minLength": 2}, "", "xx"),
        (
            {
                "type": "object",
                "properties": {
                    "name": STRING,
                    "age": {"type": "integer"},
                    "note": STRING,
                },
                "required": ["name", "age"],
            },
            "The person is called John Doe, 30 years old",
            {"name": "John Doe", "age": 30},
        ),
        (
            {"type": "object", "properties": {"query": STRING}, "required": ["query"]},
            "cheap flats",
            {"query": "cheap flats"},
        ),
        (
            {
                "type": "object",
                "properties": {"expression": STRING},
                "required": ["expression"],
            },
            "what is (3 + 4) * 2?",
            {"expression": "(3 + 4) * 2"},
        ),
    ],
)
def test_schemas_are_filled_from_the_text(
    schema: Any, text: str, expected: Any
) -> None:
    assert fill(schema, TextValues(text)) == expected


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        pytest.param("none", [], id="none"),
        pytest.param("any", ["get_weather"], id="any"),
        pytest.param(
            {"allowed_tools": {"mode": "any", "tools": ["add"]}}, ["add"], id="allowed"
        ),
        pytest.param(
            {"allowed_tools": {"mode": "auto", "tools": ["add"]}},
            [],
            id="allowed, auto",
        ),
    ],
)
def test_the_tool_choice_is_obeyed(http: Any, choice: Any, called: list[str]) -> None:
    made = http.made(
        "What is the weather in Paris?",
        tools=[CITY, ADD],
        generation_config={"tool_choice": choice},
    )

    assert [s["name"] for s in made["steps"] if s["type"] == "function_call"] == called


def test_the_answer_after_results_cites_them(
    http: Any, weather: Any, answer_text: Any
) -> None:
    first = http.made("Weather in Paris and Rome?", tools=[weather])
    calls = [step for step in first["steps"] if step["type"] == "function_call"]
    results = [
        result_of(calls[0], {"sky": "blue"}),
        result_of(calls[1], "no station") | {"is_error": True},
    ]

    second = http.made(results, previous_interaction_id=first["id"], tools=[weather])

    assert answer_text(second) == (
        'get_weather returned: {"sky":"blue"}\nget_weather failed with: no station'
    )


def test_structured_output_is_json_in_a_text(http: Any, answer_text: Any) -> None:
    schema = {"type": "object", "properties": {"city": STRING}, "required": ["city"]}
    form = {"type": "text", "mime_type": "application/json", "schema": schema}

    made = http.made("I have been to Turin.", response_format=form)

    assert json.loads(answer_text(made)) == {"city": "Turin"}


def test_equal_conversations_get_equal_answers(connect: Any) -> None:
    texts = []
    for _ in range(2):
        with Emulator(seed=7, clock=lambda: 1_790_000_000.0) as emulator:
            texts.append(connect(emulator).create("My name is Ada.").text)

    assert texts[0] == texts[1]


def test_an_image_is_acknowledged_and_counted(http: Any, answer_text: Any) -> None:
    image = {"type": "image", "data": "aGk=", "mime_type": "image/png"}

    made = http.made([{"type": "text", "text": "See this."}, image])

    assert answer_text(made).endswith("See this. [with image]")
    assert {"modality": "image", "tokens": 258} in made["usage"][
        "input_tokens_by_modality"
    ]
