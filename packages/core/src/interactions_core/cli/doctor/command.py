"""`interactions doctor`: what is typed, and what is printed."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

from interactions_core.cli.arguments.stores import (
    VARIABLE,
    StoreName,
    examined_option,
    opened,
)
from interactions_core.cli.doctor.doctor_text import check_lines
from interactions_core.cli.doctor.live import check_places, try_live
from interactions_core.cli.printing.output import (
    color_option,
    colour,
    json_option,
    json_text,
    width,
)
from interactions_core.counted import counted
from interactions_core.doctor import Check, examine_each, is_well, summary
from interactions_core.doctor.live import Models

_OF_LIVE: Final = ("yes", "usual", "newest", "tier", "profile", "recordings")


@click.command()
@examined_option
@click.option("--offline", is_flag=True, help="Ask the API nothing.")
@click.option(
    "--clear-forms",
    is_flag=True,
    help="First forget in which form the service answered what it had refused.",
)
@json_option
@color_option
@click.option(
    "--live",
    is_flag=True,
    help="Settle with 25 creates, which cost cents, what the service really does.",
)
@click.option("--yes", is_flag=True, help="With --live: do not ask first.")
@click.option("--usual", default=Models().usual, show_default=True, metavar="MODEL")
@click.option("--newest", default=Models().newest, show_default=True, metavar="MODEL")
@click.option(
    "--profile",
    default="interactions-profile.json",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --live: where what came is written, without content and key.",
)
@click.option(
    "--tier",
    type=click.Choice(["free", "paid"]),
    default=None,
    help="With --live: what kind of key it is, for the profile; the API may not say.",
)
@click.option(
    "--recordings",
    default=None,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --live: a folder for a cassette of what was sent and answered.",
)
def doctor(
    sessions: StoreName,
    *,
    offline: bool,
    clear_forms: bool,
    as_json: bool,
    color: str,
    live: bool,
    yes: bool,
    usual: str,
    newest: str,
    profile: Path,
    tier: str | None,
    recordings: Path | None,
) -> None:
    """Say what works here, what will not, and why.

    Looks at versions, the key, the API, the clock and a session store. Nothing is
    changed but by --clear-forms, no key and no content is printed, and without --live
    nothing is sent that costs money. The exit status is 1 if something failed.
    """
    if live and offline:
        msg = "--live asks the API, and --offline does not"
        raise click.UsageError(msg)
    if not live:
        _check_options_of_live(click.get_current_context())
    else:
        check_places(profile, recordings)
    if clear_forms:
        _clear_forms(sessions.url, partial(click.echo, err=as_json))
    checks: list[Check] = []
    for check in examine_each(sessions.url, offline=offline):
        checks.append(check)
        # At once: the service may take its time.
        if not as_json:
            paint = colour(color) is not False
            lines = check_lines(check, width(), paint=paint)
            click.echo("\n".join(lines), color=colour(color))
    found = _json(checks)
    if not as_json:
        click.echo(f"\n{summary(checks)}")
    well = is_well(checks)
    if live and well:
        write = partial(click.echo, err=as_json)
        models = Models(usual=usual, newest=newest)
        well, found["live"] = try_live(
            models,
            profile,
            recordings=recordings,
            key_tier=tier or "",
            agreed=yes,
            write=write,
        )
    if as_json:
        click.echo(json_text(found))
    if not well:
        raise click.exceptions.Exit(1)


def _check_options_of_live(context: click.Context) -> None:
    """Refuse what would have no effect."""
    for name in _OF_LIVE:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            msg = f"--{name} goes with --live"
            if name == "profile":
                msg += "; INTERACTIONS_PROFILE names the profiles that are looked at"
            raise click.UsageError(msg)


def _clear_forms(url: str, write: Callable[[str], object]) -> None:
    if not url:
        msg = f"--clear-forms needs a store: give --sessions, or set {VARIABLE}"
        raise click.UsageError(msg)
    with opened(url) as store:
        number = store.clear_forms()
    write(f"{counted(number, 'form')} forgotten")


def _json(checks: Sequence[Check]) -> dict[str, object]:
    rows = [{**asdict(check), "fix": check.fix or None} for check in checks]
    return {"schema": 1, "ok": is_well(checks), "checks": rows}
