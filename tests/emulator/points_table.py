"""Writes the table of points of docs/emulator.md from the emulator's own.

`python tests/emulator/points_table.py` replaces the table in the file.
"""

from pathlib import Path

from interactions_emulator.base.points import POINTS, Point

DOCUMENT = Path(__file__).parents[2] / "docs" / "emulator.md"
BEGIN, END = "<!-- points: begin -->", "<!-- points: end -->"


def table() -> str:
    """Return the Markdown between the two marks."""
    lines = [
        "| point | what is refused | sure for | disputed for | text | source |",
        "|---|---|---|---|---|---|",
        *map(_row, POINTS.values()),
    ]
    return "\n".join(lines)


def document() -> str:
    """Return the document with a fresh table."""
    text = DOCUMENT.read_text()
    head, rest = text.split(BEGIN, 1)
    return f"{head}{BEGIN}\n\n{table()}\n\n{END}{rest.split(END, 1)[1]}"


def _row(point: Point) -> str:
    where = " (Gemini API)" if point.platform == "gemini" else ""
    sure = f"{point.sure.about}{where}" if point.sure else ""
    disputed = f"{point.disputed.about}{where}" if point.disputed else ""
    status = f"{point.status} " if point.status != 400 else ""
    source = f"[{point.source}]({point.url})" if point.url else point.source
    dated = f"{source}, {point.date}" if point.date else source
    cells = (
        *(f"`{point.name}`", point.refuses, sure, disputed),
        *(f"{status}{point.evidence}: `{point.text}`", dated),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
