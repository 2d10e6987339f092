"""A PostgreSQL with a synchronous standby, which takes its place when it dies."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from tests.deploy_day.programs import wait_until
from tests.postgres import (
    PASSWORD,
    SETTINGS,
    Server,
    explain_absence,
    find_binaries,
    free_port,
)

SCHEMA: Final = "deploy_day"

# What is said to be committed has to be there, on both.
DURABLE: Final = SETTINGS | {"synchronous_commit": "on"}


class Pair:
    """A primary and its standby: two servers, one address."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._number = 0
        self.primary = Server(binaries, self._new_folder(), DURABLE)
        self.primary.start()
        self.standby: Server | None = None
        self._ports = (self.primary.port, free_port())

    @property
    def url(self) -> str:
        """Where services find whichever of both takes changes."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._ports)
        wanted = "target_session_attrs=read-write&connect_timeout=5"
        return (
            f"postgresql://tests:{PASSWORD}@{hosts}/postgres?{wanted}&schema={SCHEMA}"
        )

    def restart(self, how: signal.Signals) -> None:
        """End the primary with all its sessions, and start it again."""
        self.primary.stop(how)
        self.primary.start()

    def follow(self) -> None:
        """Have a standby that every commit waits for."""
        [port] = {*self._ports} - {self.primary.port}
        self.standby = Server(
            self._binaries,
            self._new_folder(),
            DURABLE,
            follows=self.primary,
            port=port,
        )
        self.standby.start()
        self._set("synchronous_standby_names", "*")
        wait_until(self._is_in_step, "the standby is synchronous")

    def fail_over(self) -> None:
        """Let the primary die and the standby take its place, alone."""
        assert self.standby is not None
        self.primary.stop(signal.SIGQUIT)
        self.primary, self.standby = self.standby, None
        # Nobody follows it yet; a change would wait for ever.
        self._set("synchronous_standby_names", "")
        with psycopg.connect(self.primary.url) as connection:
            connection.execute("SELECT pg_promote(true)")

    def close(self) -> None:
        for server in (self.standby, self.primary):
            if server is not None:
                server.stop()

    def _is_in_step(self) -> bool:
        query = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        with psycopg.connect(self.primary.url) as connection:
            return connection.execute(query).fetchone() == (1,)

    def _set(self, name: str, value: str) -> None:
        with psycopg.connect(self.primary.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
            connection.execute("SELECT pg_reload_conf()")

    def _new_folder(self) -> Path:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        return folder


@contextmanager
def running_pair() -> Iterator[Pair]:
    """Run a primary for as long as the block; skip where no server is installed."""
    binaries = find_binaries()
    if binaries is None:
        explain_absence()
        return
    with tempfile.TemporaryDirectory(
        prefix="postgres-", ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        folder.chmod(0o755)
        pair = Pair(binaries, folder)
        try:
            yield pair
        finally:
            pair.close()
