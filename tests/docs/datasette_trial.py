"""Asks the canned queries of the real Datasette, over HTTP, on a copy of a store.

python -m tests.docs.datasette_trial; `nox -s datasette` installs what it needs. The
store has a conversation with the emulator, and random turns and jobs beside it.
"""

import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

import yaml
from langchain_core.messages import HumanMessage

from interactions_core import open_store
from interactions_core.cli.db import db
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.docs.pages import ROOT
from tests.docs.random_store import fill
from tests.patience import PATIENCE_S
from tests.postgres import free_port

METADATA: Final = ROOT / "examples" / "datasette" / "metadata.yaml"
_DRIFTS: Final = "hours_left"
"""What says something else a moment later."""


def main() -> None:
    """Print for each query how many rows came, and fail where they are not the copy's."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        _make_copy(Path(folder) / "state.db", copy)
        queries = yaml.safe_load(METADATA.read_text("utf-8"))["databases"]["copy"]
        with _datasette(copy) as url:
            for name, query in queries["queries"].items():
                found = _ask(f"{url}/copy/{name}.json?_shape=array")
                said = _rows(copy, query["sql"])
                assert found, f"{name} found nothing"
                assert _steady(found) == _steady(said), (name, found, said)
                first = json.dumps(found[0])
                sys.stdout.write(f"{name:<18} {len(found):>4} rows  {first:.160}\n")


def _make_copy(path: Path, copy: Path) -> None:
    sessions = f"sqlite:///{path}"
    with Emulator() as emulator:
        model = ChatInteractions(
            model="gemini-3.8-flash",
            base_url=emulator.url,
            api_key="any",
            sessions=sessions,
        )
        history: list[Any] = [HumanMessage("My name is Ada.")]
        history += [model.invoke(history), HumanMessage("What is my name?")]
        model.invoke(history)
        model.close()
    fill(open_store(sessions), random.Random(1), now=time.time())
    command = ["copy", "--without-content", str(copy), "--sessions", sessions]
    db.main(command, standalone_mode=False)


@contextmanager
def _datasette(copy: Path) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "datasette",
        str(copy),
        "--metadata",
        str(METADATA),
    ]
    process = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        give_up = time.monotonic() + PATIENCE_S
        while not _answers(url):
            assert process.poll() is None, "Datasette does not start"
            assert time.monotonic() < give_up, "Datasette does not answer"
            time.sleep(0.1)
        version = _ask(f"{url}/-/versions.json")["datasette"]["version"]
        sys.stdout.write(f"Datasette {version}\n")
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _answers(url: str) -> bool:
    try:
        _ask(f"{url}/-/versions.json")
    except URLError:
        return False
    return True


def _ask(url: str) -> Any:
    with urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310
        return json.load(answer)


def _rows(copy: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(copy)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(query, {"_now_epoch": time.time()})
        return [dict(row) for row in found]


def _steady(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{n: v for n, v in row.items() if n != _DRIFTS} for row in rows]


if __name__ == "__main__":
    main()
