"""What commands do about the list of deletions that is kept outside the database.

Nothing here parses arguments or opens stores; that is the command line's part.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol, cast

from interactions_core.counted import counted
from interactions_core.exceptions import ConfigurationError
from interactions_core.records.erased import (
    ErasedLine,
    outstanding,
    read_line,
    write_line,
)
from interactions_core.records.erasures import Erasure
from interactions_core.stores.sql.deletion.deletion_rows import thread_digest
from interactions_core.stores.sql.deletion.erased_log import find_secret, store_name
from interactions_core.stores.sql.store import SqlStore

Write = Callable[[str], object]
"""Prints one line."""

_NAMELESS: Final = "which has no name yet"

GROUP: Final = "interactions_core.checkpoints"
"""Entry points of this group take a store and return its `CheckpointEraser`."""


class CheckpointEraser(Protocol):
    """Erases what a checkpointer keeps in the database of a store."""

    def list_threads(self) -> list[str]:
        """Return the ids of all threads that have checkpoints or writes."""
        ...

    def delete_thread(self, thread_id: str) -> None:
        """Erase a thread's checkpoints and its sessions, in one transaction."""
        ...


def list_deletions(store: SqlStore, write: Write) -> int:
    """Print what a store knows of deletions, a line each as its list outside has it.

    Threads are named by keyed hashes, from which their ids cannot be read: the store
    itself knows no more of them.

    Returns:
        How many there are, with what is still to be deleted.
    """
    deletions, erasures = store.list_deletions(), store.list_erasures()
    if not deletions and not erasures:
        # A store that nothing was written to has no name yet.
        return 0
    name = store_name(store.secret())
    for each in deletions:
        line = ErasedLine(
            name, each.at, digest=each.digest, mark=each.mark, checkpoints=True
        )
        write(write_line(line))
    if erasures:
        at = max(each.created_at for each in erasures)
        write(write_line(ErasedLine(name, at, erasures=tuple(erasures))))
    return len(deletions) + len(erasures)


def erase_again(
    store: SqlStore,
    path: Path,
    write: Write,
    *,
    name: str | None = None,
    dry_run: bool = False,
) -> bool:
    """Delete again what a restore has brought back.

    Nobody is asked on the server; what is to be deleted there is listed.

    Args:
        store: What was restored; where `dry_run` is set it may be read only.
        path: The list of deletions.
        write: Prints a line.
        name: Of which store the lines are, where a backup is from before its first
            deletion; by default of this one.
        dry_run: Only say what would be deleted.

    Returns:
        Whether all that the list says of this store is done.

    Raises:
        ConfigurationError: There are checkpoints to erase, and what can do it is not
            installed.
        OSError: The list cannot be read.
    """
    lines, unreadable = _read(path)
    for number in unreadable:
        write(f"{path}, line {number}: no deletion, perhaps cut off; not applied")
    born = find_secret(store.database)
    secret = born or (b"" if dry_run else store.secret())
    own = store_name(secret) if secret else _NAMELESS
    mine = [line for line in lines if line.store == (name or own)]
    others = {line.store for line in lines} - {name or own}
    due = _due(store, mine, lambda thread: thread_digest(secret, thread))
    if dry_run:
        _list(due, write)
    else:
        _carry_out(store, due, write)
    if others:
        write(_of_others(own, mine, others))
    return not unreadable and bool(mine or not others)


@dataclass(frozen=True, slots=True)
class _Due:
    """What is to be deleted again.

    Attributes:
        threads: Those that are there, and whether their checkpoints are meant.
        erasures: What is to be deleted on the server.
        eraser: Erases checkpoints, where there are any to erase.
    """

    threads: Mapping[str, bool]
    erasures: Sequence[Erasure]
    eraser: CheckpointEraser | None


def _due(
    store: SqlStore, mine: Sequence[ErasedLine], digest_of: Callable[[str], bytes]
) -> _Due:
    left = outstanding(mine, store.list_deletions(), digest_of=digest_of)
    eraser = _eraser_of(store, needed=any(line.checkpoints for line in left))
    sessions = store.list_threads()
    threads = {*sessions, *(eraser.list_threads() if eraser else ())}
    erasures = [each for line in left for each in line.erasures]
    return _Due(_found(left, threads, digest_of), erasures, eraser)


def _list(due: _Due, write: Write) -> None:
    for thread in sorted(due.threads):
        write(f"thread {thread!r}: to be erased")
    if not due.threads:
        write("no thread is to be erased")


def _carry_out(store: SqlStore, due: _Due, write: Write) -> None:
    store.add_erasures(due.erasures)
    for thread, checkpoints in sorted(due.threads.items()):
        _erase(store, due.eraser if checkpoints else None, thread)
        write(f"thread {thread!r}: erased again")
    listed = {each.interaction_id for each in due.erasures}
    write(_summary(len(due.threads), len(listed)))


def _read(path: Path) -> tuple[list[ErasedLine], list[int]]:
    """Return the lines, and the numbers of those that are none."""
    lines: list[ErasedLine] = []
    unreadable: list[int] = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                lines.append(read_line(text))
            except ValueError:
                unreadable.append(number)
    return lines, unreadable


def _found(
    lines: Iterable[ErasedLine],
    threads: Iterable[str],
    digest_of: Callable[[str], bytes],
) -> dict[str, bool]:
    """Return the threads that are there, and whether their checkpoints go as well."""
    by_digest = {digest_of(thread): thread for thread in threads}
    found: dict[str, bool] = {}
    for line in lines:
        digest = line.digest if line.thread_id is None else digest_of(line.thread_id)
        thread = by_digest.get(digest) if line.mark else None
        if thread is not None:
            found[thread] = found.get(thread, False) or line.checkpoints
    return found


def _erase(store: SqlStore, eraser: CheckpointEraser | None, thread: str) -> None:
    if eraser is None:
        store.delete_thread(thread)
    else:
        eraser.delete_thread(thread)


def _eraser_of(store: SqlStore, *, needed: bool) -> CheckpointEraser | None:
    if not needed:
        return None
    for point in entry_points(group=GROUP):
        # What the group promises.
        return cast("Callable[[SqlStore], CheckpointEraser]", point.load())(store)
    msg = (
        "the list has threads with checkpoints, which interactions-langgraph erases, "
        "and it is not installed here; nothing was erased"
    )
    raise ConfigurationError(msg)


def _summary(threads: int, erasures: int) -> str:
    if not erasures:
        return f"{counted(threads, 'thread')} erased again"
    return (
        f"{counted(threads, 'thread')} erased again, "
        f"{counted(erasures, 'interaction')} listed to be deleted on the server: "
        "interactions erase --pending"
    )


def _of_others(own: str, mine: Sequence[ErasedLine], others: Iterable[str]) -> str:
    said = f"not applied: lines of other stores ({', '.join(sorted(others))})"
    if mine:
        return said
    return (
        f"{said}, and there is none of this one ({own}): is it the right list? A backup "
        "from before the first deletion has another name: say with --store which it is"
    )
