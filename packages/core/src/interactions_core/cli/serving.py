"""What commands have in common that run until they are told to end."""

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from typing import Final

import click

from interactions_core.cli.printing.output import shown_error
from interactions_core.exceptions import StoreError
from interactions_core.services.health import Health
from interactions_core.services.health_server import HealthServer
from interactions_core.services.running.ending import GRACE_S, SIGNALS, run_until_told
from interactions_core.services.running.outages import Outage
from interactions_core.stores import SessionStore, open_store

LEFT: Final = 3
"""The exit status of a service whose time to end was over before its work was."""

grace_option = click.option(
    "--grace",
    default=GRACE_S,
    type=click.FloatRange(min=0.0),
    show_default=True,
    metavar="SECONDS",
    help="How long ending may take after SIGTERM or Ctrl-C. A graph that is still being "
    "resumed then is left at its last checkpoint, for others to go on with.",
)

health_host_option = click.option(
    "--health-host",
    default="127.0.0.1",
    show_default=True,
    help="Where --health-port listens. Whoever reaches it learns numbers and states, "
    "no content.",
)

health_port_option = click.option(
    "--health-port",
    type=click.IntRange(0, 65_535),
    help="Serves /livez, /readyz and /metrics at this port; 0 takes a free one.",
)


@contextlib.contextmanager
def told_while_starting() -> Generator[None]:
    """End a service with 0, and all closed, that is told to end before it serves.

    Until `serve_until_told` has signals, in the main thread, they interrupt whatever it
    is doing: waiting for a store that is locked, importing a graph, asking for an owner.
    """
    before = {each: signal.getsignal(each) for each in SIGNALS}
    for each in SIGNALS:
        signal.signal(each, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise click.exceptions.Exit(0) from None
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def unusable_store() -> Generator[None]:
    """End a service with 1 for a store that cannot be used; its 3 is another thing."""
    try:
        yield
    except StoreError as exc:
        raise click.ClickException(shown_error(exc)) from exc


@contextlib.contextmanager
def health_served(health: Health, host: str, port: int | None) -> Generator[None]:
    """Serve the pages of a service, where a port was given for them."""
    if port is None:
        yield
        return
    try:
        server = HealthServer(health, host, port)
    except OSError as exc:
        msg = f"cannot listen at {host}:{port}: {exc.strerror}"
        raise click.ClickException(msg) from exc
    server.start()
    click.echo(f"health at http://{host}:{server.port}")
    try:
        yield
    finally:
        server.close()


def serve_until_told(
    work: Callable[[], object],
    *,
    stop: Callable[[], object],
    leave: Callable[[], object],
    grace: float,
    last: Callable[[], object] | None = None,
) -> bool:
    """Do what a command is there for; return whether a signal has ended it.

    Where it is not over in time the process ends here, whatever its threads are doing.

    Args:
        work: What it does.
        stop: Has it end soon.
        leave: Leaves to others what it is still doing.
        grace: How long all of that may take after a signal, in seconds.
        last: Called before the process ends here.
    """
    ended = run_until_told(work, stop=stop, leave=leave, grace_s=grace)
    if ended != "left":
        return ended == "told"
    if last is not None:
        last()
    click.echo("ended before its work was over, which is left to others", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    # A thread that resumes a graph would be waited for, and go on with it.
    os._exit(LEFT)


def opened_when_free(url: str, outage: Outage) -> SessionStore:
    """Open a store for a service; a file that is locked is waited for.

    Raises:
        InteractionsError: The store cannot be opened, and waiting is of no use.
    """
    # It says with every try that the server is away, and an outage is said once.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    while True:
        try:
            return open_store(url)
        except StoreError as error:
            if outage.is_final(error):
                raise
            time.sleep(outage.note(error))


def look_into(store: SessionStore, outage: Outage) -> None:
    """Look for the first time whether a store is there.

    Raises:
        StoreError: It is not, and waiting is of no use.
    """
    try:
        store.get_job("")
    except StoreError as error:
        if outage.is_final(error):
            raise
        outage.note(error)
    else:
        outage.end()
