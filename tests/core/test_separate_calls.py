"""When built-in tools are asked, and what of their answer is told on."""

from typing import Any

import pytest

from interactions_core.mapping.separate_calls import loop_positions
from interactions_core.transcript.asides import aside_of
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import model_output, user_input
from tests.core.session import call, result

USER = user_input([text_part("q")])
MODEL = model_output([text_part("a")])
ONE, DONE = [call("c1"), result("c1")], [call("c2"), result("c2")]
SEARCHED = {"type": "google_search_call", "id": "s"}
FETCHED = {"type": "url_context_call", "id": "u"}


def said(text: str, *sources: dict[str, str]) -> dict[str, Any]:
    block = {"type": "text", "text": text, "annotations": list(sources)}
    return {"type": "model_output", "content": [block]}


@pytest.mark.parametrize(
    ("steps", "places"),
    [
        pytest.param([USER], [], id="a question"),
        pytest.param([USER, MODEL, USER], [], id="the next question"),
        pytest.param([USER, *ONE], [1], id="results"),
        pytest.param([USER, *ONE, USER], [1], id="words behind results"),
        pytest.param(
            [USER, *ONE, USER, *DONE, USER], [4, 1], id="words behind results, twice"
        ),
        pytest.param([USER, MODEL, *ONE, USER], [1], id="text beside the calls"),
        pytest.param(
            [USER, MODEL, USER, *ONE, USER], [3], id="a loop behind another answer"
        ),
        pytest.param([*ONE, USER], [], id="a loop whose question is not in the list"),
        pytest.param([USER, *ONE, MODEL, USER], [], id="a question behind a loop"),
    ],
)
def test_a_loop_of_tools_began_with_words_that_only_calls_and_results_follow(
    steps: list[Any], places: list[int]
) -> None:
    assert list(loop_positions(steps)) == places


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param([SEARCHED, said("Rome.")], "google_search", id="one tool"),
        pytest.param(
            [SEARCHED, FETCHED, SEARCHED, said("Rome.")],
            "google_search and url_context",
            id="two tools",
        ),
        pytest.param(
            [said("Rome.", {"url": "https://a.example"})],
            "a built-in tool",
            id="sources only",
        ),
    ],
)
def test_the_tools_that_were_used_are_named(answer: list[Any], told: str) -> None:
    aside: Any = aside_of(answer)

    [block] = aside["content"]
    assert block["text"].startswith(f"[What {told} answered to what is said next")
    assert "Rome." in block["text"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([said("I know that.")], id="no tool"),
        pytest.param([SEARCHED], id="no text"),
        pytest.param([SEARCHED, said(" \n")], id="blank text"),
        pytest.param([], id="nothing"),
    ],
)
def test_nothing_is_told_of_an_answer_without_work_or_words(answer: list[Any]) -> None:
    assert aside_of(answer) is None


def test_each_source_is_named_once_with_its_title() -> None:
    sources = [
        {"url": "https://a.example", "title": "A"},
        {"uri": "https://b.example"},
        {"url": "https://a.example", "title": "A again"},
    ]

    aside: Any = aside_of([SEARCHED, said("Rome.", *sources)])

    [block] = aside["content"]
    assert block["text"].endswith(
        "\n\nSources:\n- A: https://a.example\n- https://b.example]"
    )
