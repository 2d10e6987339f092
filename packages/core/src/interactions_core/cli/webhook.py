"""`interactions webhook`: what is typed, and what is served."""

import contextlib
import socket
import time
from dataclasses import dataclass
from typing import Any

import click

from interactions_core.cli.arguments.clients import resume_named
from interactions_core.cli.arguments.files import typed_wrong
from interactions_core.cli.arguments.stores import (
    CREATE_HINT,
    StoreName,
    app_dir_option,
    create_option,
    found_option,
    opened,
    resume_option,
)
from interactions_core.cli.arguments.subcommands import NearGroup
from interactions_core.cli.printing.output import echo
from interactions_core.cli.serving import (
    grace_option,
    look_into,
    opened_when_free,
    serve_until_told,
    told_while_starting,
    unusable_store,
)
from interactions_core.extras import require
from interactions_core.records.jobs.job import Job
from interactions_core.services.graph_resumer import Resume, Resumer
from interactions_core.services.health import Health
from interactions_core.services.health_server import with_health
from interactions_core.services.measure_export import export_measures
from interactions_core.services.running.leaving import release_leases
from interactions_core.services.running.outages import Outage
from interactions_core.services.sweeper import Sweeper
from interactions_core.services.webhook_verification import Trust
from interactions_core.services.webhooks import WebhookReceiver
from interactions_core.stores.protocols.sessions import SessionStore


@click.group(cls=NearGroup)
def webhook() -> None:
    """Hear from the API when background jobs are over."""


@webhook.command()
@found_option
@create_option
@click.option(
    "--audience",
    default="",
    metavar="URL",
    help="This receiver's address, as the API was given it: believes its tokens.",
)
@click.option(
    "--secrets",
    default="",
    envvar="INTERACTIONS_WEBHOOK_SECRETS",
    show_envvar=True,
    help="Signing secrets of registered webhooks, with spaces between them. Better "
    "given in the environment, where nobody sees them.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    default=8080,
    type=click.IntRange(0, 65_535),
    show_default=True,
    help="0 takes a free one.",
)
@resume_option
@app_dir_option
@grace_option
@told_while_starting()
def serve(
    sessions: StoreName,
    *,
    create: bool,
    audience: str,
    secrets: str,
    host: str,
    port: int,
    resume: str | None,
    app_dir: str,
    grace: float,
) -> None:
    """Serve a receiver of webhooks, until SIGTERM or Ctrl-C.

    Deliveries may come to any path; GET has /livez, /readyz and /metrics. With --resume, threads that wait for a job go on
    here when it is over. An outage of the session store is waited out; meanwhile
    deliveries are refused with 503, so that they come again.

    The exit status is 1 for a store that cannot be used, and 3 if a graph had to be
    left to others when the time to end was over.
    """
    uvicorn = require("webhooks", "uvicorn", what="serving a receiver")
    with typed_wrong():
        trust = Trust(secrets=secrets.split(), audience=audience)
    resumes = resume_named(resume, app_dir)
    outage = Outage()
    store_of = opened(
        sessions.url,
        must_exist=not create,
        hint=CREATE_HINT,
        open_=lambda url: opened_when_free(url, outage),
    )
    with (
        unusable_store(),
        store_of as store,
        contextlib.closing(_listening(host, port)) as sock,
    ):
        look_into(store, outage)
        service = _make_service(uvicorn, store, trust, resumes, outage)

        def work() -> None:
            click.echo(f"receiving at http://{host}:{sock.getsockname()[1]}")
            service.work(sock)

        with export_measures(store):
            serve_until_told(work, stop=service.stop, leave=service.leave, grace=grace)


@dataclass(frozen=True, slots=True)
class _Service:
    """A receiver, and what goes on with the graphs whose jobs are over.

    Attributes:
        server: uvicorn's, which has the receiver for its application.
        sweeper: Looks for graphs of which nobody told; `None` where none is gone on with.
    """

    store: SessionStore
    server: Any
    resumer: Resumer
    sweeper: Sweeper | None
    health: Health

    def work(self, sock: socket.socket) -> None:
        """Serve until it is stopped, in a thread that is not the main one."""
        if self.sweeper:
            self.sweeper.start()
        # In this thread, it leaves signals alone.
        self.server.run(sockets=[sock])
        self.stop()
        if self.sweeper:
            self.sweeper.join()

    def stop(self) -> None:
        """Take nothing on any more."""
        self.health.end()
        self.resumer.stop()
        if self.sweeper:
            self.sweeper.stop()
        self.server.should_exit = True

    def leave(self) -> None:
        """Leave to others what is not done when the time to end is over."""
        self.resumer.leave()
        release_leases(self.store, time.time())


def _make_service(
    uvicorn: Any,  # noqa: ANN401 - an extra brings it
    store: SessionStore,
    trust: Trust,
    resumes: Resume | None,
    outage: Outage,
) -> _Service:
    resumer = Resumer(store, resumes or _nothing, write=echo)
    sweeper = Sweeper(resumer, outage) if resumes else None
    receiver = WebhookReceiver(
        store, trust, on_job=resumer if resumes else None, outage=outage
    )
    health = Health(store, lag=sweeper.lag_s if sweeper else None, is_decisive=False)
    server = uvicorn.Server(
        # A receiver needs no WebSockets, and old releases fail on new libraries.
        uvicorn.Config(with_health(receiver, health), log_level="warning", ws="none")
    )
    return _Service(store, server, resumer, sweeper, health)


def _nothing(_: Job) -> bool:
    return False


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as exc:
        msg = f"cannot listen at {host}:{port}: {exc.strerror}"
        raise click.ClickException(msg) from exc
