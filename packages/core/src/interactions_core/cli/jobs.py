"""`interactions jobs`: what is typed, and what is called."""

import threading
import time

import click

from interactions_core.cli.serving import (
    grace_option,
    health_host_option,
    health_port_option,
    health_served,
    opened_when_free,
    serve_until_told,
)
from interactions_core.cli.sessions import (
    CREATE_HINT,
    account_option,
    app_dir_option,
    client,
    create_option,
    found_option,
    opened,
    resume_named,
    resume_option,
    sessions_option,
)
from interactions_core.services import job_commands
from interactions_core.services.health import Health
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.services.outages import Outage


@click.group()
def jobs() -> None:
    """Look after background jobs.

    Jobs are read from a session store; what asks the API takes its key and its
    address from the environment, as google-genai does.
    """


@jobs.command("list")
@found_option
@click.option("--thread", metavar="ID", help="Only the jobs of this thread.")
@click.option(
    "--all", "everything", is_flag=True, help="Also those that were consumed."
)
def list_(sessions: str, thread: str | None, *, everything: bool) -> None:
    """Print a line for each job: its key, status, target, thread and run."""
    with opened(sessions, read_only=True) as store:
        job_commands.list_jobs(
            store, click.echo, now=time.time(), thread_id=thread, everything=everything
        )


@jobs.command()
@found_option
@click.argument("job")
def show(sessions: str, job: str) -> None:
    """Print what is known of JOB, but for its content.

    JOB is a key, the id of a run, or the beginning of either.
    """
    with opened(sessions, read_only=True) as store:
        job_commands.show_job(store, click.echo, job, now=time.time())


@jobs.command()
@sessions_option
@click.argument("job")
def cancel(sessions: str, job: str) -> None:
    """Cancel JOB on the server.

    Whoever waits for it hears of it with the next look. The exit status is 1 if there
    was nothing to cancel.
    """
    with opened(sessions) as store, client() as api:
        now = time.time()
        if not job_commands.cancel_job(store, api, click.echo, job, now=now):
            raise click.exceptions.Exit(1)


@jobs.command()
@sessions_option
def clean(sessions: str) -> None:
    """Forget the jobs whose time is over."""
    with opened(sessions) as store:
        job_commands.clean_jobs(store, click.echo, now=time.time())


@jobs.command()
@sessions_option
@account_option
@create_option
@resume_option
@app_dir_option
@click.option(
    "--until-idle", is_flag=True, help="Stop when no job runs that nobody waits for."
)
@grace_option
@health_port_option
@health_host_option
def watch(
    sessions: str,
    *,
    account: str | None,
    create: bool,
    resume: str | None,
    app_dir: str,
    until_idle: bool,
    grace: float,
    health_port: int | None,
    health_host: str,
) -> None:
    """Wait for the jobs that nobody waits for, until SIGTERM or Ctrl-C.

    Their results are kept in the session store. With --resume, threads that wait for
    them go on here. Any number of watchers may share a store, and an outage of it is
    waited out.

    The exit status is 1 for a store that cannot be used and, with --until-idle, if jobs
    of another owner are left that nobody waits for, unless --account names whose are
    watched. It is 3 if a graph had to be left to others when the time to end was over.
    """
    outage = Outage()
    resumes = resume_named(resume, app_dir)
    store_of = opened(
        sessions,
        must_exist=not create,
        hint=CREATE_HINT,
        open_=lambda url: opened_when_free(url, outage),
    )
    with store_of as store, client(account) as api:
        over = threading.Event()
        watcher = JobWatcher(
            store,
            api,
            resume=resumes,
            write=click.echo,
            pause=over.wait,
            outage=outage,
        )

        health = Health(store, lag=watcher.lag_s)

        def stop() -> None:
            health.end()
            watcher.stop()
            over.set()

        with health_served(health, health_host, health_port):
            is_told = serve_until_told(
                lambda: watcher.run(until_idle=until_idle),
                stop=stop,
                leave=watcher.leave,
                grace=grace,
            )
    if until_idle and watcher.unserved and not account and not is_told:
        raise click.exceptions.Exit(1)
