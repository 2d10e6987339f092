"""A process that holds a job is killed: its history says so, and who went on with it."""

import signal
from contextlib import closing

from interactions_core import open_store
from interactions_core.process.owners import is_dead, process_id
from interactions_emulator import Emulator
from tests.begun_jobs import HOUR_S, begin_job, watching
from tests.patience import PATIENCE_S


def test_the_history_names_the_killed_one_and_who_went_on(store_url: str) -> None:
    with Emulator(job_s=HOUR_S) as emulator, closing(open_store(store_url)) as store:
        key = begin_job(store, emulator)

        def acquired_by() -> list[str]:
            found = store.job_events(key)
            return [each.owner for each in found if each.what == "acquired"]

        with watching(store_url, emulator) as first:
            while not acquired_by():
                assert first.poll() is None
            first.send_signal(signal.SIGKILL)
            first.wait(PATIENCE_S)
        emulator.advance(HOUR_S)
        with watching(store_url, emulator) as second:
            assert second.wait(PATIENCE_S) == 0
        events = store.job_events(key)
        one, other = acquired_by()

    me = process_id()
    assert [(each.what, each.owner) for each in events] == [
        ("intent", me),
        ("submitted", me),
        ("released", me),
        ("acquired", one),
        ("last seen", one),
        ("acquired", other),
        ("ended", other),
        ("released", other),
    ]
    assert f"/{first.pid}/" in one
    assert f"/{second.pid}/" in other
    assert is_dead(one)
    assert [each.at for each in events] == sorted(each.at for each in events)
