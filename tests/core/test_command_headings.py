"""What a column is, `--help` of its command says."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from interactions_core import SqliteStore
from interactions_core.cli.jobs.live_table import live_lines
from interactions_core.cli.printing.job_words import told_jobs
from interactions_core.cli.root import interactions
from tests.core.looking import NOW, fill

PLAIN = {"THREAD", "TENANT", "TURNS", "TOKENS", "JOB", "STATUS"}
"""Headings that are the names of things everywhere."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteStore:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERACTIONS_SESSIONS", "sqlite:///state.db")
    store = SqliteStore("state.db")
    fill(store)
    return store


def help_of(*command: str, columns: int) -> str:
    runner = CliRunner(env={"COLUMNS": str(columns)})
    said = runner.invoke(interactions, [*command, "--help"]).stdout
    return " ".join(said.partition("Options:")[0].split())


def headings(line: str) -> set[str]:
    return {*re.split(" {2,}", line.strip())} - PLAIN


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("columns", [100, 160])
@pytest.mark.parametrize("command", [("sessions", "list"), ("jobs", "list")])
def test_a_table_that_is_printed_is_explained(
    command: tuple[str, str], columns: int
) -> None:
    runner = CliRunner(env={"COLUMNS": "160"})
    table = runner.invoke(interactions, [*command, "--color", "never"]).stdout

    wanted = headings(table.splitlines()[0])
    said = help_of(*command, columns=columns)
    assert len(wanted) >= 5
    assert [name for name in wanted if not re.search(rf"\b{name}\b", said)] == []


def test_the_table_of_a_watcher_is_explained(store: SqliteStore) -> None:
    head = live_lines(told_jobs(store, store.list_jobs(), NOW), 160)[0]

    wanted = headings(re.sub("\x1b\\[[0-9;]*m", "", head)) - {"DEADLINE"}
    said = help_of("jobs", "watch", columns=100)
    assert {"WAITS", "SINCE", "TOOK"} <= wanted
    assert [name for name in wanted if not re.search(rf"\b{name}\b", said)] == []
