"""Puts a page together: one file that asks for nothing, or the shell of a server's."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Final

from interactions_core.page.index import name_of
from interactions_core.page.plain import Chapter, plain_lines
from interactions_core.page.reading import (
    View,
    content_json,
    contents_of,
    conversation_json,
    index_json,
    jobs_of,
    title_of,
)
from interactions_core.page.reasons import reasons_json
from interactions_core.page.writing import json_text
from interactions_core.records.conversations import Conversation

STYLES: Final = ("tokens.css", "frame.css", "parts.css")
SCRIPTS: Final = (
    *("words.js", "dom.js", "data.js", "place.js", "steps.js", "side.js"),
    *("overview.js", "axis.js", "rails.js", "tree.js", "transcript.js"),
    *("why.js", "detail.js", "curl.js", "keys.js", "main.js"),
)
"""In this order, since a later one uses what earlier ones define."""

ASKING: Final = (*SCRIPTS[:-1], "live.js", SCRIPTS[-1])
"""Those of a server's page: a file has all that it shows, and asks for nothing."""


def page_file(view: View, found: Sequence[Conversation]) -> str:
    """Return a file that shows conversations, with all that it needs inside.

    Args:
        view: What is looked at.
        found: The conversations.
    """
    index = index_json(view, found)
    titles = [title_of(view, told) for told in found]
    chapters = [
        _chapter(view, told, title) for told, title in zip(found, titles, strict=True)
    ]
    turns = {
        name_of(each.told.id): conversation_json(
            view, each.told.id, each.turns, each.jobs
        )
        for each in chapters
    }
    data = [_data("index", index | {"turns": turns})]
    data += [_data(f"c-{name_of(c.told.id)}", _content(view, c)) for c in chapters]
    lines = plain_lines(
        chapters,
        hide_content=view.hide_content,
        no_price=str(index["no_price"]),
    )
    plain = "\n".join(lines)
    title = titles[0] if len(found) == 1 else "Sessions"
    return _document(title, "".join(data), plain, connects=False)


def page_shell() -> str:
    """Return the page of a server, which asks for what it shows."""
    said = "<p>This page needs a script, and shows parts at a time. To print it, or to "
    said += "read it without one, write a file: "
    said += "<code>interactions sessions show --all-threads --html FILE</code>.</p>"
    return _document("Sessions", "", said, connects=True)


def policy(style: str, script: str, *, connects: bool) -> str:
    """Return the content security policy: nothing but this style and this script."""
    parts = [
        "default-src 'none'",
        f"style-src '{_digest(style)}'",
        f"script-src '{_digest(script)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join([*parts, "connect-src 'self'"] if connects else parts)


def _document(title: str, data: str, plain: str, *, connects: bool) -> str:
    style = _joined(STYLES)
    scripts = _joined(ASKING if connects else SCRIPTS)
    script = f'"use strict";\n(() => {{\n{scripts}}})();\n'
    allowed = policy(style, script, connects=connects)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{allowed}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="data:,">\n<title>{_escaped(title)}</title>\n'
        f'<style>{style}</style>\n</head>\n<body>\n<div id="app"></div>\n'
        f'<noscript id="plain">{plain}</noscript>\n{data}'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _chapter(view: View, told: Conversation, title: str) -> Chapter:
    turns = view.store.records(told.id)
    return Chapter(
        told=told,
        title=title,
        turns=turns,
        jobs=jobs_of(view, told.id, turns) if _has_jobs(told) else (),
        contents=contents_of(view, turns),
    )


def _content(view: View, chapter: Chapter) -> dict[str, object]:
    why = reasons_json(view, chapter.told.id, chapter.turns)
    return content_json(view, chapter.turns) | why


def _has_jobs(told: Conversation) -> bool:
    return any((told.jobs.open, told.jobs.ended, told.jobs.lost))


def _data(name: str, value: object) -> str:
    return f'<script type="application/json" id="{name}">{json_text(value)}</script>\n'


def _joined(names: Iterable[str]) -> str:
    """Join files; lines that are a comment and no more are for who reads the files."""
    folder = files("interactions_core.page") / "static"
    texts = [(folder / name).read_text(encoding="utf-8") for name in names]
    lines = (line for text in texts for line in text.splitlines(keepends=True))
    return "".join(line for line in lines if not line.lstrip().startswith("//"))


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
