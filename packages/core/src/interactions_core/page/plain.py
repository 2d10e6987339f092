"""The part of a page that needs no script: tables and texts. Pure.

It is what is printed, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from interactions_core.explaining.content import length_of, text_of
from interactions_core.explaining.turn_facts import costs_of_turn, is_sent_again
from interactions_core.page.index import name_of
from interactions_core.page.jobs import ToldJob
from interactions_core.records.conversations import Content, Conversation, Recorded
from interactions_core.records.costs import Costs
from interactions_core.records.jobs.job import state_of

LONGEST = 2_000
"""Characters of a text that are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A conversation with all that is written of it.

    Attributes:
        told: The conversation.
        title: What it goes by.
        turns: Its turns, the oldest first.
        jobs: Its jobs.
        contents: What was said, by turn.
    """

    told: Conversation
    title: str
    turns: Sequence[Recorded]
    jobs: Sequence[ToldJob]
    contents: Mapping[str, Content]


def plain_lines(
    chapters: Sequence[Chapter], *, hide_content: bool, no_price: str = ""
) -> Iterator[str]:
    """Write conversations as HTML that needs nothing else.

    Args:
        chapters: The conversations.
        hide_content: Whether to tell lengths in place of texts.
        no_price: Why turns have no price; "" where all have one.
    """
    yield "<h1>Sessions</h1>"
    yield from _table(
        ("Thread", "Tenant", "Turns", "Sent again", "Cost", "Expires", "Jobs"),
        map(_thread_row, chapters),
    )
    if no_price:
        yield f"<p>{escape(no_price)}</p>"
    jobs = [(chapter, job) for chapter in chapters for job in chapter.jobs]
    if jobs:
        yield "<h2>Background jobs</h2>"
        yield from _table(
            ("Job", "Thread", "Status", "Asked", "Until"), (_job_row(*j) for j in jobs)
        )
    for chapter in chapters:
        yield from _chapter(chapter, hide_content=hide_content)


def time_text(at: float) -> str:
    """Write a time in UTC: `28 Nov 2026 15:00:16 UTC`."""
    said = datetime.fromtimestamp(at, UTC)
    return f"{said.day} {said:%b %Y %H:%M:%S} UTC"


def cost_text(costs: Costs) -> str:
    """Write what turns cost; never 0 for what nobody knows."""
    if not costs.turns:
        return "-"
    if costs.usd is None:
        return "no price"
    least = "≥ " if costs.unpriced else ""
    return f"{least}${costs.usd:.4f}" if costs.usd < 1 else f"{least}${costs.usd:,.2f}"


def _thread_row(chapter: Chapter) -> list[str]:
    told, name = chapter.told, name_of(chapter.told.id)
    expires = "" if told.expires_at is None else time_text(told.expires_at)
    jobs = told.jobs
    words = {"lost": jobs.lost, "nobody waits": jobs.unattended, "failed": jobs.failed}
    words |= {"unknown to the server": jobs.unknown, "late": jobs.late}
    words |= {"answer not taken": jobs.unclaimed}
    words |= {"open": jobs.open, "ended": jobs.ended}
    return [
        f'<a href="#{name}">{escape(chapter.title)}</a>',
        escape(told.id.scope.session_id),
        f"{told.costs.turns}",
        f"{told.costs.sent_again or ''}",
        cost_text(told.costs),
        expires,
        ", ".join(f"{count} {word}" for word, count in words.items() if count),
    ]


def _job_row(chapter: Chapter, told: ToldJob) -> list[str]:
    job = told.job
    status = f"{job.status.replace('_', ' ')} ({state_of(job, told.now)})"
    name = name_of(chapter.told.id)
    return [
        escape(job.key),
        f'<a href="#{name}">{escape(chapter.title)}</a>',
        escape(status.replace("_", " ")),
        time_text(job.created_at),
        "" if not job.is_over else time_text(told.span[1]),
    ]


def _chapter(chapter: Chapter, *, hide_content: bool) -> Iterator[str]:
    name = name_of(chapter.told.id)
    yield f'<section><h2 id="{name}">{escape(chapter.title)}</h2>'
    numbers = {turn.record.key: i for i, turn in enumerate(chapter.turns, 1)}
    for number, turn in enumerate(chapter.turns, 1):
        yield _heading(turn, number, numbers.get(turn.link_to, 0), name)
        content = chapter.contents.get(turn.record.key)
        if content is None:
            yield "<p>Nothing of what was said is kept.</p>"
            continue
        for step in (*content.sent, *content.held):
            kind = str(step.get("type")).replace("_", " ")
            yield f"<h4>{escape(kind)}</h4>"
            if hide_content:
                yield f"<p>hidden · {length_of(step):,} characters</p>"
            else:
                yield f"<pre>{escape(_cut(text_of(step)))}</pre>"
    yield "</section>"


def _heading(turn: Recorded, number: int, before: int, name: str) -> str:
    record = turn.record
    words = [f"{number}", time_text(record.created_at), record.reason]
    if is_sent_again(turn):
        words.append("sent again")
    if before and before != number - 1:
        words.append(f'continues turn <a href="#{name}-{before}">{before}</a>')
    words += [escape(record.target.partition(":")[2]), escape(record.status)]
    words.append(cost_text(costs_of_turn(turn)))
    return f'<h3 id="{name}-{number}">{" · ".join(words)}</h3>'


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n(first {LONGEST:,} of {len(text):,} characters)"


def _table(head: Sequence[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield "<table><thead><tr>"
    yield "".join(f"<th>{word}</th>" for word in head)
    yield "</tr></thead><tbody>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</tbody></table>"
