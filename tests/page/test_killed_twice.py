"""A job whose processes were killed twice, as the page shows it."""

import signal
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from interactions_core import open_store
from interactions_core.records.jobs.job_events import ACQUIRED, SEEN
from interactions_emulator import Emulator
from tests.begun_jobs import HOUR_S, begin_job, watching
from tests.browser import Looked
from tests.page.serving import Visitor, serve
from tests.patience import PATIENCE_S


@pytest.mark.xdist_group("browser")
def test_the_time_of_each_that_held_a_job_is_shown(
    looked: Looked, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    url = f"sqlite:///{folder}/state.db"
    killed: list[int] = []
    with Emulator(job_s=HOUR_S) as emulator, closing(open_store(url)) as store:
        key = begin_job(store, emulator)
        for _ in range(2):
            with watching(url, emulator) as watcher:
                while not any(
                    f"/{watcher.pid}/" in each.owner for each in store.job_events(key)
                ):
                    assert watcher.poll() is None
                watcher.send_signal(signal.SIGKILL)
                watcher.wait(PATIENCE_S)
            killed.append(watcher.pid)
        emulator.advance(HOUR_S)
        with watching(url, emulator) as last:
            assert last.wait(PATIENCE_S) == 0
        told = [each.what for each in store.job_events(key)]
    assert (told.count(ACQUIRED), told.count(SEEN)) == (3, 2)
    for server in serve(folder):
        visitor = Visitor(server)
        (name,) = visitor.threads().values()
        (job,) = visitor.json(f"/api/threads/{name}")["jobs"]
        # Whoever asked, two that were killed, and the one that saw the end.
        assert len(job["waits"]) == 4
        assert all(one <= other for one, other in job["waits"])
        assert all(a[1] <= b[0] for a, b in pairwise(job["waits"]))
    for server in serve(folder):
        looked.open(server.url, ".detail .facts")
        said = looked.text(".detail")
    for pid in killed:
        assert f"last seen, {pid} gone" in said
    assert looked.complaints == []
