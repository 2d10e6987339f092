"""`interactions jobs list` and `jobs show`: what is typed, and what is called."""

import json
import shlex
import time

import click

from interactions_core.cli.arguments.filters import tenant_option
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.arguments.unknown_names import say_unmatched
from interactions_core.cli.jobs.job_json import job_json, jobs_json, shown_json
from interactions_core.cli.jobs.list_text import job_lines
from interactions_core.cli.jobs.show_text import asked_text, shown_lines
from interactions_core.cli.printing.job_words import told_jobs
from interactions_core.cli.printing.output import (
    color_option,
    colour,
    is_cut,
    json_option,
    jsonl_option,
    local_option,
    long_option,
    shown,
    width,
    write,
)
from interactions_core.counted import counted
from interactions_core.explaining.asked import asked_step
from interactions_core.records.jobs.job import has_failed
from interactions_core.services.job_commands import find_job


@click.command("list")
@found_option
@click.option("--thread", metavar="ID", help="Only the jobs of this thread.")
@tenant_option("Only the jobs")
@click.option(
    "--all", "everything", is_flag=True, help="Also those that were consumed."
)
@json_option
@jsonl_option
@long_option
@local_option
@color_option
def list_(
    sessions: StoreName,
    *,
    thread: str | None,
    tenant: str | None,
    everything: bool,
    as_json: bool,
    as_jsonl: bool,
    long: bool,
    local: bool,
    color: str,
) -> None:
    """Print a line for each job, the newest first, and what to do about them.

    AGENT is the agent or model that was asked, RUN the server's id of what it does.
    ASKED is when the job was begun, TOOK how long it took until its run was over, or
    has taken until now, DEADLINE how long it may take yet, OWNER who waits for it.
    """
    now = time.time()
    with opened(sessions.url, read_only=True) as store:
        every = store.list_jobs(thread_id=thread)
        jobs = [j for j in every if tenant in {None, j.scope.session_id}]
        kept = [job for job in jobs if everything or not job.consumed_at]
        found = told_jobs(store, kept, now)
        is_filtered = thread is not None or tenant is not None
        others = len(store.list_jobs()) if is_filtered else len(jobs) - len(kept)
        if not jobs:
            say_unmatched(store, thread=thread, tenant=tenant)
    if as_jsonl:
        for each in found:
            click.echo(json.dumps(job_json(each)))
    elif as_json:
        click.echo(json.dumps(jobs_json(found, now)))
    elif not found:
        click.echo(_nothing(others, filtered=is_filtered))
    else:
        lines = job_lines(found, width=width(), is_cut=is_cut(), long=long, local=local)
        write(lines, color=colour(color))


@click.command()
@found_option
@click.argument("job")
@click.option("--hide-content", is_flag=True, help="Tell lengths in place of texts.")
@json_option
@local_option
@color_option
def show(
    sessions: StoreName,
    job: str,
    *,
    hide_content: bool,
    as_json: bool,
    local: bool,
    color: str,
) -> None:
    """Print what is known of JOB, what became of it when, and what it was asked.

    Of that only the beginning is printed, and nothing with --json.

    JOB is a key, the id of a run, or the beginning of either. Of a thread the only job
    is meant that is not over, or else the newest. The exit status is 1 if it has failed
    or its create was lost.
    """
    with opened(sessions.url, read_only=True) as store:
        [told] = told_jobs(store, [find_job(store, job)], time.time())
        kept = store.get_job(told.job.key)
        if job == told.job.scope.thread_id:
            _say_others(len(store.list_jobs(thread_id=job)) - 1, job)
    if as_json:
        click.echo(json.dumps(shown_json(told)))
    else:
        step = asked_step(kept) if kept else None
        asked = asked_text(step, hide_content=hide_content)
        write(shown_lines(told, local=local, asked=asked), color=colour(color))
    if told.state == "lost" or has_failed(told.job):
        raise click.exceptions.Exit(1)


def _say_others(others: int, thread: str) -> None:
    """Say on stderr that a thread has further jobs."""
    if others:
        listed = f"interactions jobs list --all --thread {shlex.quote(thread)}"
        has = f"this thread has {counted(others, 'further job')}"
        click.echo(f"{has}: {shown(listed)}", err=True)


def _nothing(others: int, *, filtered: bool) -> str:
    if not others:
        return "no jobs"
    if filtered:
        return f"no job matches; {others} without the filter"
    were = "was" if others == 1 else "were"
    return f"no jobs; {counted(others, 'job')} that {were} consumed with --all"
