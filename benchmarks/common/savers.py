"""How each saver is opened in an empty place, and how many bytes it takes there.

Those on PostgreSQL get a database each, on the server of `INTERACTIONS_POSTGRES_URL`
or on a private one that does not wait for the disk. Without either they are left out.
"""

import contextlib
import dataclasses
import os
import pickle
import secrets
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import psycopg
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver

from interactions_langgraph.saver import InteractionsSaver

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.postgres import GIVEN, find_binaries, running_server

_TABLES: Final = """
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$)'
"""


@dataclasses.dataclass(frozen=True)
class Opened:
    """A saver with nothing in it.

    Attributes:
        saver: The saver.
        size: Returns how many bytes its state takes, with all tables and indexes.
    """

    saver: Any
    size: Callable[[], int]


Opener = Callable[[Path], AbstractContextManager[Opened]]
"""Opens a saver; what is kept in files lies in the given folder."""


@contextlib.contextmanager
def all_savers() -> Generator[Mapping[str, Opener]]:
    """Return how to open every saver by its name, while a server runs."""
    savers: dict[str, Opener] = {
        "InMemorySaver": _open_memory,
        "SqliteSaver": _open_theirs,
        "InteractionsSaver": _open_ours,
    }
    with _server() as url:
        if url:
            savers["PostgresSaver"] = lambda _: _open_their_database(url)
            savers["InteractionsSaver (PG)"] = lambda _: _open_our_database(url)
        else:
            print(f"no PostgreSQL server: install one, or set {GIVEN}")
        yield savers


@contextlib.contextmanager
def _server() -> Generator[str]:
    if os.environ.get(GIVEN) or find_binaries() is None:
        yield os.environ.get(GIVEN, "")
        return
    with running_server() as server:
        yield server.url


@contextlib.contextmanager
def _open_memory(_: Path) -> Generator[Opened]:
    saver = InMemorySaver()

    def size() -> int:
        # The rows of a thread are in a dictionary that cannot be pickled as it is.
        rows = [dict(each) for each in saver.storage.values()]
        return len(pickle.dumps([dict(saver.blobs), dict(saver.writes), rows]))

    yield Opened(saver, size)


@contextlib.contextmanager
def _open_theirs(folder: Path) -> Generator[Opened]:
    with SqliteSaver.from_conn_string(str(folder / "theirs.db")) as saver:

        def size() -> int:
            saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return _size_of_files(folder)

        yield Opened(saver, size)


@contextlib.contextmanager
def _open_ours(folder: Path) -> Generator[Opened]:
    with InteractionsSaver(f"sqlite:///{folder / 'ours.db'}") as saver:

        def size() -> int:
            with saver.sessions.database.reading() as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return _size_of_files(folder)

        yield Opened(saver, size)


@contextlib.contextmanager
def _open_their_database(server: str) -> Generator[Opened]:
    with _database(server) as url, PostgresSaver.from_conn_string(url) as saver:
        saver.setup()
        yield Opened(saver, lambda: _size_of_tables(url))


@contextlib.contextmanager
def _open_our_database(server: str) -> Generator[Opened]:
    with _database(server) as url, InteractionsSaver(url) as saver:
        saver.setup()
        yield Opened(saver, lambda: _size_of_tables(url))


@contextlib.contextmanager
def _database(server: str) -> Generator[str]:
    name = f"bench_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    base, mark, options = server.partition("?")
    yield f"{base.rpartition('/')[0]}/{name}{mark}{options}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _size_of_files(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _size_of_tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        [(size,)] = connection.execute(_TABLES).fetchall()
    return int(size)
