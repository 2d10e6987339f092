"""`interactions replay`: what is typed, and what is printed; nothing is sent."""

import click

from interactions_core.cli.arguments.completion import complete_interactions
from interactions_core.cli.arguments.naming import find_record
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.printing.output import json_text, write
from interactions_core.cli.replay.curl import (
    CutPart,
    curl_lines,
    replay_body,
    without_media,
)
from interactions_core.counted import counted
from interactions_core.explaining.inputs import records_of, sent_by_a_replay
from interactions_core.records.mirror import is_redacted

_UNKNOWN = (
    "The system instruction, tools and settings are not in the store: add them, or the "
    "answer is another one."
)


@click.command()
@found_option
@click.argument("interaction", shell_complete=complete_interactions)
@click.option("--dry-run", is_flag=True, help="Print it; without this nothing happens.")
@click.option("--json", "as_json", is_flag=True, help="Print the body alone, whole.")
def replay(
    sessions: StoreName, interaction: str, *, dry_run: bool, as_json: bool
) -> None:
    """Print what would be sent to ask INTERACTION again with all that came before.

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
        record = find_record(store, interaction)
        line = records_of(store, record.scope, record.key)
    steps = sent_by_a_replay(line)
    if not steps or is_redacted(step for each in line for step in each.held):
        msg = (
            "this store keeps lengths and hashes only, so nobody can tell what to send"
        )
        raise click.ClickException(msg)
    body = replay_body(record, steps)
    cut: list[CutPart] = []
    if as_json:
        click.echo(json_text(body))
    else:
        write(curl_lines(record.scope, without_media(body, cut)), color=False)
    click.echo(_UNKNOWN, err=True)
    for part in cut:
        what = f"{counted(part.characters, 'character')} of base64"
        click.echo(f"{part.name} stands for {what}; put them in its place.", err=True)
