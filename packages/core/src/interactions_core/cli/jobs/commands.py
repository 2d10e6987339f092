"""`interactions jobs`: what is typed, and what is called."""

import time
from typing import Final

import click

from interactions_core.cli.arguments.clients import client
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    named_option,
    opened,
)
from interactions_core.cli.arguments.subcommands import DeferredGroup
from interactions_core.cli.printing.output import echo
from interactions_core.services import job_commands

_PLACES: Final = {
    "list": "interactions_core.cli.jobs.listing:list_",
    "show": "interactions_core.cli.jobs.listing:show",
    "watch": "interactions_core.cli.jobs.watch:watch",
}


@click.group(cls=DeferredGroup, places=_PLACES)
def jobs() -> None:
    """Look after background jobs.

    Jobs are read from a session store; what asks the API takes its key and its
    address from the environment, as google-genai does.
    """


@jobs.command()
@found_option
@click.argument("job")
def cancel(sessions: StoreName, job: str) -> None:
    """Cancel JOB on the server.

    JOB is a key, the id of a run, or the beginning of either; or a thread of which no
    more than one job is to be cancelled.

    A run that the server does not know is noted as gone: the next call looks for it once
    more before another is begun. Whoever waits for it hears of it with the next look. The
    exit status is 1 if there was nothing to cancel.
    """
    with opened(sessions.url) as store, client() as api:
        now = time.time()
        if not job_commands.cancel_job(store, api, echo, job, now=now):
            raise click.exceptions.Exit(1)


@jobs.command()
@named_option
def clean(sessions: StoreName) -> None:
    """Forget the jobs whose time is over."""
    with opened(sessions.url) as store:
        job_commands.clean_jobs(store, echo, now=time.time())
