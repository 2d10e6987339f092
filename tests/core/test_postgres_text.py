"""Texts with NUL and names of schemas, as PostgreSQL takes them."""

from hypothesis import given
from hypothesis import strategies as st

from interactions_core.stores.postgres.text import escaped, quoted, unescaped

TEXTS = st.text(st.sampled_from("\0\x01\x02aé\U0001f600"))


@given(TEXTS)
def test_any_text_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert "\0" not in escaped(text)


@given(TEXTS, TEXTS)
def test_texts_keep_their_order_and_stay_apart(one: str, other: str) -> None:
    written = escaped(one).encode(), escaped(other).encode()

    assert (written[0] < written[1]) == (one < other)
    assert (written[0] == written[1]) == (one == other)


def test_a_schema_cannot_end_its_own_quotes() -> None:
    assert quoted('a"; DROP') == '"a""; DROP"'
