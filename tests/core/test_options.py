"""The options that all adapters share become the same fields of a request."""

from typing import Any

import pytest

from interactions_core.adapter import Transcript, Turn, text_part, user_input
from interactions_core.exceptions import ConfigurationError
from interactions_core.options.options import (
    check_names,
    merge_call_options,
    settings_of,
    target_of,
    tool_choice_of,
)

TOOLS: list[Any] = [
    {"type": "function", "name": "look_up"},
    {"type": "google_search"},
]


@pytest.mark.parametrize(
    ("options", "target"),
    [
        ({"model": "models/gemini-3.5-flash"}, ("model", "gemini-3.5-flash")),
        ({"agent": "deep-research", "model": None}, ("agent", "deep-research")),
    ],
    ids=["model", "agent"],
)
def test_target_is_the_one_that_is_set(options: Any, target: Any) -> None:
    assert target_of(options) == target


@pytest.mark.parametrize(
    ("options", "state"),
    [({"model": "m", "agent": "a"}, "both"), ({"model": None}, "neither")],
    ids=["both", "neither"],
)
def test_both_or_neither_target_is_refused(options: Any, state: str) -> None:
    with pytest.raises(ConfigurationError, match=state):
        target_of(options)


@pytest.mark.parametrize(
    ("call", "model", "agent"),
    [
        ({}, "m", None),
        ({"model": "n"}, "n", None),
        ({"agent": "a"}, None, "a"),
    ],
    ids=["nothing", "model", "agent"],
)
def test_call_replaces_whichever_target_was_set(
    call: Any, model: str | None, agent: str | None
) -> None:
    merged = merge_call_options({"model": "m", "agent": None, "seed": 1}, call)

    assert (merged["model"], merged["agent"], merged["seed"]) == (model, agent, 1)


def test_only_what_is_set_is_sent() -> None:
    options: Any = {"temperature": 0, "top_p": None, "labels": {"a": "b"}, "model": "m"}

    settings = settings_of(options, system_instruction="", tools=[])

    assert settings == {"generation_config": {"temperature": 0}, "labels": {"a": "b"}}


@pytest.mark.parametrize(
    ("given", "sent"), [(["TEXT", "Image"], ["text", "image"]), ([1], [1]), ("x", "x")]
)
def test_modalities_are_sent_in_small_letters(given: Any, sent: Any) -> None:
    options = {"response_modalities": given}

    settings = settings_of(options, system_instruction="", tools=[])

    assert settings == {"response_modalities": sent}


def test_tools_choice_and_instruction_are_fields_of_the_body() -> None:
    settings = settings_of(
        {"model": "m"}, system_instruction="Be kind.", tools=TOOLS, tool_choice="any"
    )

    assert settings == {
        "system_instruction": "Be kind.",
        "tools": TOOLS,
        "generation_config": {"tool_choice": "any"},
    }


def test_choice_without_tools_is_left_out() -> None:
    """API: a choice where there is nothing to choose from is refused."""
    settings = settings_of({}, system_instruction="", tools=[], tool_choice="none")

    assert settings == {}


def test_built_in_tools_that_must_not_be_used_are_left_out() -> None:
    """API: a choice without functions is refused, and forbids functions only."""
    search = {"type": "google_search"}

    alone = settings_of({}, system_instruction="", tools=[search], tool_choice="none")
    beside = settings_of(
        {}, system_instruction="", tools=[search, *TOOLS], tool_choice="none"
    )

    assert alone == {}
    assert beside["tools"] == [search, *TOOLS]


def test_generation_options_for_an_agent_are_refused_by_name() -> None:
    """Whoever makes the turn: the API's refusal says no more than that."""
    options: Any = {"agent": "a", "temperature": 1, "seed": 2}
    settings = settings_of(options, system_instruction="", tools=[])

    with pytest.raises(ConfigurationError, match="unset temperature, seed"):
        Turn(
            transcript=Transcript.of([user_input([text_part("Hi")])]),
            target=("agent", "a"),
            settings=settings,
        )


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("required", "any"),
        ("validated", "validated"),
        ("look_up", {"allowed_tools": {"mode": "any", "tools": ["look_up"]}}),
        (["look_up"], {"allowed_tools": {"mode": "any", "tools": ["look_up"]}}),
    ],
    ids=["required", "validated", "name", "names"],
)
def test_tool_choice_is_a_word_or_names(choice: Any, wire: Any) -> None:
    assert tool_choice_of(choice, TOOLS) == wire


def test_choice_of_an_undeclared_function_names_the_declared() -> None:
    with pytest.raises(ConfigurationError, match=r"'lookup'.*\(look_up\)"):
        tool_choice_of("lookup", TOOLS)


def test_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"Owner has no option 'sed'.*'seed'"):
        check_names("Owner", ["model", "sed"], {"model", "seed"})
