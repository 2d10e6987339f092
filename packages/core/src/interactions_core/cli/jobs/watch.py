"""`interactions jobs watch`: what is typed, and what is called."""

import contextlib
import sys
import threading
from typing import TYPE_CHECKING

import click

from interactions_core.cli.arguments.clients import client, resume_named
from interactions_core.cli.arguments.stores import (
    CREATE_HINT,
    StoreName,
    account_option,
    app_dir_option,
    create_option,
    found_option,
    opened,
    resume_option,
)
from interactions_core.cli.printing.output import echo
from interactions_core.cli.serving import (
    grace_option,
    health_host_option,
    health_port_option,
    health_served,
    opened_when_free,
    serve_until_told,
    told_while_starting,
    unusable_store,
)
from interactions_core.services.health import Health
from interactions_core.services.job_watcher import JobWatcher
from interactions_core.services.measure_export import export_measures
from interactions_core.services.running.outages import Outage
from interactions_core.stores import SessionStore

if TYPE_CHECKING:
    from interactions_core.cli.jobs.live_table import LiveJobs


@click.command()
@found_option
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
@told_while_starting()
def watch(
    sessions: StoreName,
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
    waited out. On a terminal the open jobs are shown below what is said: WAITS is who
    waits for one, SINCE for how long, TOOK for how long the job has run. Where the
    process has a meter provider of OpenTelemetry, that is told the numbers of /metrics.

    The exit status is 1 for a store that cannot be used and, with --until-idle, if jobs
    of another owner are left that nobody waits for, unless --account names whose are
    watched. It is 3 if a graph had to be left to others when the time to end was over.
    """
    outage = Outage()
    resumes = resume_named(resume, app_dir)
    store_of = opened(
        sessions.url,
        must_exist=not create,
        hint=CREATE_HINT,
        open_=lambda url: opened_when_free(url, outage),
    )
    with unusable_store(), store_of as store, client(account) as api:
        # Without a key nothing would be watched; nobody is to take it for ready.
        api.sdk()
        over = threading.Event()
        live = _live(store)
        watcher = JobWatcher(
            store,
            api,
            resume=resumes,
            write=live.write if live else echo,
            pause=over.wait,
            outage=outage,
        )
        health = Health(store, lag=watcher.lag_s)

        def stop() -> None:
            health.end()
            watcher.stop()
            over.set()

        with health_served(health, health_host, health_port), export_measures(store):
            is_told = serve_until_told(
                lambda: _work(watcher, live, until_idle=until_idle),
                stop=stop,
                leave=watcher.leave,
                grace=grace,
                last=live.end if live else None,
            )
    if until_idle and watcher.unserved and not account and not is_told:
        raise click.exceptions.Exit(1)


def _work(watcher: JobWatcher, live: "LiveJobs | None", *, until_idle: bool) -> None:
    # Signals are caught from here on, so that the terminal is given back.
    with live.running() if live else contextlib.nullcontext():
        watcher.run(until_idle=until_idle)


def _live(store: SessionStore) -> "LiveJobs | None":
    """Return what shows the open jobs, where somebody looks."""
    if not sys.stdout.isatty():
        return None
    # Nothing else needs rich, which takes as long to import as a list to print.
    from interactions_core.cli.jobs.live_table import LiveJobs  # noqa: PLC0415

    return LiveJobs(store)
