"""`interactions ui`: what is typed, and what is called."""

import threading
import time
import webbrowser
from collections.abc import Callable

import click

from interactions_core.cli.arguments.filters import tenant_option
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.arguments.unknown_names import say_unmatched
from interactions_core.cli.printing.names import store_text
from interactions_core.cli.serving import told_while_starting
from interactions_core.page.reading import View
from interactions_core.page.server import HOST, PageServer
from interactions_core.services.running.ending import run_until_told


@click.command()
@found_option
@tenant_option("Only what is")
@click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65_535),
    help="Where to listen at 127.0.0.1; a free one if none is given.",
)
@click.option("--no-open", is_flag=True, help="Print the address, open no browser.")
@click.option("--hide-content", is_flag=True, help="Tell lengths in place of texts.")
@told_while_starting()
def ui(
    sessions: StoreName,
    *,
    tenant: str | None,
    port: int,
    no_open: bool,
    hide_content: bool,
) -> None:
    """Look into a session store in a browser, until SIGTERM or Ctrl-C.

    Only this machine reaches the page, and only whoever was given its address, which
    works once. Nothing is written, and no server is asked.
    """
    with opened(sessions.url, read_only=True) as store:
        url = store_text(sessions.url)

        def view() -> View:
            return View(
                store=store,
                url=url,
                now=time.time(),
                tenant=tenant,
                hide_content=hide_content,
            )

        # Before a browser asks: a store that cannot be read is told of here.
        store.newest_key()
        say_unmatched(store, tenant=tenant)
        _serve(_listening(view, port), opens=not no_open)


def _listening(view: Callable[[], View], port: int) -> PageServer:
    try:
        return PageServer(view, port)
    except OSError as error:
        msg = f"cannot listen at {HOST}:{port}: {error.strerror}"
        raise click.ClickException(msg) from error


def _serve(server: PageServer, *, opens: bool) -> None:
    server.start()
    click.echo(f"{server.url}\nCtrl-C ends it.")
    if opens:
        webbrowser.open(server.url)
    over = threading.Event()
    run_until_told(over.wait, stop=over.set, leave=server.close)
    server.close()
