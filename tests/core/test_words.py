"""Words, as searches cut and compare them."""

import pytest

from interactions_core.records.inspection.queries import read_query
from interactions_core.records.inspection.word_lists import (
    CUT,
    MOST_BYTES,
    WHOLE,
    list_words,
)
from interactions_core.transcript.said_texts import LONGEST_STEP, said_texts
from interactions_core.transcript.words import runs_of, terms_of


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        pytest.param("Hello, World!", ["hello", "world"], id="case"),
        pytest.param("3.14 snake_case don't", ["3", "14", "snake", "case", "don", "t"], id="punctuation"),
        pytest.param("Caf\u00e9 cafe\u0301 \u0130stanbul", ["cafe", "cafe", "istanbul"], id="accents"),
        pytest.param("Stra\u00dfe \ufb01ne \uff21\uff22 \u2461", ["strasse", "fine", "ab", "2"], id="width"),
        pytest.param("\u6771\u4eac\u90fdtower", ["\u6771\u4eac\u90fd", "tower"], id="Han"),
        pytest.param("\u0928\u093f\u0939", ["\u0928\u093f\u0939"], id="marks are of words"),
        pytest.param("\u304b\u3099", ["\u304c"], id="other marks stay"),
        pytest.param("\U0001f469\u200d\U0001f467\ufe0f", ["\U0001f469\U0001f467"], id="emoji"),
        pytest.param("a\u200bb c\u00add", ["a", "b", "cd"], id="what is not seen"),
        pytest.param("a\ud800b\x00c\u0085d", ["a", "b", "c", "d"], id="no characters"),
        pytest.param("", [], id="nothing"),
    ],
)  # fmt: skip
def test_text_is_cut_into_words(text: str, runs: list[str]) -> None:
    assert runs_of(text) == runs


def test_an_index_has_pairs_of_what_is_written_without_spaces() -> None:
    assert [*terms_of("\u6771\u4eac\u90fd")] == [
        "\u6771\u4eac",
        "\u4eac\u90fd",
        "\u90fd",
    ]
    assert [*terms_of("x" * 100)] == ["x" * 64]


def test_what_an_index_has_of_a_query_is_in_every_text_that_matches() -> None:
    text = "The quick \u6771\u4eac\u90fdtower, 3.14 snake_case " + "x" * 100
    words = {*list_words(({"type": "user_input", "content": text},), ()).words.split()}
    for typed in (
        "the*",
        "\u4eac\u90fdtower",
        "\u90fd",
        "tow* 14",
        "snake_c*",
        "x" * 100,
    ):
        query = read_query(typed)

        assert query.matches([text]), typed
        for term in query.terms:
            begins = [word for word in words if word.startswith(term.text)]
            assert begins if term.is_prefix else term.text in words, typed


def test_of_a_step_only_so_many_characters_are_looked_at() -> None:
    blocks = [
        {"type": "text", "text": "a" * (LONGEST_STEP - 1)},
        {"type": "text", "text": "bc"},
    ]

    texts = [*said_texts([{"type": "user_input", "content": blocks}] * 2)]

    assert [len(text) for text in texts] == [LONGEST_STEP - 1, 1] * 2


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"type": "user_input"},
        {"type": "user_input", "content": {"type": "text", "text": "no list"}},
        {"type": "user_input", "content": ["no block", None, 1, {"type": "text"}]},
        {"type": "function_call", "name": None, "arguments": None},
        {"type": "function_result", "result": [[["no block"]]]},
        {"type": "google_search_call", "arguments": {"queries": ["not looked at"]}},
    ],
)  # fmt: skip
def test_what_is_no_text_is_no_error(step: dict[str, object]) -> None:
    assert [*said_texts([step])] == []


def test_an_object_of_any_depth_and_size_is_read() -> None:
    deep: object = "bottom"
    for _ in range(100_000):
        deep = [deep]
    call = {
        "type": "function_call",
        "name": "f",
        "arguments": {"x": deep, "n": 10**5_000},
    }

    assert [*said_texts([call])] == ["f", "x", "bottom", "n"]


def test_words_that_do_not_fit_into_an_index_are_left_out() -> None:
    few = {"type": "user_input", "content": "one two one"}
    many = {"type": "user_input", "content": " ".join(f"w{i}" for i in range(40_000))}
    others = {
        "type": "model_output",
        "content": " ".join(f"v{i}" for i in range(40_000)),
    }

    more = {"type": "model_output", "content": " ".join(f"u{i}" for i in range(40_000))}

    whole, cut = list_words((few,), ()), list_words((few, many), (others, more))

    assert (whole.words, whole.state) == ("one two", WHOLE)
    assert cut.state == CUT
    assert MOST_BYTES - 100 < len(cut.words.encode()) <= MOST_BYTES
