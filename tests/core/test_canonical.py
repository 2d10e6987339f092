"""Equal values have equal bytes, different values different ones."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions_core.canonical import (
    canonical_bytes,
    canonical_hash,
    parsed_arguments,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="order of keys"),
        pytest.param(1.0, 1, id="integral float"),
        pytest.param([-0.0], [0], id="negative zero"),
        pytest.param({"a": {"b": [2.0]}}, {"a": {"b": [2]}}, id="nested float"),
        pytest.param((1, 2), [1, 2], id="tuple and list"),
        pytest.param(1e20, 100_000_000_000_000_000_000, id="large float"),
    ],
)
def test_ways_of_writing_the_same_value_are_equal(one: object, other: object) -> None:
    assert canonical_bytes(one) == canonical_bytes(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(2**53, 2**53 + 1, id="integers that a float cannot tell apart"),
        pytest.param(1, True, id="one and true"),
        pytest.param(1, "1", id="number and string"),
        pytest.param(None, "null", id="null and its name"),
        pytest.param({}, [], id="object and array"),
        pytest.param({"a": None}, {}, id="null and nothing"),
        pytest.param("a ", "a", id="white space"),
        pytest.param("a\r\n", "a\n", id="line ends"),
        pytest.param("\u00e9", "e\u0301", id="composed and decomposed"),
        pytest.param([1, 2], [2, 1], id="order of items"),
        pytest.param(1.5, 1, id="fraction"),
    ],
)
def test_different_values_differ(one: object, other: object) -> None:
    assert canonical_hash(one) != canonical_hash(other)


def test_lone_surrogate_is_hashed_like_any_character() -> None:
    assert canonical_bytes("\ud800") == b'"\\ud800"'
    assert canonical_hash("\ud800") != canonical_hash("\ud801")


@given(JSON)
def test_bytes_are_ascii_json_of_the_same_value(value: object) -> None:
    read = json.loads(canonical_bytes(value).decode("ascii"))

    assert canonical_bytes(read) == canonical_bytes(value)


@given(st.dictionaries(st.text(), JSON))
def test_order_of_keys_never_matters(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))

    assert canonical_bytes(turned) == canonical_bytes(value)


@given(st.integers(-(2**53), 2**53))
def test_javascript_makes_no_difference(value: int) -> None:
    """JavaScript hops turn 1.0 into 1."""
    assert canonical_bytes(float(value)) == canonical_bytes(value)


@given(JSON)
def test_written_arguments_are_read_back(value: object) -> None:
    assert canonical_bytes(parsed_arguments(json.dumps(value))) == canonical_bytes(
        value
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{'a': 1}",
        "city=Rome",
        "NaN",
        '{"a": Infinity}',
        pytest.param("[" * 100_000, id="nested beyond reason"),
        pytest.param("9" * 5_000, id="a number beyond reason"),
    ],
)
def test_arguments_that_do_not_parse_stay_a_string(text: str) -> None:
    assert parsed_arguments(text) == text


def test_arguments_keep_exact_integers() -> None:
    assert parsed_arguments('{"id": 9007199254740993}') == {"id": 9007199254740993}
