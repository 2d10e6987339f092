"""The points in which the service may refuse, and which models they are about."""

import re
import runpy
from pathlib import Path

import pytest

from interactions_emulator.base.models import Family, family
from interactions_emulator.base.points import POINTS

SCRIPT = Path(__file__).with_name("points_table.py")
NAMES = """
schema-bounds schema-keywords schema-references tool-keywords builtin-beside-functions
format-beside-functions nameless-results results-order repeated-call-ids
opens-with-model undeclared-functions long-names labels safety-settings sampling
latest-on-v1 modality-case agent-config-type antigravity-format antigravity-images
mcp-names mcp-with-models empty-text stateless-parent
"""


def test_the_names_are_those_that_others_use() -> None:
    """Ours: profiles of a live service and users' settings hold these names."""
    assert list(POINTS) == NAMES.split()


def test_the_guide_has_the_table() -> None:
    generator = runpy.run_path(str(SCRIPT))

    fresh = generator["document"]()

    assert generator["DOCUMENT"].read_text() == fresh, f"run: python {SCRIPT.name}"


def test_every_point_says_who_refuses_and_where_that_is_known_from() -> None:
    for point in POINTS.values():
        assert point.sure or point.disputed, point.name
        assert bool(point.date) is (point.source != "nobody has tried"), point.name
        assert re.fullmatch(r"(20\d\d(-\d\d){0,2})?", point.date), point.name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "gemini-3.5-flash-lite",
            Family(line="gemini", generation=(3, 5), size="flash-lite"),
        ),
        (
            "models/gemini-3-pro-preview",
            Family(line="gemini", generation=(3, 0), size="pro"),
        ),
        (
            "gemini-flash-latest",
            Family(line="gemini", generation=(99, 0), size="flash", is_alias=True),
        ),
        (
            "gemini-2.5-flash-image",
            Family(line="gemini", generation=(2, 5), size="flash", makes="image"),
        ),
        (
            "gemini-omni-1.1-flash",
            Family(line="gemini", generation=(99, 0), size="flash", makes="video"),
        ),
        ("gemma-4-31b-it", Family(line="gemma", generation=(4, 0))),
        ("lyria-3.5", Family(line="lyria", generation=(3, 5), makes="music")),
        (
            "deep-research-preview-04-2026",
            Family(line="deep-research", generation=(0, 0)),
        ),
        ("somebody-s-agent", Family(line="somebody", generation=(0, 0))),
    ],
)
def test_a_name_tells_the_family(name: str, expected: Family) -> None:
    assert family(name) == expected


@pytest.mark.parametrize(
    ("point", "sure", "disputed", "neither"),
    [
        (
            "builtin-beside-functions",
            ["gemini-3.6-flash", "gemini-3.5-flash-lite"],
            ["gemini-3.8-flash", "gemini-4-neon", "gemma-4-31b-it"],
            ["gemini-3.5-flash", "gemini-2.5-flash-lite", "antigravity-x"],
        ),
        (
            "schema-bounds",
            [],
            ["gemini-3.8-flash", "gemini-flash-latest", "gemini-4-argon"],
            ["gemini-3.7-flash", "gemini-2.5-pro", "gemma-4-31b-it"],
        ),
        (
            "format-beside-functions",
            [],
            ["gemini-2.5-flash"],
            ["gemini-3-pro-preview", "gemini-flash-latest"],
        ),
        (
            "mcp-names",
            ["antigravity-preview-09-2026", "deep-research-preview-04-2026"],
            ["gemini-2.5-flash"],
            [],
        ),
    ],
)
def test_a_point_is_about_some_families(
    point: str, sure: list[str], disputed: list[str], neither: list[str]
) -> None:
    found = POINTS[point]

    def standing(name: str) -> str:
        for word, group in (("sure", found.sure), ("disputed", found.disputed)):
            if group is not None and group.has(family(name)):
                return word
        return "neither"

    told = {name: standing(name) for name in (*sure, *disputed, *neither)}
    assert [name for name in told if told[name] == "sure"] == sure
    assert [name for name in told if told[name] == "disputed"] == disputed
