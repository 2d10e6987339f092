"""`interactions migrate`: what is typed, and what is printed."""

import contextlib
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

import click
from langgraph.checkpoint.serde.base import SerializerProtocol

from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._migration.arguments import (
    SQLITE,
    check_places,
    names_in,
    open_json,
    open_serde,
    open_source,
)
from interactions_langgraph._migration.back_mover import BackMover
from interactions_langgraph._migration.class_names import Name
from interactions_langgraph._migration.json_serde import JsonSerde
from interactions_langgraph._migration.loader import Loader
from interactions_langgraph._migration.migration_run import (
    Report,
    matching_threads,
    move_all,
    read_all,
)
from interactions_langgraph._migration.mover import Mover
from interactions_langgraph._migration.progress_bar import (
    ProgressBar,
    in_bytes,
    print_table,
)
from interactions_langgraph._migration.saver_source import SaverSource
from interactions_langgraph._migration.sources import Source, Weight
from interactions_langgraph._migration.stock_targets import open_target
from interactions_langgraph.saver import InteractionsSaver


@click.command()
@click.argument("source")
@click.argument("target")
@click.option(
    "--thread",
    "threads",
    multiple=True,
    metavar="PATTERN",
    help="Only these threads: ids, or patterns with * and ?. May be repeated.",
)
@click.option(
    "--back",
    is_flag=True,
    help="The other way: SOURCE is an InteractionsSaver's, TARGET a stock saver's.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="With --back: values as JSON, which LangGraph JS reads.",
)
@click.option("--dry-run", is_flag=True, help="Read and report; write nothing.")
@click.option(
    "--replace",
    is_flag=True,
    help="Erase a thread that TARGET has in another form, and move it anew.",
)
@click.option(
    "--serde",
    metavar="MODULE:NAME",
    help="The serializer of SOURCE, or a function that returns it.",
)
@click.option(
    "--target-serde",
    metavar="MODULE:NAME",
    help="The serializer of TARGET, if it is another one.",
)
@click.option(
    "--allow",
    multiple=True,
    metavar="MODULE:CLASS",
    help="A class that may be built from SOURCE, and no others; its module is "
    "imported. May be repeated.",
)
@click.option(
    "--as-data",
    multiple=True,
    metavar="MODULE:CLASS",
    help="A class that is gone: its objects are kept as the data they were made of. "
    "May be repeated.",
)
@click.option(
    "--app-dir",
    default=".",
    show_default=True,
    type=click.Path(file_okay=False),
    help="Where the modules of the graph are imported from.",
)
def migrate(
    source: str,
    target: str,
    *,
    threads: tuple[str, ...],
    back: bool,
    as_json: bool,
    dry_run: bool,
    replace: bool,
    serde: str | None,
    target_serde: str | None,
    allow: tuple[str, ...],
    as_data: tuple[str, ...],
    app_dir: str,
) -> None:
    """Take over the threads of another LangGraph checkpointer.

    SOURCE is the database of a SqliteSaver (a path or sqlite:///old.db) or of a
    PostgresSaver (postgresql://...). It is only read. TARGET is the URL of an
    InteractionsSaver, for instance sqlite:///state.db.

    No row of SOURCE imports or calls anything: the classes of your graph are named
    with --allow. A thread that has objects of others is left alone.

    Each thread is copied, read back and compared in one transaction. Run it again
    after whatever interrupted it. The exit status is 1 if a thread was not moved.

    With --back, SOURCE is the URL of an InteractionsSaver and TARGET the database of a
    SqliteSaver or a PostgresSaver, new or old: what it has of a thread is compared,
    and only what it lacks is added.
    """
    sys.path.insert(0, str(Path(app_dir).absolute()))
    with _typed_wrong():
        check_places(source, target)
        own = open_serde(serde, allow)
        other = open_serde(target_serde) if target_serde else own
        if as_json:
            other = open_json(target_serde, back=back)
        loader = Loader(own, names_in(as_data, "--as-data"))
        opened = SaverSource(source, loader) if back else open_source(source, loader)
    with contextlib.closing(opened):
        weights = matching_threads(opened.weigh(), threads)
        if dry_run:
            with ProgressBar(weights, "reading") as bar:
                report = read_all(opened, loader, weights, bar)
            _print_dry(opened, report)
        elif isinstance(opened, SaverSource):
            report = _move_back(opened, target, other, weights, replace=replace)
        else:
            report = _move(opened, target, loader, other, weights, replace=replace)
    _print_missing(report.missing)
    if report.failed:
        raise click.exceptions.Exit(1)


@contextlib.contextmanager
def _typed_wrong() -> Generator[None]:
    """Tell apart what was typed wrong, with exit status 2, from threads that stay."""
    try:
        yield
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error


def _move(
    source: Source,
    target: str,
    loader: Loader,
    serde: SerializerProtocol,
    weights: Mapping[str, Weight],
    *,
    replace: bool,
) -> Report:
    before = _size_of(target)
    with InteractionsSaver.from_conn_string(target, serde=serde) as saver:
        mover = Mover(source, saver, loader, replace=replace)
        with ProgressBar(weights, "migrating") as bar:
            report = move_all(mover, weights, bar)
        saver.sessions.database.erase_log()
        _print(source, report, (before, _size_of(target)))
    _print_unwritten(mover.unwritten)
    return report


def _move_back(
    source: SaverSource,
    target: str,
    serde: SerializerProtocol,
    weights: Mapping[str, Weight],
    *,
    replace: bool,
) -> Report:
    before = _size_of(target)
    is_equal = (
        serde.is_equal if isinstance(serde, JsonSerde) else source.loader.is_equal
    )
    with _typed_wrong():
        made = open_target(target, serde)
    with contextlib.closing(made) as opened:
        mover = BackMover(source, opened, source.loader, is_equal, replace=replace)
        with ProgressBar(weights, "writing back") as bar:
            report = move_all(mover, weights, bar)
    _print(source, report, (before, _size_of(target)))
    if mover.dropped:
        names = ", ".join(sorted(mover.dropped))
        click.echo(f"not carried over: what the target keeps in no metadata ({names})")
    return report


def _print(
    source: Source, report: Report, sizes: tuple[int | None, int | None]
) -> None:
    moved = sum(report.moved.values(), Weight())
    print_table(
        "migrated and compared",
        {
            "threads": len(report.moved),
            "threads that were there already": len(report.present),
            "threads that were not moved": len(report.failed),
            "checkpoints": moved.checkpoints,
            "writes": moved.writes,
            "values that keep data in place of objects": report.kept,
            "size of the source": in_bytes(source.size()),
            "size of the target before": in_bytes(sizes[0]),
            "size of the target after": in_bytes(sizes[1]),
        },
    )


def _print_dry(source: Source, report: Report) -> None:
    readable = sum(report.moved.values(), Weight())
    print_table(
        "would be migrated",
        {
            "threads": len(report.moved),
            "threads that cannot be read": len(report.failed),
            "checkpoints": readable.checkpoints,
            "writes": readable.writes,
            "values that would keep data in place of objects": report.kept,
            "size of the source": in_bytes(source.size()),
        },
    )


def _print_unwritten(channels: set[str]) -> None:
    if channels:
        names = ", ".join(sorted(channels))
        click.echo(
            "not carried over: the values of channels that were never written, which "
            f"are their defaults ({names})"
        )


def _print_missing(names: set[Name]) -> None:
    if names:
        options = " ".join(f"--allow {module}:{name}" for module, name in sorted(names))
        click.echo(
            f"those of these classes that are your graph's, run it again with {options} "
            "(--app-dir is where they are imported from; --as-data in place of --allow "
            "for one that is gone; with --serde, import or allow them there)",
            err=True,
        )


def _size_of(target: str) -> int | None:
    """Return the bytes of the target's file with its log, where it is a file."""
    path = target.removeprefix(SQLITE)
    parts = [Path(path + end) for end in ("", "-wal")]
    found = [part.stat().st_size for part in parts if part.is_file()]
    return sum(found) if found else None
