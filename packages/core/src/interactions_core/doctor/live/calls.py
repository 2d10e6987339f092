"""The twenty-five creates: what each settles, and what it sends. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.canonical import Json, JsonObject
from interactions_core.doctor.live import bodies
from interactions_core.doctor.live.bodies import answer_in, answering, user

Outcome = Literal["answered", "refused"]

_BRIEF: Final[JsonObject] = {"thinking_level": "low", "max_output_tokens": 1024}
_ASK_BOTH: Final = "Look up the weather in Paris and in Rome, with one call for each."
_ASK_WORD: Final = "Give a word."


@dataclass(frozen=True, slots=True)
class Models:
    """Who is asked.

    Attributes:
        usual: A model of which much is recorded.
        newest: The one that new projects begin with.
    """

    usual: str = "gemini-3.5-flash"
    newest: str = "gemini-3.8-flash"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that later calls build upon.

    Attributes:
        id: The interaction's; "" for one that was not stored.
        steps: What the model made.
    """

    id: str
    steps: Sequence[JsonObject]


Before = Mapping[int, Said]
Body = Callable[[Models, Before], JsonObject | None]
"""Writes the create; `None` where an earlier answer that it needs is not there."""


@dataclass(frozen=True, slots=True)
class Call:
    """One create.

    Attributes:
        number: Its place.
        settles: The question that its answer settles.
        body: What is sent.
        expected: What the documents say becomes of it.
        newest: Whether the newest model is asked.
        stream: Whether the answer is streamed.
    """

    number: int
    settles: str
    body: Body
    expected: Outcome = "answered"
    newest: bool = False
    stream: bool = False


def _ask(text: str, *parts: JsonObject, **fields: Json) -> Body:
    return _list([user(text, *parts)], **fields)


def _list(steps: Sequence[JsonObject], **fields: Json) -> Body:
    def body(_models: Models, _before: Before) -> JsonObject:
        return {"input": [*steps], **fields}

    return body


def _after(
    number: int, steps: Callable[[Said], list[JsonObject]], **fields: Json
) -> Body:
    """Chain on an earlier answer; not asked where that, or its calls, are missing."""

    def body(_models: Models, before: Before) -> JsonObject | None:
        said = before.get(number)
        sent = steps(said) if said is not None and said.id else []
        if said is None or not sent:
            return None
        return {"input": [*sent], "previous_interaction_id": said.id, **fields}

    return body


def _replayed(_models: Models, before: Before) -> JsonObject | None:
    """Send the steps of the third answer back, unstored."""
    said = before.get(3)
    results = answering(said.steps) if said is not None else []
    if said is None or not results:
        return None
    steps: list[Json] = [user(_ASK_BOTH), *said.steps, *results]
    return {"input": steps, "tools": [bodies.WEATHER], "store": False}


def _results_and_words(said: Said) -> list[JsonObject]:
    results = answering(said.steps)
    return [*results, user("Answer in one sentence.")] if results else []


def _nameless(said: Said) -> list[JsonObject]:
    return answering(said.steps, named=False)


def _first_of_two(said: Said) -> list[JsonObject]:
    results = answering(said.steps)
    return results[:1] if len(results) > 1 else []


_TOOLS: Final[list[Json]] = [bodies.WEATHER]
_BOTH_KINDS: Final[list[Json]] = [bodies.SEARCH, bodies.WEATHER]
_SHUFFLED: Final = [
    user(_ASK_BOTH),
    *bodies.foreign_calls(("toolu_1", "get_weather"), ("toolu_2", "get_weather")),
    bodies.result("toolu_2", "9 degrees"),
    bodies.result("toolu_1", "12 degrees"),
]
_UNUSUAL: Final = [
    bodies.model("How can I help?"),
    user("Hello."),
    user("What was the weather?"),
    *bodies.foreign_calls(("call_1", "a_tool_of_before")),
    bodies.result("call_1", "12 degrees", "a_tool_of_before"),
    user("Answer in one word."),
]
_ODD_RESULTS: Final = [
    user("What is in the picture?", bodies.IMAGE),
    *bodies.foreign_calls(*((f"call_{n}", "get_weather") for n in (1, 2, 3))),
    bodies.result("call_1", [bodies.IMAGE]),
    bodies.result("call_2", ""),
    {**bodies.result("call_3", "it failed"), "is_error": True},
]

CALLS: Final = (
    Call(
        1,
        "address, key, model and a first turn",
        _ask("Say the word apple.", system_instruction="Answer in one word."),
    ),
    Call(
        2,
        "a parent that was made a moment ago",
        _after(1, lambda _: [user("Which word did you say?")]),
    ),
    Call(
        3,
        "a function as pydantic writes it, forced, with two calls at once",
        _ask(
            _ASK_BOTH,
            tools=_TOOLS,
            generation_config={"tool_choice": "any", "thinking_summaries": "auto"},
        ),
    ),
    Call(
        4,
        "results as texts, and words of the user after them",
        _after(3, _results_and_words, tools=_TOOLS),
    ),
    Call(
        5,
        "results without a name, and a second child of one parent",
        _after(3, _nameless, tools=_TOOLS),
    ),
    Call(
        6,
        "bounds in the form of an answer",
        _ask(_ASK_WORD, response_format=answer_in(bodies.BOUNDED)),
    ),
    Call(
        7,
        "the same with the newest model",
        _ask(_ASK_WORD, response_format=answer_in(bodies.BOUNDED)),
        newest=True,
    ),
    Call(
        8,
        "references with siblings, const, pattern, exclusive bounds, tuples",
        _ask(_ASK_WORD, response_format=answer_in(bodies.UNLISTED)),
    ),
    Call(9, "a built-in tool beside a function", _ask(_ASK_WORD, tools=_BOTH_KINDS)),
    Call(
        10,
        "the same with the newest model",
        _ask(_ASK_WORD, tools=_BOTH_KINDS),
        newest=True,
    ),
    Call(
        11,
        "a form of the answer beside a function",
        _ask(_ASK_WORD, tools=_TOOLS, response_format=answer_in(bodies.PLAIN)),
    ),
    Call(
        12,
        "calls of another provider, results in another order, unstored",
        _list(_SHUFFLED, tools=_TOOLS, store=False),
    ),
    Call(13, "its own steps, sent back", _replayed),
    Call(14, "its own steps, sent to the newest model", _replayed, newest=True),
    Call(
        15,
        "an unstored answer to a stored parent",
        _after(1, lambda _: [user("Say it again.")], store=False),
    ),
    Call(
        16,
        "a temperature for the newest model",
        _ask(_ASK_WORD, generation_config={"temperature": 0.5}),
        newest=True,
    ),
    Call(
        17,
        "a list that begins with the model, two users, an undeclared function",
        _list(_UNUSUAL, tools=_TOOLS, store=False),
    ),
    Call(
        18,
        "one result for two calls",
        _after(3, _first_of_two, tools=_TOOLS),
        expected="refused",
    ),
    Call(
        19,
        "a stream with a call of one of the allowed functions",
        _ask(
            _ASK_BOTH,
            tools=_TOOLS,
            generation_config={
                "tool_choice": {
                    "allowed_tools": {"mode": "any", "tools": ["get_weather"]}
                }
            },
        ),
        stream=True,
    ),
    Call(
        20,
        "a search alone",
        _ask("Search the web for the height of Mont Blanc.", tools=[bodies.SEARCH]),
    ),
    Call(
        21,
        "a turn after a search",
        _after(20, lambda _: [user("And in feet?")], tools=[bodies.SEARCH]),
    ),
    Call(
        22,
        "a name of 100 characters, parameters without fields",
        _ask(_ASK_WORD, tools=[bodies.LONG_NAME, bodies.NO_FIELDS]),
    ),
    Call(
        23,
        "pictures in a question and in a result, an empty result, an error",
        _list(_ODD_RESULTS, tools=_TOOLS, store=False),
    ),
    Call(
        24,
        "a run of the newest model in the background, looked at and cancelled",
        _ask("Count to twenty.", background=True),
        newest=True,
    ),
    Call(
        25,
        "labels, a tier and stop sequences",
        _ask(
            _ASK_WORD,
            labels={"purpose": "check"},
            service_tier="standard",
            generation_config={"stop_sequences": ["###"]},
        ),
    ),
)


def body_of(call: Call, models: Models, before: Before) -> JsonObject | None:
    """Write a create; `None` where an earlier answer that it needs is not there."""
    body = call.body(models, before)
    if body is None:
        return None
    own = body.get("generation_config")
    config = {**_BRIEF, **(own if isinstance(own, dict) else {})}
    model = models.newest if call.newest else models.usual
    return {"model": model, **body, "generation_config": config}
