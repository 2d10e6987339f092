"""An existing agent moves over in two small steps, and back by undoing them."""

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core.cli.root import interactions
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.docs.pages import ROOT

FILES = ROOT / "examples" / "swap_in"
STEPS = ["before", "model", "saver"]


def code_of(step: str) -> list[str]:
    """Return the program without its docstring, which says what changed."""
    lines = (FILES / f"{step}.py").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"""')
    return lines[1:]


@pytest.mark.parametrize(("old", "new"), [STEPS[:2], STEPS[1:]])
def test_a_step_changes_at_most_five_lines(old: str, new: str) -> None:
    diff = [*difflib.ndiff(code_of(old), code_of(new))]

    taken, given = (sum(line.startswith(sign) for line in diff) for sign in "-+")
    assert 0 < max(taken, given) <= 5


@pytest.mark.parametrize("step", STEPS[1:])
def test_the_moved_agent_remembers_and_sends_each_turn_once(
    step: str, tmp_path: Path, emulator: Emulator
) -> None:
    address = {"GOOGLE_GEMINI_BASE_URL": emulator.url, "GEMINI_API_KEY": "any"}

    run = subprocess.run(
        [sys.executable, str(FILES / f"{step}.py")],
        cwd=tmp_path,
        env=os.environ | address,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert "sunny in Rome" in run.stdout
    assert run.stdout.splitlines()[-1] == "Your name is Ada."
    sent = [len(request["body"]["input"]) for request in emulator.requests()]
    assert sent == [1, 1, 1, 1]
    assert (tmp_path / "state.db").exists() is (step == "saver")


def found_in_readme(pattern: str) -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (found,) = re.findall(pattern, readme, flags=re.MULTILINE)
    return found


def ask(url: str, saver: Any, text: str) -> str:
    with ChatInteractions(model="gemini-3.8-flash", base_url=url, api_key="k") as model:
        graph = StateGraph(MessagesState)
        graph.add_node(
            "chat", lambda state: {"messages": [model.invoke(state["messages"])]}
        )
        graph.add_edge(START, "chat")
        chat = graph.compile(checkpointer=saver)
        thread: Any = {"configurable": {"thread_id": "1"}}
        return chat.invoke({"messages": text}, thread)["messages"][-1].text


def test_threads_come_along_by_the_files_and_the_command_of_the_readme(
    tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old = found_in_readme(r'^-with SqliteSaver\.from_conn_string\("(.+)"\)')
    new = found_in_readme(r'^\+with InteractionsSaver\.from_conn_string\("(.+)"\)')
    command = found_in_readme(r"^interactions (migrate .+)$")
    with SqliteSaver.from_conn_string(old) as saver:
        ask(emulator.url, saver, "My name is Ada.")
    before = Path(old).read_bytes()

    done = CliRunner().invoke(interactions, command.split())

    assert done.exit_code == 0, done.output
    with InteractionsSaver.from_conn_string(new) as saver:
        assert ask(emulator.url, saver, "What is my name?") == "Your name is Ada."
    assert Path(old).read_bytes() == before
