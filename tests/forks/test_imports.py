"""A child that is forked while another thread imports can go on with that import."""

import subprocess
import sys
from typing import Final

import pytest

from tests.patience import PATIENCE_S

# Whatever forks lets the import go on just before; hooks run from the newest on.
PROGRAM: Final = """
import os, sys, threading
from interactions_core.process import forking
from tests.hung import end_if_hung
{before}

begun, may_end = threading.Event(), threading.Event()

class Slowly:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}" and not begun.is_set():
            begun.set()
            may_end.wait()
        return None

sys.meta_path.insert(0, Slowly())
thread = threading.Thread(target=lambda: {ask})
thread.start()
begun.wait()
os.register_at_fork(before=may_end.set)
pid = os.fork()
if pid == 0:
    end_if_hung(60)
    {ask}
    os._exit(0)
_, status = os.waitpid(pid, 0)
thread.join()
print(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.parametrize(
    ("before", "ask", "module"),
    [
        pytest.param(
            "from interactions_core import open_store",
            "open_store('sqlite:///{folder}/a.db')",
            "interactions_core.stores.sqlite.store",
            id="a store that is opened",
        ),
        pytest.param(
            "import interactions_core",
            "interactions_core.SqliteStore",
            "interactions_core.stores.sqlite.store",
            id="a public name",
        ),
        pytest.param(
            "from interactions_core.extras import require",
            "require('prices', 'genai_prices', what='a cost')",
            "genai_prices",
            id="what an extra brings",
        ),
        pytest.param(
            "from opentelemetry import trace\n"
            "from opentelemetry.sdk.trace import TracerProvider\n"
            "trace.set_tracer_provider(TracerProvider())\n"
            "from interactions_core.tracing.set_up import find_telemetry",
            "find_telemetry()",
            "interactions_core.tracing.watch",
            id="what makes spans",
        ),
    ],
)
def test_a_child_ends_what_another_thread_of_its_parent_was_importing(
    before: str, ask: str, module: str, tmp_path: object
) -> None:
    if module == "genai_prices":
        pytest.importorskip(module)
    ask = ask.format(folder=tmp_path)
    program = PROGRAM.format(before=before, ask=ask, module=module)

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE_S,
    )

    assert (done.stdout, done.returncode) == ("0\n", 0), done.stderr
