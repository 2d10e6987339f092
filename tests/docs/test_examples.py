"""Every example runs by itself and prints what it claims."""

import ast
import os
import signal
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.docs.pages import ROOT, rows_of

EXAMPLES = ROOT / "examples"
README = EXAMPLES.parent / "README.md"
DEMO = "support_conversation"
"""Of which the README shows what it prints."""

LONG = {"agent_framework_client", "support_conversation"}
"""May be longer: a whole adapter, and the demo, which prints its table."""

PRINTED = {
    "adopt_interaction": ["Your name is Ada."],
    "autogen_quickstart": [
        "poet: Leaves fall.",
        "critic: Name a colour.",
        "poet: Red leaves fall slowly.",
        "critic: APPROVE",
    ],
    "autogen_selector": ["['user', 'planner', 'searcher'] Text 'TERMINATE' mentioned"],
    "autogen_swarm": ["The order is on its way to Ada. DONE"],
    "autogen_research": [
        "# Research plan",
        "# Report: Research the history of TPUs.",
    ],
    "any_checkpointer": ["Your name is Ada. continue"],
    "edited_history": ["Your order number is 9999. fork"],
    "forgetful_server": [
        "Your name is Ada. Your order number is 7731.",
        "('root', 1) ('continue', 1) ('expired', 7) ('continue', 1)",
    ],
    "gunicorn_preload": ["4 workers, wrong answers: []"],
    "json_logs": [
        "INFO create_failed 0af7651916cd43dd8448eb211c80319c",
        "DEBUG answered 0af7651916cd43dd8448eb211c80319c",
    ],
    "killed_research": ["killed: True, creates: 1"],
    "suspended_graph": ["ai, creates: 1"],
    "quickstart": ["Your name is Ada. continue"],
    "stateless": [
        "look_up_order returned: Order 7731 left the warehouse on Tuesday.",
        "user_input thought function_call function_result",
    ],
    "two_processes": ["Your name is Ada. [('root', 1), ('continue', 1)]"],
}

FILES = sorted(EXAMPLES.glob("*.py"))
# `tests/crewai` runs those of CrewAI, in an environment of their own, and
# `nox -s agent_framework` that of Agent Framework.
ELSEWHERE = ("crewai", "agent_framework")
RUN = [path for path in FILES if not path.stem.startswith(ELSEWHERE)]


def stem_of(path: Path) -> str:
    return path.stem


def test_the_demo_leaves_its_store_and_shows_the_page_of_it(tmp_path: Path) -> None:
    pytest.importorskip("rich", reason="needs the extra cli")
    asked = [str(EXAMPLES / f"{DEMO}.py"), "--ui", "--store", "demo.db"]
    # Of a group of its own, so that Ctrl-C is for it as in a terminal.
    demo = subprocess.Popen(
        [sys.executable, *asked],
        cwd=tmp_path,
        env={**os.environ, "BROWSER": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert demo.stdout is not None
        address = next(line for line in demo.stdout if line.startswith("http://"))
        # No browser was there, so that the address is still good.
        known = HTTPCookieProcessor()
        with build_opener(known).open(address.strip(), timeout=60) as page:
            assert page.status == HTTPStatus.OK
            where = f"http://{urlsplit(address).netloc}/api/threads"
        with build_opener(known).open(where, timeout=60) as threads:
            assert b"ticket-1" in threads.read()
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        _, complaints = demo.communicate(timeout=60)

    assert (demo.returncode, complaints) == (0, "")
    assert (tmp_path / "demo.db").exists()


def test_the_demo_says_how_to_look_and_leaves_a_file_that_is_there(
    tmp_path: Path,
) -> None:
    asked = [sys.executable, str(EXAMPLES / f"{DEMO}.py"), "--store", "demo.db"]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            asked, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    first = run()
    last = first.stdout.splitlines()[-1]
    second = run()

    assert first.returncode == 0, first.stderr
    assert last.endswith("interactions sessions list --sessions sqlite:///demo.db")
    listed = subprocess.run(
        last.split(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "ticket-1" in listed.stdout
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == (
        "demo.db is there already, and was left as it is. "
        "Name another file, or delete it, and run this again.\n"
    )


def test_the_session_of_the_demo_installs_prices_and_the_command() -> None:
    """A price is written with a turn: one that is installed later mends no store."""
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    session = noxfile.partition("def demo(")[2].partition("@nox.session")[0]

    assert '"-e", "packages/core[cli,prices]"' in session


@pytest.mark.parametrize("example", RUN, ids=stem_of)
def test_example_runs_without_a_key(example: Path, tmp_path: Path) -> None:
    keys = {"GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL"}
    environment = {k: v for k, v in os.environ.items() if k not in keys}

    run = subprocess.run(
        [sys.executable, str(example)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    said = run.stdout.splitlines()
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert said[-1:]
    assert example.stem not in PRINTED or said == PRINTED[example.stem]
    assert example.stem in LONG or len(said) <= 5
    assert example.stem != DEMO or "\n".join(said) in README.read_text("utf-8")


@pytest.mark.parametrize("example", FILES, ids=stem_of)
def test_example_is_short_and_claims_one_thing(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    module = ast.parse(text)
    claim = (ast.get_docstring(module) or "").splitlines()[0]
    (main,) = [
        node
        for node in module.body
        if isinstance(node, ast.FunctionDef) and node.name == "main"
    ]

    assert claim.endswith(".")
    assert example.stem in LONG or len(text.splitlines()) <= 60
    assert example.stem in LONG or any(
        isinstance(node, ast.Assert) for node in ast.walk(main)
    )


def test_readme_lists_every_example_with_its_claim() -> None:
    rows = rows_of(EXAMPLES / "README.md", "file")

    assert set(rows) == {f"[{path.name}]({path.name})" for path in FILES}
    for path in FILES:
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        claim = (docstring or "").splitlines()[0]
        assert rows[f"[{path.name}]({path.name})"][0] == claim
