"""`interactions jobs`: what is typed, and what is called."""

import time

import click

from interactions_core.cli.arguments.clients import client
from interactions_core.cli.arguments.stores import found_option, named_option, opened
from interactions_core.cli.jobs.listing import list_, show
from interactions_core.cli.jobs.watch import watch
from interactions_core.cli.printing.output import echo
from interactions_core.services import job_commands


@click.group()
def jobs() -> None:
    """Look after background jobs.

    Jobs are read from a session store; what asks the API takes its key and its
    address from the environment, as google-genai does.
    """


jobs.add_command(list_)
jobs.add_command(show)
jobs.add_command(watch)


@jobs.command()
@found_option
@click.argument("job")
def cancel(sessions: str, job: str) -> None:
    """Cancel JOB on the server.

    Whoever waits for it hears of it with the next look. The exit status is 1 if there
    was nothing to cancel.
    """
    with opened(sessions) as store, client() as api:
        now = time.time()
        if not job_commands.cancel_job(store, api, echo, job, now=now):
            raise click.exceptions.Exit(1)


@jobs.command()
@named_option
def clean(sessions: str) -> None:
    """Forget the jobs whose time is over."""
    with opened(sessions) as store:
        job_commands.clean_jobs(store, echo, now=time.time())
