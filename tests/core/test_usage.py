"""Tokens by kind, added up once."""

import copy
import pickle

import pytest

from interactions_core.turns.spending.usage_counter import UsageCounter
from interactions_core.usage import (
    Usage,
    merged_usage,
    usage_from_wire,
)

REPORTED = {
    "total_tokens": 115,
    "total_input_tokens": 53,
    "input_tokens_by_modality": [{"modality": "text", "tokens": 53}],
    "total_cached_tokens": 7,
    "total_output_tokens": 15,
    "total_tool_use_tokens": 0,
    "total_thought_tokens": 47,
}


def test_every_kind_is_read() -> None:
    assert usage_from_wire(REPORTED) == Usage(
        input_tokens=53,
        cached_tokens=7,
        output_tokens=15,
        thought_tokens=47,
        tool_use_tokens=0,
        total_tokens=115,
    )


@pytest.mark.parametrize(
    "reported",
    [
        None,
        "many",
        {},
        {"total_tokens": None},
        {"total_tokens": "9"},
        {"total_tokens": True},
        {"total_tokens": -1},
        {"total_tokens": 10**30},
    ],
)
def test_what_is_missing_or_absurd_counts_as_zero(reported: object) -> None:
    assert usage_from_wire(reported) == Usage()


def test_usages_add_up() -> None:
    one = Usage(1, 2, 3, 4, 5, 6)

    assert one + one == Usage(2, 4, 6, 8, 10, 12)
    assert sum([one, one], Usage()) == one + one


def test_hops_of_one_answer_add_up() -> None:
    merged = merged_usage(REPORTED, {"total_tokens": 5, "total_output_tokens": 5})

    assert merged["total_tokens"] == 120
    assert merged["total_output_tokens"] == 20
    assert merged["total_input_tokens"] == 53


def test_lists_of_hops_are_those_of_the_last() -> None:
    last = {"input_tokens_by_modality": [{"modality": "image", "tokens": 1}]}

    merged = merged_usage(REPORTED, last)

    assert merged["input_tokens_by_modality"] == last["input_tokens_by_modality"]


ONE = Usage(1, 2, 3, 4, 5, 6)


def test_an_answer_that_is_handed_on_again_is_counted_once() -> None:
    counter = UsageCounter()

    told = [counter.count(ONE, "v1_a"), counter.count(ONE, "v1_a")]

    assert (told, counter.total) == ([True, False], ONE)


def test_answers_without_an_id_are_all_counted() -> None:
    counter = UsageCounter()

    counter.count(ONE)
    counter.count(ONE)

    assert counter.total == ONE + ONE


def test_an_answer_that_took_nothing_yet_is_counted_when_it_has() -> None:
    counter = UsageCounter()

    told = [counter.count(Usage(), "v1_a"), counter.count(ONE, "v1_a")]

    assert (told, counter.total) == ([False, True], ONE)


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))],  # noqa: S301 - our own bytes
)
def test_a_copy_counts_on_by_itself(again: object) -> None:
    counter = UsageCounter()
    counter.count(ONE, "v1_a")
    other = again(counter)

    other.count(ONE, "v1_a")
    other.count(ONE, "v1_b")

    assert (counter.total, other.total) == (ONE, ONE + ONE)
