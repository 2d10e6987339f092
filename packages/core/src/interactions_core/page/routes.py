"""What the page of a server may ask for, by path. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass

from interactions_core.page.changes import version_of, versioned
from interactions_core.page.curl import curl_json
from interactions_core.page.html import page_shell
from interactions_core.page.index import name_of
from interactions_core.page.names import Names
from interactions_core.page.reading import (
    View,
    conversation_json,
    index_json,
    jobs_of,
    newest_json,
    part_json,
)
from interactions_core.page.reasons import reason_json
from interactions_core.page.writing import json_text
from interactions_core.records.conversations import ConversationId

HTML = "text/html; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"

_MOST_HITS = 1_000

_NEWEST = 100
"""Conversations that are listed before all are: more than a screen has."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path is answered with.

    Attributes:
        status: The status of HTTP.
        kind: The type of the body.
        body: The body.
        headers: Further headers.
    """

    status: int
    kind: str
    body: str
    headers: Mapping[str, str] | None = None


NOT_FOUND = Answer(404, TEXT, "no such page\n")


def answer_to(view: View, names: Names, path: str, asked: Mapping[str, str]) -> Answer:
    """Answer a request.

    Args:
        view: What may be looked at.
        names: What was told of it before.
        path: The path, without what follows `?`.
        asked: What follows it.

    Raises:
        StoreError: The store cannot be read.
    """
    match path.strip("/").split("/"):
        case [""]:
            return Answer(200, HTML, page_shell())
        case ["api", "threads"]:
            return _json(_threads(view, names, is_part="newest" in asked))
        case ["api", "changes"]:
            return _json({"version": version_of(view)})
        case ["api", "search"]:
            here = names.find(view, asked["thread"]) if "thread" in asked else None
            return _json(_found(view, asked.get("q", ""), here))
        case ["api", "threads", name, *rest]:
            found = names.find(view, name)
            return _thread(view, found, rest, asked) if found else NOT_FOUND
        case _:
            return NOT_FOUND


def _threads(view: View, names: Names, *, is_part: bool) -> dict[str, object]:
    """List all conversations; or the newest alone, which are there at once."""
    # Named first: what comes in between is told twice, and not left out.
    version, newest = versioned(view, _NEWEST if is_part else 1)
    is_all = newest.matching <= len(newest.found)
    if is_part and not is_all:
        names.learn(newest.found)
        return newest_json(view, newest) | {"version": version}
    found = newest.found if is_all else view.conversations()
    names.learn(found)
    return index_json(view, found, is_live=True) | {"version": version}


def _thread(
    view: View, name: ConversationId, rest: list[str], asked: Mapping[str, str]
) -> Answer:
    match rest:
        case []:
            turns = view.store.records(name)
            jobs = jobs_of(view, name, turns)
            is_there = bool(turns or jobs)
            return (
                _json(conversation_json(view, name, turns, jobs))
                if is_there
                else NOT_FOUND
            )
        case ["steps"]:
            return _json(part_json(view, name, asked.get("after", "")))
        case ["curl"]:
            told = curl_json(view, name, asked.get("turn", ""))
            return _json(told) if told else NOT_FOUND
        case ["why"]:
            told = reason_json(view, name, asked.get("turn", ""))
            return _json(told) if told else NOT_FOUND
        case _:
            return NOT_FOUND


def _found(view: View, words: str, here: ConversationId | None) -> dict[str, list[str]]:
    """Name the conversations in which words were found, and the turns of one of them.

    None where content is hidden.
    """
    if view.hide_content or not words.strip():
        return {"threads": [], "turns": []}
    everywhere = _hits(view, words)
    names = {name_of(each) for each, _ in everywhere}
    own = everywhere
    if here is not None and here.scope.thread_id:
        own = _hits(view, words, here.scope.thread_id)
    turns = {key for each, key in own if each == here}
    return {"threads": sorted(names), "turns": sorted(turns)}


def _hits(
    view: View, words: str, thread: str | None = None
) -> list[tuple[ConversationId, str]]:
    hits = view.store.search(
        words, session_id=view.tenant, thread_id=thread, limit=_MOST_HITS
    ).found
    told = [(view.store.conversation_of(h.scope, h.key), h.key) for h in hits if h.key]
    return [(name, key) for name, key in told if name is not None]


def _json(told: object) -> Answer:
    return Answer(200, JSON, json_text(told))
