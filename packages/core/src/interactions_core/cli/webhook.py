"""`interactions webhook`: what is typed, and what is served."""

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Generator
from typing import Final

import click

from interactions_core.cli.sessions import (
    CREATE_HINT,
    app_dir_option,
    create_option,
    opened,
    resume_named,
    resume_option,
    sessions_option,
)
from interactions_core.exceptions import StoreError
from interactions_core.extras import require
from interactions_core.services.graph_resumer import Resumer
from interactions_core.services.webhook_verification import Trust
from interactions_core.services.webhooks import WebhookReceiver

logger: Final = logging.getLogger("interactions_core")

SWEEP_S: Final = 5.0
"""How often graphs are looked for that no delivery has resumed, in seconds."""


@click.group()
def webhook() -> None:
    """Hear from the API when background jobs are over."""


@webhook.command()
@sessions_option
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
def serve(
    sessions: str,
    *,
    create: bool,
    audience: str,
    secrets: str,
    host: str,
    port: int,
    resume: str | None,
    app_dir: str,
) -> None:
    """Serve a receiver of webhooks that updates the session store.

    Deliveries may come to any path. With --resume, threads that wait for a job go on
    here when it is over.
    """
    uvicorn = require("webhooks", "uvicorn", what="serving a receiver")
    trust = Trust(secrets=secrets.split(), audience=audience)
    resumes = resume_named(resume, app_dir)
    store_of = opened(sessions, must_exist=not create, hint=CREATE_HINT)
    with store_of as store, contextlib.ExitStack() as stack:
        resumer = None
        if resumes is not None:
            resumer = Resumer(store, resumes, write=click.echo)
            stack.enter_context(_sweeping(resumer))
        sock = stack.enter_context(_listening(host, port))
        click.echo(f"receiving at http://{host}:{sock.getsockname()[1]}")
        receiver = WebhookReceiver(store, trust, on_job=resumer)
        server = uvicorn.Server(
            # A receiver needs no WebSockets, and old releases fail on new libraries.
            uvicorn.Config(receiver, log_level="warning", ws="none")
        )
        # The server ends what it serves, and then signals once more what it was sent.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[sock])


@contextlib.contextmanager
def _sweeping(resumer: Resumer) -> Generator[None]:
    """Resume beside what goes on; a delivery may come when somebody else watches."""
    over = threading.Event()

    def sweep() -> None:
        while not over.wait(SWEEP_S):
            try:
                resumer.sweep()
            except StoreError:
                # A database that was away for a moment is there for the next sweep.
                logger.exception("graphs were not looked for")

    thread = threading.Thread(target=sweep, name="interactions-resumer")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as exc:
        msg = f"cannot listen at {host}:{port}: {exc.strerror}"
        raise click.ClickException(msg) from exc
