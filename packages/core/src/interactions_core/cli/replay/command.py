"""`interactions replay`: what is typed, and what is printed; nothing is sent."""

import click

from interactions_core.cli.arguments.completion import complete_names
from interactions_core.cli.arguments.filters import tenant_option
from interactions_core.cli.arguments.naming import find_turn
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.printing.output import json_text, shown, write
from interactions_core.explaining.curl import (
    CutPart,
    curl_lines,
    notes_on,
    without_media,
)
from interactions_core.explaining.replays import replay_of


@click.command()
@found_option
@click.argument("interaction", shell_complete=complete_names)
@tenant_option("Only turns")
@click.option("--dry-run", is_flag=True, help="Print it; without this nothing happens.")
@click.option("--json", "as_json", is_flag=True, help="Print the body alone, whole.")
def replay(
    sessions: StoreName,
    interaction: str,
    *,
    tenant: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Print what would be sent to ask INTERACTION again with all that came before.

    INTERACTION is an id, its beginning, or its last 6 characters; `last` is the newest,
    and of a thread the newest turn is meant.

    As a command of curl that takes the key from GEMINI_API_KEY. Long media are named as
    files. Nothing is ever sent from here: a framework sends its list again by itself.
    """
    if not dry_run:
        msg = (
            "nothing is sent from here, since an answer would cost and belong to no "
            "thread: give --dry-run to see what would be sent"
        )
        raise click.UsageError(msg)
    with opened(sessions.url, read_only=True) as store:
        record = find_turn(store, interaction, tenant)
        again = replay_of(store, record)
    if again.refusal:
        raise click.ClickException(again.refusal)
    cut: list[CutPart] = []
    if as_json:
        click.echo(json_text(again.body))
    else:
        body = without_media(again.body, cut)
        write(curl_lines(record.scope, body), color=False)
    for note in notes_on(again.previous, cut):
        click.echo(shown(note), err=True)
