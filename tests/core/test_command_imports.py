"""What a command imports before it answers: what it needs, and nothing else.

Modules are counted, and no time is taken, so that a slow machine changes nothing.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import interactions_core
from interactions_core import SqliteStore
from interactions_core.cli import root
from tests.core.looking import fill

MOST = 230
"""Modules of ours; a command that shows a turn needs about 226 of some 540, rooms among
them that are a docstring each."""

UNNEEDED = {
    # What asks the API, or awaits.
    "interactions_core.client.client", "google.genai", "asyncio",
    # Stores of other kinds.
    "interactions_core.stores.memory.store", "interactions_core.stores.postgres",
    "psycopg",
    # What looks through all that is installed.
    "importlib.metadata", "email",
    # Pages, exports and prices.
    "interactions_core.page", "interactions_core.exporting", "genai_prices", "rich",
}  # fmt: skip

CODE = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from interactions_core.cli.entry import main
main()
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("started") / "state.db"
    store = SqliteStore(path)
    fill(store)
    # As every turn of an adapter makes it.
    store.secret()
    store.close()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    "command",
    [
        "sessions list",
        "sessions list --tenant acme --json",
        "sessions list -q words --no-index",
        "sessions show trip-kyoto",
        "sessions tree support-7731 --all",
        "sessions diff last last",
        "replay last --dry-run",
        "usage --by thread",
        "jobs list --all",
        "accounts list",
    ],
)
def test_a_command_that_only_looks_imports_nothing_beside(
    command: str, url: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *command.split(), "--sessions", url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    imported = {*done.stderr.splitlines()[-1].split()}
    assert UNNEEDED & imported == set()
    ours = [name for name in imported if name.startswith("interactions_")]
    assert 0 < len(ours) <= MOST


def test_core_itself_imports_nothing_before_a_name_is_asked_for() -> None:
    code = "import sys, interactions_core; print(*sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout.split()

    ours = {name for name in said if name.startswith("interactions_")}
    assert ours == {"interactions_core", "interactions_core.deferred"}


def test_a_name_that_is_not_there_is_an_error_as_of_every_module() -> None:
    with pytest.raises(AttributeError, match="module 'interactions_core' has no attr"):
        _ = interactions_core.no_such_name  # pyright: ignore[reportAttributeAccessIssue]


def test_names_are_listed_before_they_are_asked_for() -> None:
    assert {*interactions_core.__all__} <= {*dir(interactions_core)}


def test_the_root_knows_where_the_commands_of_core_are() -> None:
    project = Path(interactions_core.__file__).parents[2] / "pyproject.toml"

    told = tomllib.loads(project.read_text())["project"]["entry-points"]

    assert told[root.GROUP] == root.OWN
