"""A private PostgreSQL server for a run of the tests, and databases in it.

`INTERACTIONS_POSTGRES_URL` names a server that is there already; its user must be
allowed to create schemas.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.patience import PATIENCE_S

GIVEN = "INTERACTIONS_POSTGRES_URL"
PASSWORD = "plugh-secret-8417"  # noqa: S105  no real one

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
"""Nothing here has to survive a power cut; a killed process loses nothing."""


def find_binaries() -> Path | None:
    """Find the folder with `initdb` and `postgres`."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    for folder in ([Path(on_path).resolve().parent] if on_path else []) + installed:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


class Server:
    """A server on a loopback port, in a folder of its own.

    Args:
        binaries: Where its programs are.
        folder: An empty folder that is its own.
        settings: Of the server.
        follows: A running server whose standby it is.
        port: A free one if none is given.
    """

    def __init__(
        self,
        binaries: Path,
        folder: Path,
        settings: Mapping[str, str] = SETTINGS,
        *,
        follows: "Server | None" = None,
        port: int | None = None,
    ) -> None:
        self._binaries = binaries
        self._folder = folder
        self._settings = settings
        self._owner = _owner()
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port or free_port()
        # The server does not run as root.
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
        if follows is None:
            self._run(
                "initdb", "-D", "data", "-U", "tests", "-A", "trust", "-E", "UTF8",
                "--locale", "C.UTF-8", "--no-sync", "--no-instructions",
            )  # fmt: skip
        else:
            self._run(
                "pg_basebackup", "-D", "data", "-d", follows.url, "-R",
                "--checkpoint=fast", "--no-sync",
            )  # fmt: skip

    @property
    def url(self) -> str:
        return f"postgresql://tests:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._binaries / "postgres", "-D", "data", "-p", str(self.port),
                    "-k", self._folder, *options,
                ],
                cwd=self._folder, stdout=log, stderr=log, **self._identity(),
            )  # fmt: skip
        give_up = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < give_up, "PostgreSQL does not start"
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it with all its sessions; at once, as a crash would, or with SIGINT."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_S)
        self._process = None

    @property
    def log(self) -> Path:
        """What the server says."""
        return self._folder / "log"

    @property
    def folder(self) -> Path:
        """Where the files of all tables lie."""
        return self._folder / "data" / "base"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            cwd=self._folder, capture_output=True, text=True, check=False,
            **self._identity(),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def _identity(self) -> dict[str, Any]:
        if not self._owner:
            return {}
        user, group = self._owner.pw_uid, self._owner.pw_gid
        return {"user": user, "group": group, "extra_groups": []}


def _owner() -> pwd.struct_passwd | None:
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def free_port() -> int:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """Run a server for as long as the block; skip where none is installed."""
    binaries = find_binaries()
    if binaries is None:
        explain_absence()
        return
    # Not below pytest's folders, which only their owner may enter.
    with tempfile.TemporaryDirectory(
        prefix="postgres-", ignore_cleanup_errors=True
    ) as name:
        server = Server(binaries, Path(name), SETTINGS | settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def explain_absence() -> None:
    reason = (
        "no PostgreSQL server: neither `initdb` on PATH nor in /usr/lib/postgresql/*/bin, "
        f"and {GIVEN} is not set"
    )
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def fresh_schema(url: str) -> Iterator[str]:
    """Return the URL of a schema that nobody has used, and drop it at the end."""
    name = f"tests_{secrets.token_hex(8)}"
    yield f"{url}{'&' if '?' in url else '?'}schema={name}"
    if os.environ.get(GIVEN):
        drop(url, name)


def drop(url: str, prefix: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)"
        for (schema,) in connection.execute(query, (prefix,)).fetchall():
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())
