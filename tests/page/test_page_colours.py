"""The colours of the page are told apart, by whoever reads them in light or dark."""

import re
from importlib.resources import files

import pytest

SURFACES = ("bg", "side", "sel", "hov")
TEXTS = ("ink", "ink2", "ink3", "acc", "warn", "bad")
MARKS = ("warnfill", "rail", "cached", "fresh", "again", "tool", "output")
ON = {"warn": "warnbg", "bad": "badbg"}


def tokens(scheme: str) -> dict[str, str]:
    css = (files("interactions_core.page") / "static" / "tokens.css").read_text()
    light, dark = css.split('[data-theme="dark"]')
    said = light if scheme == "light" else dark
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", said))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * d for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    line = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", TEXTS)
def test_text_can_be_read_on_every_surface(scheme: str, name: str) -> None:
    found = tokens(scheme)
    surfaces = [*SURFACES, *([ON[name]] if name in ON else [])]
    assert min(contrast(found[name], found[each]) for each in surfaces) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", MARKS)
def test_marks_can_be_seen(scheme: str, name: str) -> None:
    found = tokens(scheme)
    assert contrast(found[name], found["bg"]) >= 2.99
