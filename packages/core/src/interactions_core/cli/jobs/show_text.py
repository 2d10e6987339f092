"""What `interactions jobs show` prints: all that is known of a job, and how what it was asked begins."""

import time
from collections.abc import Iterator
from typing import Final

import click

from interactions_core.canonical import JsonObject
from interactions_core.cli.printing.job_words import (
    ToldJob,
    deadline_text,
    held_text,
    next_text,
    owner_text,
    server_text,
    status_style,
    status_text,
    took_text,
)
from interactions_core.cli.printing.output import shown, shown_time
from interactions_core.cli.printing.table import painted
from interactions_core.counted import counted
from interactions_core.explaining.content import length_of, text_of
from interactions_core.process.owners import describe_owner
from interactions_core.records.jobs.job_events import JobEvent

_LABEL: Final = 13
_LONGEST: Final = 200
"""Characters of what was asked that are shown."""

_WORD: Final = 9
"""The longest word of a history."""


def shown_lines(told: ToldJob, *, local: bool, asked: str = "") -> Iterator[str]:
    """Write a job as lines of a terminal, with colours; the history comes last.

    Args:
        told: The job.
        local: Whether times are those of this machine.
        asked: How what it was asked begins, or how long that is; "" for nothing kept.
    """
    facts = _facts(told, local=local)
    for name, value in {**facts, "asked": asked}.items():
        if value:
            text = shown(value)
            style = status_style(told) if name == "status" else ""
            yield f"{name + ':':<{_LABEL}}{painted(text, style)}"
    if told.events:
        yield "history:"
    for each in told.events:
        yield f"  {_event_text(each, local=local)}".rstrip()


def asked_text(step: JsonObject | None, *, hide_content: bool) -> str:
    """Say how what a job was asked begins; "" where nothing of it is kept.

    Args:
        step: What was said to the model or agent.
        hide_content: Whether to tell its length in place of it.
    """
    if step is None:
        return ""
    if hide_content:
        return f"hidden, {counted(length_of(step), 'character')}"
    text = " ".join(text_of(step).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _facts(told: ToldJob, *, local: bool) -> dict[str, str]:
    job = told.job

    def at(seconds: float) -> str:
        return _day_and_time(seconds, local=local) if seconds else ""

    left = deadline_text(told)
    return {
        "job": job.key,
        "status": status_text(told),
        "next": next_text(told),
        "interaction": job.interaction_id or "not known",
        "target": job.target,
        "session": job.scope.session_id,
        "thread": job.scope.thread_id,
        "checkpoint": job.place.checkpoint_id if job.place else "",
        "owner": owner_text(told),
        "creates": str(job.attempts),
        "interrupts": str(job.interrupts or ""),
        "trace": job.trace.trace_id if job.trace else "",
        "begun": at(job.created_at),
        "took": took_text(told),
        "server": server_text(told, at),
        "held": held_text(told, at),
        "deadline": f"{at(job.deadline_at)}{f' ({left})' if left else ''}",
        "handed on": at(job.handed_on_at),
        "consumed": at(job.consumed_at),
        "kept until": at(job.forget_at),
    }


def _event_text(event: JobEvent, *, local: bool) -> str:
    when = click.style(f"{shown_time(event.at, local=local):>15}", dim=True)
    who = shown(describe_owner(event.owner))
    return f"{when}  {event.what:<{_WORD}}  {who}"


def _day_and_time(seconds: float, *, local: bool) -> str:
    at = time.localtime(seconds) if local else time.gmtime(seconds)
    return time.strftime("%Y-%m-%d %H:%M:%S", at) + ("" if local else "Z")
