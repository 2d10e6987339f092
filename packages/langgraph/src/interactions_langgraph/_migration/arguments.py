"""What the arguments of `interactions migrate` name: databases and serializers."""

import importlib
from collections.abc import Iterable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, Final

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from interactions_core.adapter import require
from interactions_core.adapter.secrets import shown_store
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._migration.class_names import Name
from interactions_langgraph._migration.json_serde import JsonSerde
from interactions_langgraph._migration.loader import Loader
from interactions_langgraph._migration.sources import Source
from interactions_langgraph._migration.sqlite_source import SqliteSource

SQLITE: Final = "sqlite:///"
"""What the URL of a file begins with."""

_POSTGRES: Final = ("postgresql://", "postgres://")


def open_source(location: str, loader: Loader) -> Source:
    """Open the database of another saver: a URL, or the path of a SQLite file.

    Raises:
        ConfigurationError: It is not one of a saver that can be read.
        StoreError: It cannot be read.
    """
    if location.startswith(_POSTGRES):
        return _open_postgres(location, loader)
    if "://" in location and not location.startswith(SQLITE):
        scheme = location.partition("://")[0]
        message = (
            f"no saver is known behind {scheme}://…; use sqlite:///old.db, the path of "
            "a SQLite file, or postgresql://…"
        )
        raise ConfigurationError(message)
    return SqliteSource(location.removeprefix(SQLITE), loader)


def check_places(source: str, target: str) -> None:
    """Refuse a file that is not there, folders, and to move threads within one file.

    Raises:
        ConfigurationError: It is so.
    """
    places = (source, target)
    files = [Path(place.removeprefix(SQLITE)) for place in places if _is_file(place)]
    for path in files:
        if path.is_dir():
            message = f"{shown_store(str(path))} is a folder; name the file in it"
            raise ConfigurationError(message)
    if _is_file(source) and not files[0].exists():
        message = f"there is no file {shown_store(str(files[0]))}"
        raise ConfigurationError(message)
    if len(files) == len(places) and files[1].exists() and files[0].samefile(files[1]):
        message = "source and target are the same file; the target is a file of its own"
        raise ConfigurationError(message)


def _is_file(place: str) -> bool:
    return place.startswith(SQLITE) or "://" not in place


def open_serde(path: str | None, allowed: Sequence[str] = ()) -> SerializerProtocol:
    """Return LangGraph's serializer, or the one that `MODULE:NAME` leads to.

    Args:
        path: A serializer, or something that returns one when it is called.
        allowed: Classes that LangGraph's own may build, each as `MODULE:CLASS`.

    Raises:
        ConfigurationError: There is no such thing.
    """
    if path is None:
        return _own_serde(allowed)
    if allowed:
        message = "--allow goes with LangGraph's own serializer, not with --serde"
        raise ConfigurationError(message)
    module, name = _split(path, "--serde")
    try:
        found: Any = importlib.import_module(module)
        found = reduce(getattr, name.split("."), found)
    except (ImportError, AttributeError) as exc:
        message = f"there is no {path!r}: {exc}"
        raise ConfigurationError(message) from exc
    serde = found if _is_serde(found) else found()
    if not _is_serde(serde):
        message = f"{path!r} is no serializer and returns none"
        raise ConfigurationError(message)
    return serde


def open_json(path: str | None, *, back: bool) -> JsonSerde:
    """Return the serializer of `--json`.

    Raises:
        ConfigurationError: It was asked for with other options than it goes with.
    """
    if not back or path:
        message = "--json goes with --back, and not with --target-serde"
        raise ConfigurationError(message)
    return JsonSerde()


def names_in(paths: Iterable[str], option: str) -> set[Name]:
    """Split `MODULE:CLASS` of a repeated option.

    Raises:
        ConfigurationError: One has another form.
    """
    return {_split(path, option) for path in paths}


def _own_serde(allowed: Sequence[str]) -> SerializerProtocol:
    if not allowed:
        return JsonPlusSerializer()
    names = names_in(allowed, "--allow")
    return JsonPlusSerializer(
        allowed_msgpack_modules=names,
        allowed_json_modules=[(*module.split("."), name) for module, name in names],
    )


def _split(path: str, option: str) -> tuple[str, str]:
    module, _, name = path.partition(":")
    if not module or not name:
        message = f"{option} takes MODULE:NAME, not {path!r}"
        raise ConfigurationError(message)
    return module, name


def _is_serde(found: object) -> bool:
    return not isinstance(found, type) and hasattr(found, "loads_typed")


def _open_postgres(url: str, loader: Loader) -> Source:
    # Not at the top: most files are SQLite's.
    module = require(
        "postgres",
        "interactions_langgraph._migration.postgres_source",
        what="reading a PostgreSQL database",
    )
    return module.PostgresSource(url, loader)
