"""A font in which each character is a box, so that pictures need none of a machine."""

import base64
from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

NAME = "Boxes"
SPACES = {0x20, 0xA0}
CHARACTERS = (*range(0x20, 0x500), *range(0x2000, 0x2800))
WIDE = 500
"""Of 1,000 units that are an em."""


def box_font() -> bytes:
    """Make the font: all characters are equally wide, as high as a small letter."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "box", "space"])
    builder.setupCharacterMap(
        {each: "space" if each in SPACES else "box" for each in CHARACTERS}
    )
    box, space = _box(), TTGlyphPen(None).glyph()
    builder.setupGlyf({".notdef": box, "box": box, "space": space})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "box", "space"), (WIDE, 0)))  # fmt: skip
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    written = BytesIO()
    builder.save(written)
    return written.getvalue()


def _box() -> object:
    pen = TTGlyphPen(None)
    corners = [(40, 0), (40, 560), (460, 560), (460, 0)]
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def font_style() -> str:
    """Write a style that draws all of a page in this font."""
    data = base64.b64encode(box_font()).decode()
    return (
        f'@font-face {{ font-family: {NAME}; src: url("data:font/ttf;base64,{data}"); }}'
        f":root:root:root {{ --sans: {NAME}; --mono: {NAME}; }}"
        "* { font-synthesis: none; }"
    )
