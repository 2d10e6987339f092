"""How commands write: what is escaped, cut and coloured, and how tables fit."""

import random
import unicodedata
from typing import Any

import click
import pytest

from interactions_core.cli.printing.output import (
    clipped,
    columns_of,
    shown,
    shown_minute,
    shown_span,
)
from interactions_core.cli.printing.table import Cell, Column, none_or, table_lines

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m\x90q\x9c",
    "right\u202eleft\u2066\u2069\u200f",
    "two\r\nlines\tand\x00more\x7f\u2028\u2029",
    "half \ud83d and \udcff",
    "</script><b>",
]


def is_harmless(text: str) -> bool:
    """Tell whether a terminal shows a text as it is, in one line."""
    kinds = {unicodedata.category(character) for character in text}
    turning = {unicodedata.bidirectional(character) for character in text}
    return kinds.isdisjoint({"Cc", "Cs", "Zl", "Zp"}) and turning.isdisjoint(
        {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    )


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_nothing_that_was_stored_does_anything_to_a_terminal(text: str) -> None:
    assert is_harmless(shown(text))
    shown(text).encode()


def test_every_character_is_shown_as_it_is_or_harmless() -> None:
    text = "".join(map(chr, range(0x11000)))

    assert is_harmless(shown(text))
    assert shown("Grüße, 京都 👩‍👧 \\x1b") == "Grüße, 京都 👩‍👧 \\x1b"
    assert shown("\x1b\n\u202e\ud800") == "\\x1b\\n\\u202e\\ud800"


@pytest.mark.parametrize(
    ("text", "columns", "said"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("京都大阪", 8, "京都大阪"),
        ("京都大阪", 7, "京都大…"),
        ("京都大阪", 6, "京都…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
    ],
)
def test_a_text_is_cut_by_the_columns_that_it_takes(
    text: str, columns: int, said: str
) -> None:
    assert clipped(text, columns) == said
    assert columns_of(said) <= columns


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *((31, "31 s"), (960, "16 min"), (3_840, "64 min"), (46_800, "13 h")),
        *((54 * 86_400 + 9, "54 d"), (0, "0 s")),
    ],
)
def test_spans_are_short(seconds: float, said: str) -> None:
    assert shown_span(seconds) == said


def test_a_minute_is_one_of_utc() -> None:
    assert shown_minute(1_795_892_683.2, local=False) == "28 Nov 19:04"


COLUMNS: list[Column[dict[str, Any]]] = [
    Column(head="NAME", cell=lambda row: Cell(row["name"], "bold"), is_text=True),
    Column(head="KIND", cell=lambda row: none_or(row["kind"]), is_text=True, most=8),
    Column(head="NUMBER", cell=lambda row: Cell(str(row["number"]))),
    Column(head="MORE", cell=lambda row: Cell(str(row["number"])), is_extra=True),
    Column(head="END", cell=lambda _: Cell("end", "yellow"), is_text=True),
]


def lines_of(
    rows: list[dict[str, Any]], width: int, *, is_cut: bool = True
) -> list[str]:
    lines = table_lines(COLUMNS, rows, width=width, is_cut=is_cut)
    return [click.unstyle(line) for line in lines]


def test_columns_go_and_texts_are_cut_where_there_is_no_room() -> None:
    rows = [
        {"name": "a name of some length", "kind": "kind of thing", "number": 12},
        {"name": "b", "kind": "", "number": 3},
    ]

    assert lines_of(rows, 80) == [
        "NAME                   KIND           NUMBER  MORE  END",
        "a name of some length  kind of thing      12    12  end",
        "b                      -                   3     3  end",
    ]
    assert lines_of(rows, 42) == [
        "NAME                 KIND      NUMBER  END",
        "a name of some len…  kind of…      12  end",
        "b                    -              3  end",
    ]
    assert lines_of(rows, 36)[0].split() == ["NAME", "KIND", "NUMBER"]
    assert lines_of(rows, 27)[0].split() == ["NAME", "KIND"]
    assert lines_of(rows, 27)[3:] == [
        "no room for NUMBER, END; a",
        "wider terminal has them,",
        "and a pipe",
    ]
    assert lines_of(rows, 12)[:3] == ["NAME", "a name of s…", "b"]
    assert lines_of(rows, 12, is_cut=False) == lines_of(rows, 80)


def test_a_random_table_is_as_wide_as_the_terminal_at_most() -> None:
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    letters = ["a", "é", "京", "\x1b", "e\u0301", "👩", "\u202e"]
    for _ in range(200):
        rows = [
            {
                "name": "".join(dice.choices(letters, k=dice.randint(0, 60))),
                "kind": "".join(dice.choices(letters, k=dice.randint(0, 30))),
                "number": dice.randrange(10**8),
            }
            for _ in range(dice.randint(1, 5))
        ]
        width = dice.randint(40, 160)
        lines = lines_of(rows, width)
        assert max(map(columns_of, lines)) <= width, seed
        assert all(map(is_harmless, lines)), seed


def test_a_name_of_a_megabyte_is_cut_in_a_table_that_is_piped() -> None:
    rows = [{"name": "x" * 10**6, "kind": "", "number": 1}]

    assert max(map(len, lines_of(rows, 160, is_cut=False))) < 300
