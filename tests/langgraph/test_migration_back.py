"""`interactions migrate --back` writes threads of ours for LangGraph's own savers."""

import json
import random
import secrets
import sqlite3
import stat
import sys
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.types import Command

from interactions_core.cli.root import interactions
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.langgraph.conftest import MakeModel
from tests.langgraph.offload.large import open_saver, talk
from tests.langgraph.old_savers import (
    Named,
    build,
    encrypted,
    everything,
    put_some,
    said,
    sqlite_saver,
    talk_for_long,
)
from tests.langgraph.random_graphs import PLAIN, build_random, live
from tests.langgraph.test_migration import CRASHES, KILLS, rows_of
from tests.programs import run_kills

OFFLOADED = "SELECT count(*) FROM checkpoint_contents WHERE type LIKE 'offloaded/%'"
HELPERS = "tests.langgraph.old_savers"


def migrate(*arguments: object) -> Result:
    return CliRunner().invoke(interactions, ["migrate", *map(str, arguments)])


def back(*arguments: object) -> Result:
    return migrate("--back", *arguments)


def stock(place: str, serde: Any = None) -> AbstractContextManager[Any]:
    """Open LangGraph's own saver for a place."""
    if not place.startswith("postgresql://"):
        return sqlite_saver(Path(place), serde)
    return PostgresSaver.from_conn_string(place)


def in_stock(place: str) -> dict[tuple[str, str, str], Any]:
    with stock(place) as saver:
        return everything(saver)


def in_ours(url: str) -> dict[tuple[str, str, str], Any]:
    with InteractionsSaver(url) as saver:
        return everything(saver)


def fill(url: str, *threads: str, turns: int = 4) -> dict[tuple[str, str, str], Any]:
    with InteractionsSaver(url) as saver:
        for thread in threads:
            messages = [HumanMessage(f"{thread} {n}", id=str(n)) for n in range(turns)]
            put_some(saver, thread, [messages[: n + 1] for n in range(turns)])
        return everything(saver)


@pytest.fixture
def url(store_url: str) -> str:
    """The URL of a store of ours, in a file and on a server."""
    return store_url


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The URL of a store of ours, in a file."""
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
def target(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A place for LangGraph's own saver, of the kind that the store is not."""
    if url.startswith("sqlite"):
        return request.getfixturevalue("stock_database")
    return str(tmp_path / "stock.db")


@pytest.fixture
def old(tmp_path: Path) -> str:
    return str(tmp_path / "stock.db")


@pytest.mark.parametrize("round_", range(4))
def test_random_graphs_go_back_as_they_were_and_there_and_on_again(
    round_: int, url: str, target: str
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}, round {round_}")  # noqa: T201
    rng = random.Random(seed)
    with InteractionsSaver(url) as saver:
        graph = build_random(seed, saver)
        for thread in ("a", "b"):
            live(graph, rng, thread, acts=8)
        before = everything(saver)

    done = back(url, target)

    assert done.exit_code == 0, done.output
    assert in_ours(url) == before
    assert in_stock(target) == before
    with stock(target) as saver:
        live(build_random(seed, saver), rng, "a", acts=4)
        grown = everything(saver)
    assert len(grown) > len(before)
    there = migrate(target, url)
    assert there.exit_code == 0, there.output
    with InteractionsSaver(url) as saver:
        assert everything(saver) == grown
        live(build_random(seed, saver), rng, "a", acts=2)
        assert len(everything(saver)) > len(grown)


def test_a_long_conversation_goes_on_behind_the_stock_saver(
    url: str, target: str, make_model: MakeModel
) -> None:
    with InteractionsSaver(url) as saver:
        talk_for_long(make_model(sessions=None), saver)
        before = everything(saver)

    done = back(url, target)

    assert done.exit_code == 0, done.output
    assert {namespace for _, namespace, _ in before} == {"", "inner"}
    assert in_stock(target) == before
    with stock(target) as saver:
        # The sessions stay where they are, and are found there.
        graph = build(make_model(sessions=url), saver)
        thread: Any = {"configurable": {"thread_id": "long"}}
        answered = graph.invoke(Command(resume="yes"), thread)
        assert answered["notes"] == ["they said yes"]
        reply = graph.invoke(said("What is my order number?"), thread)["messages"][-1]
        assert "7731" in reply.text
        assert reply.response_metadata["plan_reason"] == "continue"
        assert len(graph.get_state(thread).values["log"]) == 2 * 50 + 1 + 2


def test_a_second_run_compares_and_adds_nothing(url: str, target: str) -> None:
    before = fill(url, "a", "b")
    back(url, target)

    again = back(url, target)

    assert again.exit_code == 0, again.output
    assert rows_of(again.stdout)["threads that were there already"] == "2"
    assert in_stock(target) == before


def test_what_a_thread_has_grown_by_is_added_to_what_is_there(
    url: str, target: str
) -> None:
    fill(url, "a")
    back(url, target)
    before = fill(url, "a")

    done = back(url, target)

    assert done.exit_code == 0, done.output
    assert len(before) == 8
    assert in_stock(target) == before


def test_a_conversation_comes_back_to_the_file_that_it_came_from(
    file: str, old: str, make_model: MakeModel
) -> None:
    with sqlite_saver(Path(old)) as saver:
        talk_for_long(make_model(), saver)
    migrate(old, file)
    with InteractionsSaver(file) as saver:
        graph = build(make_model(sessions=None), saver)
        thread: Any = {"configurable": {"thread_id": "long"}}
        graph.invoke(Command(resume="yes"), thread)
        graph.invoke(said("And on."), thread)
        before = everything(saver)

    done = back(file, old)

    assert done.exit_code == 0, done.output
    assert in_stock(old) == before


def test_a_value_that_differs_is_not_overwritten_until_it_may_be(
    file: str, old: str
) -> None:
    before = fill(file, "a", "b")
    back(file, old)
    with closing(sqlite3.connect(old)) as db, sqlite_saver(Path(old)) as saver:
        [_, second, *_] = [key for key in before if key[0] == "a"]
        kind, body = saver.serde.dumps_typed(
            {**before[second][0], "channel_values": {"c": "another"}}
        )
        where = (kind, body, second[2])
        db.execute(
            "UPDATE checkpoints SET type = ?, checkpoint = ? WHERE checkpoint_id = ?",
            where,
        )
        db.commit()
    changed = in_stock(old)

    refused = back(file, old)

    assert refused.exit_code == 1
    assert (
        f"checkpoint {second[2]} of thread 'a' has another value of" in refused.stderr
    )
    assert "channel 'c'" in refused.stderr
    assert in_stock(old) == changed
    assert back(file, old, "--replace").exit_code == 0
    assert in_stock(old) == before


def test_a_thread_that_went_on_in_both_is_refused(file: str, old: str) -> None:
    fill(file, "a")
    back(file, old)
    with sqlite_saver(Path(old)) as saver:
        put_some(saver, "a", ["there"])
        there = everything(saver)
    fill(file, "a", turns=1)

    done = back(file, old)

    assert done.exit_code == 1
    assert "5 checkpoints and 5 writes, the source 5 checkpoints" in done.stderr
    assert in_stock(old) == there


def test_a_thread_that_went_on_in_the_target_is_left_alone(file: str, old: str) -> None:
    fill(file, "a")
    back(file, old)
    with sqlite_saver(Path(old)) as saver:
        put_some(saver, "a", ["there"])
        there = everything(saver)

    assert back(file, old).exit_code == 0
    assert in_stock(old) == there


def test_only_the_threads_that_are_named_go_back(file: str, old: str) -> None:
    fill(file, "a1", "a2", "b")

    assert back(file, old, "--thread", "a*").exit_code == 0
    assert {thread for thread, *_ in in_stock(old)} == {"a1", "a2"}


def test_a_dry_run_makes_no_file(file: str, old: str) -> None:
    fill(file, "a")

    done = back(file, old, "--dry-run")

    assert done.exit_code == 0, done.output
    assert "would be migrated" in done.stdout
    assert not Path(old).exists()


def test_a_new_file_is_its_owners_alone(file: str, old: str) -> None:
    fill(file, "a")
    back(file, old)

    assert stat.S_IMODE(Path(old).stat().st_mode) == 0o600


def test_the_source_is_only_read(file: str, old: str) -> None:
    fill(file, "a")
    path = Path(file.removeprefix("sqlite:///"))
    before = path.read_bytes()
    path.chmod(0o400)

    assert back(file, old).exit_code == 0
    assert path.read_bytes() == before


def test_encrypted_threads_stay_encrypted_or_are_opened(file: str, old: str) -> None:
    with InteractionsSaver(file, serde=encrypted()) as saver:
        put_some(saver, "t", [["a word"], {"b": b"c"}, "inline", None, 1.5])
        before = everything(saver)
    serde = f"{HELPERS}:encrypted"

    assert back(file, old, "--serde", serde).exit_code == 0
    with sqlite_saver(Path(old), encrypted()) as saver:
        assert everything(saver) == before
    opened = f"{old}.plain"
    plain = "langgraph.checkpoint.serde.jsonplus:JsonPlusSerializer"
    done = back(file, opened, "--serde", serde, "--target-serde", plain)
    assert done.exit_code == 0, done.output
    assert in_stock(opened) == before


def test_a_class_that_is_not_imported_keeps_its_thread_out(
    file: str, old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"app_{secrets.token_hex(4)}"
    (tmp_path / f"{name}.py").write_text(
        "import dataclasses\n@dataclasses.dataclass\nclass Order:\n    number: int\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__(name)
    with InteractionsSaver(file) as saver:
        put_some(saver, "t", [module.Order(7)])
    fill(file, "other")
    monkeypatch.delitem(sys.modules, name)

    refused = back(file, old)

    assert refused.exit_code == 1
    assert f"--allow {name}:Order" in refused.stderr
    assert {thread for thread, *_ in in_stock(old)} == {"other"}
    again = back(file, old, "--allow", f"{name}:Order", "--app-dir", tmp_path)
    assert again.exit_code == 0, again.output
    assert len(in_stock(old)) == 5


def test_offloaded_payloads_are_fetched_or_their_thread_is_named(
    file: str,
    old: str,
    emulator: Emulator,
    make_model: MakeModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    with open_saver(file, emulator.url) as saver:
        graph = talk(make_model(sessions=None), saver)
        before = everything(saver)
        config: Any = {"configurable": {"thread_id": "t"}}
        messages = graph.get_state(config).values["messages"]
        saver.offload()
    with closing(sqlite3.connect(file.removeprefix("sqlite:///"))) as db:
        assert db.execute(OFFLOADED).fetchone()[0] > 0
    fill(file, "other")

    assert back(file, old).exit_code == 0
    found = in_stock(old)
    assert {key: found[key] for key in before} == before
    gone = messages[3].response_metadata["interaction_id"]
    with open_saver(file, emulator.url) as saver:
        saver._client.delete(gone)
    refused = back(file, f"{old}.new")
    assert refused.exit_code == 1
    assert "thread 't' was not moved: HumanMessage" in refused.stderr
    assert f"of thread 't' rests on interaction {gone}" in refused.stderr
    assert {thread for thread, *_ in in_stock(f"{old}.new")} == {"other"}


def test_kills_at_random_moments_leave_every_thread_whole_or_absent(
    file: str, tmp_path: Path
) -> None:
    """Ours: MIGRATION_CRASHES sets how many runs are killed; the seed is printed."""
    fill(file, *(f"thread {n}" for n in range(40)))

    done = run_kills(CRASHES, "back", tmp_path / "state.db", tmp_path, KILLS)

    assert int(done) > 0


def test_a_damaged_thread_keeps_no_other_from_going_back(file: str, old: str) -> None:
    fill(file, "a", "b")
    with closing(sqlite3.connect(file.removeprefix("sqlite:///"))) as db:
        db.execute(
            "DELETE FROM checkpoint_nodes WHERE number IN (SELECT min(number) FROM checkpoint_nodes)"
        )
        db.commit()

    done = back(file, old)

    assert done.exit_code == 1
    assert "thread 'a' was not moved" in done.stderr
    assert "which a checkpoint refers to, is missing" in done.stderr
    assert {thread for thread, *_ in in_stock(old)} == {"b"}


def test_as_json_plain_values_and_messages_are_what_both_languages_read(
    url: str, target: str
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201
    with InteractionsSaver(url) as saver:
        graph = build_random(seed, saver, PLAIN)
        live(graph, random.Random(seed), "a", acts=8)
        before = everything(saver)

    done = back(url, target, "--json")

    assert done.exit_code == 0, done.output
    found = in_stock(target)
    assert found.keys() == before.keys()
    for key, (checkpoint, metadata, parent, _) in before.items():
        values = found[key][0]["channel_values"]
        messages = checkpoint["channel_values"].get("messages")
        assert values.get("messages") == messages
        assert values.get("notes") == checkpoint["channel_values"].get("notes")
        assert found[key][1:3] == (metadata, parent)
    again = back(url, target, "--json")
    assert rows_of(again.stdout)["threads that were there already"] == "1"


def test_as_json_a_server_keeps_every_value_in_a_row_of_its_own(
    file: str, stock_database: str
) -> None:
    """LangGraph JS reads no value that lies in the row of its checkpoint."""
    values = ["text", 7, True, None, ["a"]]
    with InteractionsSaver(file) as saver:
        put_some(saver, "t", values)
        before = everything(saver)

    assert back(file, stock_database, "--json").exit_code == 0
    with psycopg.connect(stock_database) as db:
        rows = db.execute("SELECT type, blob FROM checkpoint_blobs ORDER BY version")
        found = rows.fetchall()
    assert {kind for kind, _ in found} == {"json"}
    assert [json.loads(blob) for _, blob in found] == values
    assert in_stock(stock_database) == before


@pytest.mark.parametrize(
    ("value", "said_of_it"),
    [
        pytest.param({"n": 2**53}, "an integer that JavaScript rounds", id="integer"),
        pytest.param({"n": [float("inf")]}, "a number that is not finite", id="inf"),
        pytest.param({7: "seven"}, "a key that is no text", id="key"),
        pytest.param({"s": {1}}, "an object of builtins:set", id="set"),
        pytest.param([Named("x")], f"an object of {HELPERS}:Named", id="dataclass"),
        pytest.param(
            [HumanMessage("x", additional_kwargs={"k": b"b"})],
            "a message with something in it that JSON has no form for",
            id="message",
        ),
    ],
)
def test_as_json_nothing_is_written_that_javascript_reads_otherwise(
    value: object, said_of_it: str, file: str, old: str
) -> None:
    with InteractionsSaver(file) as saver:
        [own_id] = put_some(saver, "t", [value])

    done = back(file, old, "--json")

    assert done.exit_code == 1
    assert f"cannot hold checkpoint {own_id} of thread 't': {said_of_it}" in done.stderr
    assert "at channel_values.c" in done.stderr
    assert in_stock(old) == {}


def test_json_goes_with_back_alone(file: str, old: str) -> None:
    fill(file, "a")

    done = migrate(file, old, "--json")

    assert done.exit_code == 2
    assert "--json goes with --back" in done.stderr


def test_writes_that_came_before_their_checkpoint_go_back_too(
    file: str, old: str
) -> None:
    early: Any = {
        "configurable": {"thread_id": "t", "checkpoint_ns": "", "checkpoint_id": "9"}
    }
    with InteractionsSaver(file) as saver:
        put_some(saver, "t", ["x"])
        saver.put_writes(early, [("c", "early")], "task")

    assert back(file, old).exit_code == 0
    with closing(sqlite3.connect(old)) as db:
        rows = db.execute(
            "SELECT task_id, channel FROM writes WHERE checkpoint_id = '9'"
        )
        assert rows.fetchall() == [("task", "c")]


@pytest.mark.parametrize(
    ("value", "said_of_it"),
    [
        pytest.param(float("nan"), "invalid input syntax for type json", id="nan"),
        pytest.param("a\0b", "unsupported Unicode escape sequence", id="NUL"),
    ],
)
def test_what_postgres_cannot_hold_is_named_with_its_checkpoint(
    value: object, said_of_it: str, file: str, stock_database: str
) -> None:
    """PostgresSaver keeps plain values of channels as JSON of the server."""
    with InteractionsSaver(file) as saver:
        [own_id] = put_some(saver, "t", [value])
    fill(file, "other")

    done = back(file, stock_database)

    assert done.exit_code == 1
    assert f"cannot hold checkpoint {own_id} of thread 't': {said_of_it}" in done.stderr
    assert {thread for thread, *_ in in_stock(stock_database)} == {"other"}


def test_metadata_that_is_no_json_is_named_with_its_checkpoint(
    file: str, old: str
) -> None:
    with InteractionsSaver(file) as saver:
        config: Any = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
        checkpoint: Any = {
            "v": 4,
            "id": "1",
            "ts": "",
            "channel_values": {},
            "channel_versions": {},
            "versions_seen": {},
        }
        metadata: Any = {"source": "input", "step": 0, "who": Named("x")}
        saver.put(config, checkpoint, metadata, {})

    done = back(file, old)

    assert done.exit_code == 1
    assert "cannot hold checkpoint 1 of thread 't': Object of type Named" in done.stderr


@pytest.mark.parametrize(
    ("source", "place", "said_of_it", "status"),
    [
        pytest.param("missing.db", "t.db", "there is no file", 2, id="no source"),
        pytest.param(
            "stock.db",
            "t.db",
            "a file of LangGraph's SqliteSaver",
            3,
            id="stock source",
        ),
        pytest.param("redis://u:secret@h/0", "t.db", "no saver of ours", 2, id="what?"),
        pytest.param("state.db", "ours.db", "is a file of ours", 2, id="our target"),
        pytest.param(".", "t.db", ". is a folder", 2, id="folder source"),
        pytest.param("state.db", ".", ". is a folder", 2, id="folder target"),
        pytest.param("state.db", "state.db", "the same file", 2, id="itself"),
        pytest.param(
            "state.db", "other.db", "another program's table", 2, id="foreign"
        ),
        pytest.param(
            "state.db", "text.db", "cannot be written to", 3, id="no database"
        ),
        pytest.param("state.db", "redis://u:secret@h/0", "behind redis", 2, id="redis"),
    ],
)
def test_what_is_no_source_or_target_is_said_in_a_sentence(
    source: str,
    place: str,
    said_of_it: str,
    *,
    status: int,
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    monkeypatch.chdir(tmp_path)
    fill("sqlite:///state.db", "a")
    InteractionsSaver("sqlite:///ours.db").close()
    with sqlite_saver(Path("stock.db")) as saver:
        put_some(saver, "a", ["x"])
    with closing(sqlite3.connect("other.db")) as db:
        db.execute("CREATE TABLE writes (id INTEGER)")
    Path("text.db").write_text("not a database, but long enough to look at" * 30)

    done = back(source, place)

    # What cannot be read ends with 3, as in every command.
    assert done.exit_code == status
    assert said_of_it in done.stderr
    assert "secret" not in done.output
