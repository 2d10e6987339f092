"""Answers as objects, in every method and for every kind of schema."""

import dataclasses
import json
from enum import Enum
from typing import Any, Literal

import pydantic.v1
import pytest
from langchain_core.exceptions import OutputParserException
from langchain_core.tools import tool
from pydantic import BaseModel, Field, RootModel
from typing_extensions import TypedDict

from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel


class Person(BaseModel):
    """A person that the text names."""

    name: str
    age: int | None = None


class OldPerson(pydantic.v1.BaseModel):
    """A person that the text names."""

    name: str


class PersonDict(TypedDict):
    """A person that the text names."""

    name: str


class Company(BaseModel):
    """A company, its head, and companies that it owns."""

    head: Person
    owns: list["Company"] = Field(default_factory=list)


SCHEMA = {
    "title": "person",
    "description": "A person that the text names.",
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
}
ASKED = "Extract the person 'Ada'."


def sent(emulator: Emulator) -> dict[str, Any]:
    return emulator.requests()[-1]["body"]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
@pytest.mark.parametrize(
    ("schema", "kind"),
    [(Person, Person), (OldPerson, OldPerson), (PersonDict, dict), (SCHEMA, dict)],
    ids=["pydantic", "pydantic v1", "TypedDict", "JSON schema"],
)
def test_answer_is_an_object_of_the_schema(
    make_model: MakeModel, schema: Any, kind: type, method: Any
) -> None:
    model = make_model().with_structured_output(schema, method=method)

    answer = model.invoke(ASKED)

    assert isinstance(answer, kind)
    assert (answer["name"] if isinstance(answer, dict) else answer.name) == "Ada"


@pytest.mark.anyio
async def test_answer_is_an_object_when_awaited(make_model: MakeModel) -> None:
    model = make_model()

    answer = await model.with_structured_output(Person).ainvoke(ASKED)
    await model.aclose()

    assert isinstance(answer, Person)


def test_schema_goes_as_response_format_by_default(
    make_model: MakeModel, emulator: Emulator
) -> None:
    make_model().with_structured_output(Person).invoke(ASKED)

    assert sent(emulator)["response_format"] == {
        "type": "text",
        "mime_type": "application/json",
        "schema": Person.model_json_schema(),
    }
    assert "tools" not in sent(emulator)


def test_function_calling_forces_the_one_call(
    make_model: MakeModel, emulator: Emulator
) -> None:
    @tool
    def other(name: str) -> str:
        """Do something else with a name."""
        return name

    model = make_model(tools=[other]).with_structured_output(
        Person, method="function_calling"
    )

    assert isinstance(model.invoke(ASKED), Person)
    assert sent(emulator)["generation_config"]["tool_choice"] == {
        "allowed_tools": {"mode": "any", "tools": ["Person"]}
    }


def test_references_of_a_schema_are_kept(
    make_model: MakeModel, emulator: Emulator
) -> None:
    answer = make_model().with_structured_output(Company).invoke("'Ada' heads it.")

    assert isinstance(answer, Company)
    schema = sent(emulator)["response_format"]["schema"]
    assert schema == Company.model_json_schema()


def test_json_mode_asks_for_json_without_a_schema(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script([{"when": {}, "reply": {"text": '{"name": "Ada"}'}}])
    model = make_model()

    typed = model.with_structured_output(Person, method="json_mode").invoke("JSON!")
    free = model.with_structured_output(method="json_mode").invoke("JSON!")

    assert (typed, free) == (Person(name="Ada"), {"name": "Ada"})
    wanted = {"type": "text", "mime_type": "application/json"}
    assert sent(emulator)["response_format"] == wanted


def test_object_grows_while_it_streams(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.script(
        [{"when": {}, "reply": {"text": '{"name": "' + "Ada " * 20 + '"}'}}]
    )
    model = make_model().with_structured_output(SCHEMA)

    pieces = list(model.stream("Who?"))

    names = [piece["name"] for piece in pieces if "name" in piece]
    assert len(names) > 1
    assert all(names[-1].startswith(name) for name in names)
    assert names[-1] == "Ada " * 20


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
@pytest.mark.parametrize("schema", [Person, SCHEMA], ids=["pydantic", "dict"])
def test_include_raw_gives_message_and_object(
    make_model: MakeModel, schema: Any, method: Any
) -> None:
    model = make_model().with_structured_output(schema, method=method, include_raw=True)

    answer = model.invoke(ASKED)

    assert answer["parsed"]
    assert answer["parsing_error"] is None
    assert answer["raw"].response_metadata["interaction_id"]


@pytest.fixture
def cut_off(make_model: MakeModel, emulator: Emulator) -> Any:
    """Make a model whose answer ends in the middle of the object."""
    said = [
        {"type": "model_output", "content": [{"type": "text", "text": '{"name": "A'}]}
    ]
    emulator.script([{"when": {}, "reply": {"steps": said, "status": "incomplete"}}])
    return make_model()


def test_answer_that_was_cut_off_is_a_clear_error(cut_off: Any) -> None:
    for schema in (Person, SCHEMA):
        with pytest.raises(OutputParserException, match="raise max_output_tokens"):
            cut_off.with_structured_output(schema).invoke("Who?")


def test_stream_that_was_cut_off_ends_in_the_error(cut_off: Any) -> None:
    with pytest.raises(OutputParserException, match="raise max_output_tokens"):
        list(cut_off.with_structured_output(SCHEMA).stream("Who?"))


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_raw_message_is_there_when_it_was_cut_off(cut_off: Any, method: Any) -> None:
    model = cut_off.with_structured_output(Person, method=method, include_raw=True)

    answer = model.invoke("Who?")

    assert answer["parsed"] is None
    assert answer["raw"].text == '{"name": "A'
    assert "cut off" in str(answer["parsing_error"])


def test_call_of_a_tool_beside_the_schema_is_a_clear_error(
    make_model: MakeModel, emulator: Emulator
) -> None:
    @tool
    def look_up(name: str) -> str:
        """Look up a name."""
        return name

    emulator.script(
        [
            {
                "when": {},
                "reply": {"calls": [{"name": "look_up", "arguments": {"name": "A"}}]},
            }
        ]
    )
    model = make_model().with_structured_output(Person, tools=[look_up])

    with pytest.raises(OutputParserException, match=r"asked for tools \(look_up\)"):
        model.invoke(ASKED)
    assert sent(emulator)["tools"][0]["name"] == "look_up"
    assert "response_format" in sent(emulator)


def test_tools_beside_the_schema_leave_room_for_the_answer(
    make_model: MakeModel,
) -> None:
    model = make_model(tools=[{"type": "google_search"}])

    assert isinstance(model.with_structured_output(Person).invoke(ASKED), Person)


@pytest.mark.parametrize("strict", [None, True, False])
@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_strict_is_accepted_by_every_method(
    make_model: MakeModel, emulator: Emulator, method: Any, strict: Any
) -> None:
    if method == "json_mode":
        emulator.script([{"when": {}, "reply": {"text": '{"name": "Ada"}'}}])
    model = make_model().with_structured_output(Person, method=method, strict=strict)

    assert isinstance(model.invoke(ASKED), Person)


def test_schema_is_told_to_traces(make_model: MakeModel) -> None:
    bound = make_model().with_structured_output(Person, include_raw=True)

    steps = bound.first.steps__["raw"]  # type: ignore[attr-defined]
    told = steps.kwargs["ls_structured_output_format"]

    assert told["kwargs"]["method"] == "json_schema"
    assert told["schema"]["title"] == "Person"


@pytest.mark.parametrize(
    ("schema", "method", "problem"),
    [
        (Person, "grammar", "none of function_calling, json_schema, json_mode"),
        (None, "json_schema", "needs a schema"),
        (
            {"type": "array", "items": [{"type": "string"}]},
            "json_schema",
            "prefixItems",
        ),
        ({"$ref": "#/$defs/X"}, "json_schema", "not in it"),
        ("name", "json_schema", "is no schema"),
    ],
)
def test_impossible_request_is_refused_at_once(
    make_model: MakeModel, emulator: Emulator, schema: Any, method: Any, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        make_model().with_structured_output(schema, method=method)

    assert emulator.requests() == []


def test_object_can_be_asked_for_in_a_conversation(make_model: MakeModel) -> None:
    model = make_model()
    first = model.invoke("Hello")

    answer = model.with_structured_output(Person, include_raw=True).invoke(
        [("human", "Hello"), first, ("human", ASKED)]
    )

    assert answer["raw"].response_metadata["plan_reason"] == "continue"
    assert answer["parsed"] == Person(name="Ada")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Numbers(RootModel[list[int]]):
    """Numbers of the text."""


class Ages(RootModel[dict[str, int]]):
    """Ages by name."""


class Tree(RootModel[list["Tree"]]):
    """A tree of lists."""


class Place(BaseModel):
    at: tuple[int, str]


@dataclasses.dataclass
class Point:
    x: int


NUMBERS = {"title": "numbers", "type": "array", "items": {"type": "integer"}}
PAIR = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}
WRAPPED = {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}}
KINDS: dict[str, tuple[Any, Any, Any]] = {
    "Enum": (Colour, "blue", Colour.BLUE),
    "RootModel of a list": (Numbers, [1, 2], Numbers([1, 2])),
    "RootModel of an object": (Ages, {"Ada": 36}, Ages({"Ada": 36})),
    "recursive RootModel": (Tree, [[], [[]]], Tree.model_validate([[], [[]]])),
    "tuple in a model": (Place, {"at": [3, "x"]}, Place(at=(3, "x"))),
    "dataclass": (Point, {"x": 3}, Point(3)),
    "list of a model": (list[Person], [{"name": "Ada"}], [Person(name="Ada")]),
    "Literal": (Literal["a", "b"], "b", "b"),
    "int": (int, 7, 7),
    "array schema": (NUMBERS, [1, 2], [1, 2]),
    "array schema without a name": (PAIR, [3, "x"], [3, "x"]),
    "enum schema": ({"enum": ["a", "b"]}, "a", "a"),
    "OpenAI's wrapper": (WRAPPED, {"name": "Ada"}, {"name": "Ada"}),
    "OpenAI's wrapper, inside": (
        WRAPPED["json_schema"],
        {"name": "Ada"},
        {"name": "Ada"},
    ),
    "OpenAI's wrapper of an array": (
        {"type": "json_schema", "json_schema": {"name": "numbers", "schema": NUMBERS}},
        [1, 2],
        [1, 2],
    ),
    "OpenAI's tool": (
        {"type": "function", "function": {"name": "person", "parameters": SCHEMA}},
        {"name": "Ada"},
        {"name": "Ada"},
    ),
    "Anthropic's tool": (
        {"name": "person", "input_schema": SCHEMA},
        {"name": "Ada"},
        {"name": "Ada"},
    ),
    "Bedrock's tool": (
        {"toolSpec": {"name": "person", "inputSchema": {"json": SCHEMA}}},
        {"name": "Ada"},
        {"name": "Ada"},
    ),
    "schema without a name": (
        {"type": "object", "properties": {"name": {"type": "string"}}},
        {"name": "Ada"},
        {"name": "Ada"},
    ),
}


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_of_schema_gives_what_was_asked_for(
    kind: tuple[Any, Any, Any],
    method: Any,
    make_model: MakeModel,
    emulator: Emulator,
) -> None:
    schema, said, wanted = kind
    model = make_model().with_structured_output(schema, method=method)
    if method == "json_schema":
        emulator.script([{"reply": {"text": json.dumps(said)}}])
    else:
        model.invoke("Declare it.")
        [declared] = sent(emulator)["tools"]
        wrapped = list(declared["parameters"].get("properties", ())) == ["value"]
        arguments = {"value": said} if wrapped else said
        call = {"name": declared["name"], "arguments": arguments}
        emulator.script([{"reply": {"calls": [call]}}])

    assert model.invoke(ASKED) == wanted
    assert [*model.stream(ASKED)][-1] == wanted


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
@pytest.mark.parametrize("schema", [Colour, Numbers, Point, Place, PAIR, int])
def test_answers_that_the_api_holds_to_a_schema_can_be_read(
    schema: Any, method: Any, make_model: MakeModel
) -> None:
    """The emulator fills schemas; its answer to a tuple has a value of each kind."""
    asked = "Take 3, 4 and 'x'."

    made = make_model().with_structured_output(schema, method=method).invoke(asked)

    assert made or made == 0


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_another_value_than_was_asked_for_is_a_parse_error(
    method: Any, make_model: MakeModel, emulator: Emulator
) -> None:
    call = {"name": "Colour", "arguments": {"value": "green"}}
    reply = {"text": '"green"'} if method == "json_schema" else {"calls": [call]}
    emulator.script([{"reply": reply}])
    model = make_model()

    with pytest.raises(OutputParserException, match="'green' is not what was asked"):
        model.with_structured_output(Colour, method=method).invoke(ASKED)
    both = model.with_structured_output(Colour, method=method, include_raw=True)

    assert isinstance(both.invoke(ASKED)["parsing_error"], OutputParserException)


def test_a_call_without_its_value_is_a_parse_error(
    make_model: MakeModel, emulator: Emulator
) -> None:
    call = {"name": "numbers", "arguments": {"other": 1}}
    emulator.script([{"reply": {"calls": [call]}}])
    model = make_model().with_structured_output(NUMBERS, method="function_calling")

    with pytest.raises(OutputParserException, match="has no argument 'value'"):
        model.invoke(ASKED)


@pytest.mark.parametrize(
    "wanted",
    [NUMBERS, {"enum": ["a", "b"]}, Colour, list[int]],
    ids=["array", "enum", "Enum", "list"],
)
def test_a_bound_format_of_no_object_is_sent_as_a_schema(
    wanted: Any, make_model: MakeModel, emulator: Emulator
) -> None:
    make_model().bind(response_format=wanted).invoke("1 and 2")

    form = sent(emulator)["response_format"]
    assert (form["type"], form["mime_type"]) == ("text", "application/json")
    assert form["schema"].keys() & {"type", "enum"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "function", "function": {"name": "p", "description": "Whom?"}},
        {"name": "p", "description": "Whom?", "schema": SCHEMA | {"description": ""}},
        SCHEMA | {"description": "Whom?"},
        NUMBERS | {"description": "Whom?"},
    ],
    ids=["tool", "wrapper", "schema", "array"],
)
def test_the_description_of_a_schema_is_that_of_the_function(
    schema: Any, make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model().with_structured_output(schema, method="function_calling")

    model.invoke(ASKED)

    assert sent(emulator)["tools"][0]["description"] == "Whom?"


@pytest.mark.parametrize("method", ["json_schema", "json_mode"])
def test_an_answer_that_is_no_such_object_was_handed_on_and_is_asked_for_anew(
    method: str, make_model: MakeModel, emulator: Emulator
) -> None:
    """Ours: LangChain parses after the model has returned, and another try is meant."""
    emulator.script(
        [
            {"reply": {"text": '{"age": "old"}'}, "times": 1},
            {"reply": {"text": '{"name": "Ada"}'}},
        ]
    )
    model = make_model().with_structured_output(Person, method=method)
    again = model.with_retry(
        retry_if_exception_type=(OutputParserException,),
        wait_exponential_jitter=False,
        stop_after_attempt=2,
    )

    assert again.invoke(ASKED) == Person(name="Ada")
    assert len(emulator.requests()) == 2
