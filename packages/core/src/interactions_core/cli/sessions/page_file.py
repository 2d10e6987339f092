"""Writes conversations into one file that a browser shows."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from interactions_core.cli.arguments.files import new_place
from interactions_core.cli.printing.export_file import ExportFile
from interactions_core.cli.printing.names import store_text
from interactions_core.cli.printing.output import shown, shown_size
from interactions_core.cli.sessions.list_text import name_text
from interactions_core.counted import counted
from interactions_core.records.conversations import Conversation
from interactions_core.stores import SessionStore

html_option = click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=new_place,
    metavar="FILE",
    help="Write a page of all branches into a file, which a browser shows without a "
    "network.",
)

all_threads_option = click.option(
    "--all-threads",
    is_flag=True,
    help="With --html: every conversation, with an overview.",
)


def write_page(
    path: Path,
    store: SessionStore,
    url: str,
    found: Sequence[Conversation],
    *,
    tenant: str | None = None,
    hide_content: bool = False,
) -> None:
    """Write a page of conversations, and say where it is.

    Args:
        path: The file; nobody else may read it, and it is there once it is whole.
        store: Where they are.
        url: What was typed for it.
        found: The conversations.
        tenant: Only of this session; `None` for all.
        hide_content: Whether to leave out what was said.
    """
    # Only whoever wants one waits for what makes pages.
    from interactions_core.page.html import page_file  # noqa: PLC0415
    from interactions_core.page.reading import View  # noqa: PLC0415

    view = View(
        store=store,
        url=store_text(url),
        now=time.time(),
        tenant=tenant,
        hide_content=hide_content,
    )
    text = page_file(view, found).encode("utf-8", "replace")
    with ExportFile(path, "html") as file:
        file.write(text)
    what = counted(len(found), "conversation")
    if len(found) == 1:
        what += f", {shown(name_text(found[0]))}"
    click.echo(f"{shown(str(path))}: {what}, {shown_size(len(text))}", err=True)
