"""What `interactions migrate` does with objects that it cannot build."""

import dataclasses
import enum
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from click.testing import CliRunner, Result
from langgraph.checkpoint.serde.jsonplus import EXT_CONSTRUCTOR_POS_ARGS
from langgraph.checkpoint.sqlite import SqliteSaver
from pydantic import BaseModel, RootModel

from interactions_core.cli.root import interactions
from interactions_langgraph import InteractionsSaver
from tests.langgraph import kept_classes
from tests.langgraph.kept_classes import ProfileOfToday
from tests.langgraph.old_savers import everything, put_some, sqlite_saver

HERE = __name__


class Order(BaseModel):
    class Phase(enum.StrEnum):
        OPEN = "open"

    number: int = 7


@dataclasses.dataclass
class Line:
    price: int
    total: int = dataclasses.field(init=False, default=0)


class Tags(RootModel[list[str]]):
    pass


class Timestamp(datetime):
    """A class of times that is not Python's own, as pandas has one."""


DEGRADED = [
    pytest.param(Order.Phase.OPEN, "Phase", "has no class Phase", id="nested enum"),
    pytest.param(Line(3), "Line", "unexpected keyword argument 'total'", id="init"),
    pytest.param(Tags(["a"]), "Tags", "must be a mapping, not list", id="RootModel"),
    pytest.param(
        Timestamp(2026, 1, 2), "Timestamp", "no Timestamp.fromisoformat", id="datetime"
    ),
]

APP = """
import dataclasses
import pathlib
pathlib.Path({mark!r}).touch()

@dataclasses.dataclass
class Order:
    number: int

@dataclasses.dataclass
class Parcel:
    number: int
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return tmp_path / "old.db"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[Path]:
    """Return where a file comes to be once the module `shop_of_a_test` is imported."""
    mark = tmp_path / "mark"
    (tmp_path / "app").mkdir()
    module = tmp_path / "app" / "shop_of_a_test.py"
    module.write_text(APP.format(mark=str(mark)))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(module.parent))
        yield mark
    sys.modules.pop("shop_of_a_test", None)


@contextmanager
def an_app(old: Path, mark: Path) -> Iterator[tuple[SqliteSaver, Any]]:
    """Open a database in a process that has the module, and forget it afterwards."""
    import shop_of_a_test  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

    with sqlite_saver(old) as saver:
        yield saver, shop_of_a_test
    del sys.modules["shop_of_a_test"]
    mark.unlink()


def migrate(*arguments: object) -> Result:
    return CliRunner().invoke(interactions, ["migrate", *map(str, arguments)])


def moved(url: str) -> dict[tuple[str, str, str], Any]:
    with InteractionsSaver(url) as saver:
        return everything(saver)


def shown(found: dict[tuple[str, str, str], Any]) -> dict[tuple[str, str, str], str]:
    """Write values down where their classes are not what they were."""
    return {
        key: repr((checkpoint["channel_values"], writes))
        for key, (checkpoint, _, _, writes) in found.items()
    }


def told(done: Result) -> str:
    return " ".join(done.stderr.split())


@pytest.mark.parametrize("dry", [["--dry-run"], []], ids=["dry run", "migration"])
def test_a_row_of_the_source_runs_nothing(
    dry: list[str], old: Path, url: str, mark: Path
) -> None:
    touch = ("subprocess", "Popen", (["touch", str(mark)],))
    forged = ormsgpack.Ext(EXT_CONSTRUCTOR_POS_ARGS, ormsgpack.packb(touch))
    loads = ("shop_of_a_test", "Any", (1,))
    imports = ormsgpack.Ext(EXT_CONSTRUCTOR_POS_ARGS, ormsgpack.packb(loads))
    with sqlite_saver(old) as saver:
        put_some(saver, "forged", [forged])
        put_some(saver, "imports", [imports])

    done = migrate(old, url, *dry)

    assert done.exit_code == 1
    assert not mark.exists()
    assert "shop_of_a_test" not in sys.modules
    assert "channel 'c' keeps the data of subprocess:Popen" in told(done)
    assert "a write to 'c' keeps the data of subprocess:Popen" in told(done)
    assert "--allow shop_of_a_test:Any" in told(done)
    assert "--allow subprocess" not in told(done)
    if not dry:
        [(checkpoint, _, _, writes)] = moved(url).values()
        assert checkpoint["channel_values"] == {"c": [["touch", str(mark)]]}
        assert writes[0][2] == [["touch", str(mark)]]


@pytest.mark.parametrize(("value", "name", "reason"), DEGRADED)
def test_what_the_source_reads_as_data_is_kept_so_and_said(
    value: Any, name: str, reason: str, old: Path, url: str
) -> None:
    with sqlite_saver(old) as saver:
        put_some(saver, "t", [{"deep": [value]}, {"deep": [value, 1]}])
        before = everything(saver)

    done = migrate(old, url, "--allow", f"{HERE}:{name}")

    assert done.exit_code == 0, done.output
    assert moved(url) == before
    assert f"channel 'c' keeps the data of {HERE}:{name} in place" in told(done)
    assert reason in told(done)
    assert "and 1 more" in told(done)
    assert "values that keep data in place of objects │ 4" in " ".join(
        done.stdout.split()
    )


def test_a_class_that_gained_a_required_field_moves(
    old: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_saver(old) as saver:
        profiles = [kept_classes.Profile(), {"k": [kept_classes.Profile()]}]
        put_some(saver, "t", profiles)
        monkeypatch.setattr(kept_classes, "Profile", ProfileOfToday)
        before = everything(saver)

    done = migrate(old, url, "--allow", f"{ProfileOfToday.__module__}:Profile")

    assert done.exit_code == 0, done.output
    assert shown(moved(url)) == shown(before)
    assert "keeps the data" not in told(done)


def test_all_classes_that_a_thread_needs_are_named_at_once(
    old: Path, url: str, mark: Path
) -> None:
    with an_app(old, mark) as (saver, shop):
        put_some(saver, "t", [shop.Order(1), shop.Parcel(2)])
        before = everything(saver)

    refused = migrate(old, url, "--app-dir", mark.parent / "app")

    assert refused.exit_code == 1
    assert not mark.exists()
    assert "shop_of_a_test is not imported here" in told(refused)
    names = ["--allow", "shop_of_a_test:Order", "--allow", "shop_of_a_test:Parcel"]
    assert " ".join(names) in told(refused)
    assert migrate(old, url, *names).exit_code == 0
    assert shown(moved(url)) == shown(before)


def test_a_class_that_is_gone_is_kept_as_data_when_that_is_asked_for(
    old: Path, url: str, mark: Path
) -> None:
    with an_app(old, mark) as (saver, shop):
        put_some(saver, "t", [shop.Order(1)])

    done = migrate(old, url, "--as-data", "shop_of_a_test:Order")

    assert done.exit_code == 0, done.output
    assert "channel 'c' keeps the data of shop_of_a_test:Order" in told(done)
    [(checkpoint, *_)] = moved(url).values()
    assert checkpoint["channel_values"] == {"c": {"number": 1}}
    assert not mark.exists()


def test_a_module_that_cannot_be_imported_keeps_its_threads_out(
    old: Path, url: str, mark: Path
) -> None:
    with an_app(old, mark) as (saver, shop):
        put_some(saver, "t", [shop.Order(1)])
    module = mark.parent / "app" / "shop_of_a_test.py"
    module.write_text("import a_package_that_is_missing")

    refused = migrate(old, url, "--allow", "shop_of_a_test:Order")

    assert refused.exit_code == 1
    assert "importing shop_of_a_test failed (ModuleNotFoundError: No module" in (
        told(refused)
    )
    assert moved(url) == {}


def test_objects_of_the_time_before_msgpack_are_built_if_they_are_allowed(
    old: Path, url: str
) -> None:
    with sqlite_saver(old) as saver:
        put_some(saver, "t", [1])
        order = {"lc": 2, "type": "constructor", "kwargs": {"number": 8}}
        named = json.dumps(order | {"id": [*HERE.split("."), "Order"]})
        saver.conn.execute("UPDATE writes SET type = 'json', value = ?", (named,))
        saver.conn.commit()

    refused = migrate(old, url)
    done = migrate(old, url, "--allow", f"{HERE}:Order")

    assert refused.exit_code == 1
    assert f"--allow {HERE}:Order" in told(refused)
    assert done.exit_code == 0, done.output
    [(*_, [(_, _, value)])] = moved(url).values()
    assert value == Order(number=8)
