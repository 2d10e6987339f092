"""The colours of the page are told apart, by whoever reads them in light or dark."""

import re
from importlib.resources import files
from itertools import combinations

import pytest

SURFACES = ("bg", "side", "raise", "sel", "hov")
TEXTS = ("ink", "ink2", "ink3", "acc", "warn", "bad")
MARKS = ("warnfill", "rail", "cached", "fresh", "again", "tool", "thought", "output")
KINDS = ("cached", "fresh", "again", "tool", "thought", "output")
ON = {"warn": "warnbg", "bad": "badbg"}
"""Surfaces of one text alone."""

DECORATION = ("line", "line2", "replay")
"""Rules, borders, and what a bar is not: nothing is told by them alone."""

BLIND = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}  # fmt: skip
"""Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB."""

LEAST_APART = 15
"""Of any two kinds, in CIE76; from about 2 on a difference is seen at all."""

Colour = tuple[float, float, float]


def tokens(scheme: str) -> dict[str, str]:
    css = (files("interactions_core.page") / "static" / "tokens.css").read_text()
    light, dark = css.partition("@media")[0].split('[data-theme="dark"]')
    said = light if scheme == "light" else dark
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", said))


def linear(colour: str) -> Colour:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * d for d in colour[1:])
    r, g, b = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return (_linear(r), _linear(g), _linear(b))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, eye: str) -> Colour:
    """Return a colour in CIE L*a*b* as somebody sees it."""
    rgb = linear(colour)
    r, g, b = (
        min(1, max(0, sum(part * weight for part, weight in zip(rgb, row, strict=True))))
        for row in BLIND[eye]
    )  # fmt: skip
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = map(_cube, (x, y, z))
    return (116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz))


def _cube(part: float) -> float:
    return part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116


def distance(one: Colour, other: Colour) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5


schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


@schemes
def test_each_colour_is_told_to_be_of_some_use_here(scheme: str) -> None:
    told = {*SURFACES, *TEXTS, *MARKS, *ON.values(), *DECORATION}
    assert tokens(scheme).keys() == told


@schemes
@pytest.mark.parametrize("name", TEXTS)
def test_text_can_be_read_on_every_surface(scheme: str, name: str) -> None:
    found = tokens(scheme)
    surfaces = [*SURFACES, *([ON[name]] if name in ON else [])]
    assert min(contrast(found[name], found[each]) for each in surfaces) >= 4.5


@schemes
@pytest.mark.parametrize("name", MARKS)
def test_marks_can_be_seen(scheme: str, name: str) -> None:
    found = tokens(scheme)
    assert contrast(found[name], found["bg"]) >= 2.99


@schemes
@pytest.mark.parametrize("name", ["warnfill", "again", "fresh", "output"])
def test_what_matters_most_is_seen_in_a_chosen_row_too(scheme: str, name: str) -> None:
    found = tokens(scheme)
    assert min(contrast(found[name], found[each]) for each in SURFACES) >= 3


@schemes
@pytest.mark.parametrize("eye", BLIND)
def test_kinds_of_tokens_are_told_apart_by_every_eye(scheme: str, eye: str) -> None:
    found = tokens(scheme)
    colours = {name: seen(found[name], eye) for name in KINDS}
    apart = {pair: distance(colours[pair[0]], colours[pair[1]]) for pair in combinations(KINDS, 2)}  # fmt: skip
    nearest = min(apart, key=apart.__getitem__)
    assert apart[nearest] >= LEAST_APART, (nearest, apart[nearest])
