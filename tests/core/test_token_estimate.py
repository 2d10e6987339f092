"""What is estimated without a request."""

import pytest

from interactions_core.adapter import (
    estimated_json_tokens,
    estimated_picture_tokens,
    estimated_text_tokens,
)


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("four", 1), ("fours", 2), ("漢字", 2), ("\ud800", 1)]
)
def test_four_bytes_are_a_token(text: str, tokens: int) -> None:
    """API document: four characters of English."""
    assert estimated_text_tokens(text) == tokens


@pytest.mark.parametrize(
    ("size", "tokens"), [((), 258), ((768, 768), 258), ((769, 768), 516), ((0, 9), 258)]
)
def test_pictures_are_counted_by_tiles(size: tuple[int, ...], tokens: int) -> None:
    assert estimated_picture_tokens(*size) == tokens


def test_what_cannot_be_json_is_no_error() -> None:
    circle: dict[str, object] = {}
    circle["itself"] = circle

    assert estimated_json_tokens(circle) > 0
    assert estimated_json_tokens({"of": object()}) > 0
