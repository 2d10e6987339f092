"""A row of a database builds what LangGraph writes, and runs nothing else."""

import logging
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from langgraph.checkpoint.serde import jsonplus
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from interactions_langgraph import InteractionsSaver
from interactions_langgraph._storage.guarded_serde import _named
from interactions_langgraph._storage.written_classes import code_of
from tests.langgraph.checkpoints import put, put_value, value_of
from tests.langgraph.kept_classes import HOLDERS, LEAVES, Box, nested
from tests.langgraph.old_savers import TurnedBits

VALUES = int(os.environ.get("ROW_VALUES", "2000"))
SEED = int(os.environ.get("ROW_SEED", random.randrange(10**9)))


class WritesAFile:
    """A class of the program that LangGraph has no way to write."""

    def __init__(self, path: str) -> None:
        Path(path).touch()


class Fields(dict[str, Any]):
    """Written as a dict, whatever methods it has."""

    def model_dump(self) -> dict[str, Any]:
        return dict(self)


class Wrapper:
    """A serializer of the user's own around LangGraph's."""

    def __init__(self) -> None:
        self.inner = JsonPlusSerializer()

    def dumps_typed(self, obj: object) -> tuple[str, bytes]:
        return self.inner.dumps_typed(obj)

    def loads_typed(self, data: tuple[str, bytes]) -> object:
        return self.inner.loads_typed(data)


class Subclass(JsonPlusSerializer):
    """A serializer that adds to what LangGraph's does."""

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        return super().loads_typed(data)


SERDES = [
    pytest.param(JsonPlusSerializer, id="plain"),
    pytest.param(lambda: EncryptedSerializer(TurnedBits()), id="encrypted"),
    pytest.param(Wrapper, id="wrapped"),
    pytest.param(lambda: EncryptedSerializer(TurnedBits(), Wrapper()), id="twice"),
    pytest.param(Subclass, id="subclass"),
]

HERE = WritesAFile.__module__
SINGLE, POSITIONAL, KEYWORDS, METHOD, V1, V2 = range(6)


def named(code: int, module: str, name: str, payload: object, *rest: object) -> Any:
    """Make what the serializer writes for an object of a class."""
    return ormsgpack.Ext(code, ormsgpack.packb((module, name, payload, *rest)))


def attacks(mark: Path) -> list[tuple[Any, Any]]:
    """Rows that leave a file if one of them is believed, and what they hold."""
    touch = f"open({str(mark)!r}, 'w')"
    argv = ["touch", str(mark)]
    return [
        (named(POSITIONAL, "subprocess", "Popen", [argv]), [argv]),
        (named(SINGLE, "subprocess", "Popen", argv), argv),
        (named(KEYWORDS, "subprocess", "Popen", {"args": argv}), {"args": argv}),
        (named(V2, "subprocess", "Popen", {"args": argv}, "x"), {"args": argv}),
        (named(V1, "subprocess", "Popen", {"args": argv}), {"args": argv}),
        (named(SINGLE, "builtins", "eval", touch), touch),
        (named(SINGLE, "builtins", "exec", touch), touch),
        (named(SINGLE, "os", "system", f"touch {mark}"), f"touch {mark}"),
        (named(SINGLE, HERE, "WritesAFile", str(mark)), str(mark)),
        (named(POSITIONAL, HERE, "WritesAFile", [str(mark)]), [str(mark)]),
        (named(SINGLE, "effect_of_a_test", "Any", 1), 1),
        (named(METHOD, "effect_of_a_test", "Any", 1, "make"), 1),
        (named(V2, "effect_of_a_test.inner", "Any", {"a": 1}, "x"), {"a": 1}),
        (named(METHOD, HERE, "WritesAFile", str(mark), "__call__"), str(mark)),
    ]


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a path where nothing is, and offer a module that makes something there."""
    mark = tmp_path / "mark"
    (tmp_path / "app").mkdir()
    effect = tmp_path / "app" / "effect_of_a_test.py"
    effect.write_text(
        "import dataclasses, pathlib\n"
        f"pathlib.Path({str(mark)!r}).touch()\n"
        "@dataclasses.dataclass\n"
        "class Order:\n"
        "    number: int\n"
    )
    monkeypatch.syspath_prepend(str(effect.parent))
    yield mark
    sys.modules.pop("effect_of_a_test", None)


@pytest.mark.parametrize("make_serde", SERDES)
def test_a_row_calls_nothing_that_is_not_written(
    make_serde: Callable[[], Any], store_url: str, mark: Path
) -> None:
    rows = attacks(mark)
    with InteractionsSaver(store_url, serde=make_serde()) as saver:
        config = put(saver, {f"c{n}": row for n, (row, _) in enumerate(rows)})
        saver.put_writes(config, [("w", row) for row, _ in rows], "task")
        saver.put_writes(config, [("deep", {"a": [Box(row)]}) for row, _ in rows], "b")

        found = saver.get_tuple(config)

    assert found is not None
    assert found.checkpoint["channel_values"] == {
        f"c{n}": held for n, (_, held) in enumerate(rows)
    }
    held = [value for _, channel, value in found.pending_writes or [] if channel == "w"]
    assert held == [each for _, each in rows]
    deep = [value for _, channel, value in found.pending_writes or [] if channel != "w"]
    assert deep == [{"a": [Box(each)]} for _, each in rows]
    assert not mark.exists()
    assert "effect_of_a_test" not in sys.modules


def test_what_is_not_built_is_named_once(
    store_url: str, mark: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _named.clear()
    row = named(KEYWORDS, "effect_of_a_test", "Order", {"number": 7})
    with (
        caplog.at_level(logging.WARNING, "interactions_langgraph"),
        InteractionsSaver(store_url) as saver,
    ):
        for _ in range(2):
            assert value_of(saver, put_value(saver, row)) == {"number": 7}

    [said] = [each for each in caplog.messages if "effect_of_a_test" in each]
    assert "effect_of_a_test:Order" in said
    assert "is not imported here" in said
    assert "allow-list" in said
    assert not mark.exists()


def test_the_allow_list_imports_what_it_names(store_url: str, mark: Path) -> None:
    row = named(KEYWORDS, "effect_of_a_test", "Order", {"number": 7})
    own = JsonPlusSerializer(allowed_msgpack_modules=[("effect_of_a_test", "Order")])
    with InteractionsSaver(store_url, serde=own) as saver:
        found = value_of(saver, put_value(saver, row))

    assert type(found).__name__ == "Order"
    assert found.number == 7
    assert mark.exists()


def test_the_allow_list_makes_nothing_a_class_that_is_none(
    store_url: str, mark: Path
) -> None:
    own = JsonPlusSerializer(
        allowed_msgpack_modules=[("subprocess", "Popen"), ("builtins", "eval")]
    )
    with InteractionsSaver(store_url, serde=own) as saver:
        for row, held in attacks(mark)[:6]:
            assert value_of(saver, put_value(saver, row)) == held

    assert not mark.exists()


def test_a_class_that_is_imported_and_not_in_the_allow_list_is_not_built(
    store_url: str,
) -> None:
    own = JsonPlusSerializer(allowed_msgpack_modules=[(HERE, "Another")])
    with InteractionsSaver(store_url, serde=own) as saver:
        found = value_of(saver, put_value(saver, [Box("x")]))

    assert found == [{"held": "x", "note": ""}]


def test_a_module_that_makes_names_up_is_not_asked(store_url: str, mark: Path) -> None:
    """Many packages import their parts when somebody asks for them."""
    lazy: Any = type(sys)("lazy_of_a_test")
    lazy.__getattr__ = lambda _: mark.touch()
    sys.modules["lazy_of_a_test"] = lazy
    try:
        with InteractionsSaver(store_url) as saver:
            row = named(V2, "lazy_of_a_test", "Order", {"number": 7}, "x")
            assert value_of(saver, put_value(saver, row)) == {"number": 7}
    finally:
        del sys.modules["lazy_of_a_test"]

    assert not mark.exists()


def _kinds() -> list[Any]:
    rng = random.Random(1)
    made = [make(rng) for make in LEAVES] + [make(rng, int) for make in HOLDERS]
    # A pattern is written as `re.compile`, which is no class.
    return [
        each
        for each in made
        if type(each).__module__ != "builtins" and not isinstance(each, re.Pattern)
    ]


def _is_written_with(value: object) -> int | None:
    codes: list[int] = []
    _, body = JsonPlusSerializer().dumps_typed([value])
    ormsgpack.unpackb(body, ext_hook=lambda code, _: codes.append(code))
    return codes[0] if codes and codes[0] in range(6) else None


@pytest.mark.parametrize(
    "value", [*_kinds(), Fields()], ids=lambda value: type(value).__name__
)
def test_each_class_is_read_with_the_code_that_it_is_written_with(value: Any) -> None:
    assert code_of(type(value)) == _is_written_with(value)


def test_langgraph_writes_with_no_other_codes() -> None:
    """A new branch in LangGraph's writer needs one in ours."""
    codes = {
        name: code for name, code in vars(jsonplus).items() if name.startswith("EXT_")
    }

    assert sorted(codes.values()) == [*range(8)]


def test_all_that_round_trips_comes_back_as_from_langgraphs_serializer(
    tmp_path: Path,
) -> None:
    """Ours: ROW_VALUES sets how many values are put, ROW_SEED which; errors tell it."""
    rng = random.Random(SEED)
    stock = JsonPlusSerializer()
    with InteractionsSaver(f"sqlite:///{tmp_path / 'state.db'}") as saver:
        for first in range(0, VALUES, 100):
            values = {f"c{n}": nested(rng) for n in range(first, first + 100)}

            found = saver.get_tuple(put(saver, values, version=first + 1))

            assert found is not None
            for name, value in values.items():
                read = found.checkpoint["channel_values"][name]
                expected = stock.loads_typed(stock.dumps_typed(value))
                assert repr(read) == repr(expected), f"{SEED}: {value!r:.999}"
                # A repr does not show what is secret.
                again = stock.dumps_typed(read), stock.dumps_typed(expected)
                assert again[0] == again[1], f"{SEED}: {value!r:.999}"
