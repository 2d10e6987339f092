"""What stores and conversations are called. Pure."""

import shlex
from pathlib import Path
from typing import Final

from interactions_core.records.conversations import ConversationId
from interactions_core.records.labels import Label
from interactions_core.stores.protocols.names import LEAST_END

_SQLITE: Final = "sqlite:///"


def id_text(told: ConversationId, label: Label, *, long: bool = False) -> str:
    """Name a conversation by its id and who asks there.

    One without a thread goes by its agent, if that is known, and the end of its first
    interaction: ids of one second begin alike.
    """
    if told.scope.thread_id:
        return told.scope.thread_id
    root = told.root if long else told.root[-LEAST_END:]
    return f"({label.name or 'no thread'}) {root}".rstrip()


def store_text(url: str) -> str:
    """Name a store for people: its file without the folders, or no password."""
    if url.startswith(_SQLITE):
        return Path(url.removeprefix(_SQLITE)).name
    if "://" not in url:
        return url
    from interactions_core.stores.postgres.urls import read_url  # noqa: PLC0415

    return read_url(url).shown


def jobs_hint(told: ConversationId) -> str:
    """Say which command lists the jobs of a conversation that has no answer yet."""
    thread = told.scope.thread_id
    chosen = f" --thread {shlex.quote(thread)}" if thread else ""
    return f"its jobs: interactions jobs list{chosen}"
