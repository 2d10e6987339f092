"""The twenty-five creates: what each settles, and what it sends. Pure data."""

from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.doctor.live import bodies
from interactions_core.doctor.live.bodies import answer_in, user
from interactions_core.doctor.live.questions import (
    ASK_BOTH,
    ASK_WORD,
    Call,
    ask,
    chain,
    first_of_two,
    nameless_results,
    replayed,
    results_and_words,
    send,
)

_TOOLS: Final[list[Json]] = [bodies.WEATHER]
_FORCED: Final[JsonObject] = {"tool_choice": "any", "thinking_summaries": "auto"}
_TIER_AND_STOP: Final[JsonObject] = {
    "service_tier": "standard",
    "generation_config": {"stop_sequences": ["###"]},
}
_BOTH_KINDS: Final[list[Json]] = [bodies.SEARCH, bodies.WEATHER]
_SHUFFLED: Final = [
    user(ASK_BOTH),
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
        ask("Say the word apple.", system_instruction="Answer in one word."),
    ),
    Call(
        2,
        "a parent that was made a moment ago",
        chain(1, lambda _: [user("Which word did you say?")]),
    ),
    Call(
        3,
        "a function as pydantic writes it, forced, with two calls at once",
        ask(ASK_BOTH, tools=[bodies.WEATHER_OF_PYDANTIC], generation_config=_FORCED),
        otherwise=ask(ASK_BOTH, tools=_TOOLS, generation_config=_FORCED),
    ),
    Call(
        4,
        "results as texts, and words of the user after them",
        chain(3, results_and_words, tools=_TOOLS),
    ),
    Call(
        5,
        "results without a name, and a second child of one parent",
        chain(3, nameless_results, tools=_TOOLS),
    ),
    Call(
        6,
        "bounds in the form of an answer",
        ask(ASK_WORD, response_format=answer_in(bodies.BOUNDED)),
    ),
    Call(
        7,
        "the same with the newest model",
        ask(ASK_WORD, response_format=answer_in(bodies.BOUNDED)),
        newest=True,
    ),
    Call(
        8,
        "references with siblings, const, pattern, exclusive bounds, tuples",
        ask(ASK_WORD, response_format=answer_in(bodies.UNLISTED)),
    ),
    Call(9, "a built-in tool beside a function", ask(ASK_WORD, tools=_BOTH_KINDS)),
    Call(
        10,
        "the same with the newest model",
        ask(ASK_WORD, tools=_BOTH_KINDS),
        newest=True,
    ),
    Call(
        11,
        "a form of the answer beside a function",
        ask(ASK_WORD, tools=_TOOLS, response_format=answer_in(bodies.PLAIN)),
    ),
    Call(
        12,
        "calls of another provider, results in another order, unstored",
        send(_SHUFFLED, tools=_TOOLS, store=False),
    ),
    Call(13, "its own steps, sent back", replayed),
    Call(14, "its own steps, sent to the newest model", replayed, newest=True),
    Call(
        15,
        "an unstored answer to a stored parent",
        chain(1, lambda _: [user("Say it again.")], store=False),
    ),
    Call(
        16,
        "a temperature for the newest model",
        ask(ASK_WORD, generation_config={"temperature": 0.5}),
        newest=True,
    ),
    Call(
        17,
        "a list that begins with the model, two users, an undeclared function",
        send(_UNUSUAL, tools=_TOOLS, store=False),
    ),
    Call(
        18,
        "one result for two calls",
        chain(3, first_of_two, tools=_TOOLS),
        expected="refused",
    ),
    Call(
        19,
        "a stream with a call of one of the allowed functions",
        ask(
            ASK_BOTH,
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
        ask("Search the web for the height of Mont Blanc.", tools=[bodies.SEARCH]),
    ),
    Call(
        21,
        "a turn after a search",
        chain(20, lambda _: [user("And in feet?")], tools=[bodies.SEARCH]),
    ),
    Call(
        22,
        "a name of 100 characters, parameters without fields",
        ask(ASK_WORD, tools=[bodies.LONG_NAME, bodies.NO_FIELDS]),
    ),
    Call(
        23,
        "pictures in a question and in a result, an empty result, an error",
        send(_ODD_RESULTS, tools=_TOOLS, store=False),
    ),
    Call(
        24,
        "a run of the newest model in the background, looked at and cancelled",
        ask("Count to twenty.", background=True),
        newest=True,
    ),
    Call(
        25,
        "labels, a tier and stop sequences",
        ask(ASK_WORD, labels={"purpose": "check"}, **_TIER_AND_STOP),
        otherwise=ask(ASK_WORD, **_TIER_AND_STOP),
    ),
)
