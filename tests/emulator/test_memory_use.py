"""What is kept in memory, however long the server runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from interactions_emulator.engine import request_log
from interactions_emulator.engine.request_log import RequestLog
from interactions_emulator.store import stores
from interactions_emulator.store.interactions import Interaction
from interactions_emulator.store.stores import SqliteStore

RECORD = Interaction(
    id="0",
    parent=None,
    owner="k",
    model="m",
    status="completed",
    created_at=0.0,
    input=[],
    steps=[{"type": "model_output", "content": [{"type": "text", "text": "Hi."}]}],
    usage={},
)


def test_the_log_keeps_the_latest_ten_thousand_requests() -> None:
    log = RequestLog()
    for _ in range(10_002):
        log.add("POST", "/v1/interactions", b"{}")

    rows = log.to_json()

    assert [rows[0]["number"], rows[-1]["number"], len(rows)] == [3, 10_002, 10_000]
    assert log.bytes_in == 2 * 10_002


def test_the_log_keeps_no_more_bodies_than_its_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_log, "_MOST_BYTES", 10)
    log = RequestLog()
    for body in (b"1234", b"5678", b"90"):
        log.add("POST", "/v1/interactions", body)
    log.add("POST", "/v1/interactions", b"12345")

    assert [row["body"] for row in log.to_json()] == [90, 12345]


def test_a_file_keeps_two_thousand_interactions_in_memory(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state.db")
    for number in range(2_010):
        store.put(replace(RECORD, id=str(number)))

    assert len(store._interactions) == 2_000
    assert store.get("0") == RECORD
    assert len(store._interactions) == 2_000
    store.close()


def test_the_interactions_that_were_used_last_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_MOST_CACHED", 2)
    store = SqliteStore(tmp_path / "state.db")
    for one in ("0", "1"):
        store.put(replace(RECORD, id=one))
    store.get("0")
    store.put(replace(RECORD, id="2"))

    assert list(store._interactions) == ["0", "2"]
    store.close()


def test_large_interactions_leave_memory_sooner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_MOST_CACHED_CHARS", 1_500)
    store = SqliteStore(tmp_path / "state.db")
    large = replace(RECORD, id="2", input=[{"type": "x" * 1_400}])
    store.put(RECORD)
    store.put(replace(RECORD, id="1"))
    store.put(large)

    assert list(store._interactions) == []
    assert store.get("2") == large
    assert store.get("0") == RECORD
    assert list(store._interactions) == ["0"]
    store.close()


def test_a_chain_longer_than_the_memory_is_read_from_the_file(
    tmp_path: Path,
    connect: Callable[..., Any],
    answer_text: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stores, "_MOST_CACHED", 3)
    with Emulator(state=tmp_path / "state.db") as emulator:
        http = connect(emulator)
        first = last = http.made("My name is Ada.")
        for _ in range(5):
            last = http.made("Go on.", previous_interaction_id=last["id"])
        last = http.made("What is my name?", previous_interaction_id=last["id"])

        assert answer_text(last) == "Your name is Ada."
        assert http.get(f"/v1/interactions/{first['id']}").json() == first
        http.delete(f"/v1/interactions/{first['id']}")
        assert http.get(f"/v1/interactions/{first['id']}").status_code == 404
