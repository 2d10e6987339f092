"""`interactions export`: what is typed, and what is written."""

import contextlib
import shlex
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn, cast, get_args

import click

from interactions_core.cli.arguments.files import new_place
from interactions_core.cli.arguments.filters import tenant_option
from interactions_core.cli.arguments.naming import find_interaction
from interactions_core.cli.arguments.stores import (
    StoreName,
    found_option,
    opened,
)
from interactions_core.cli.arguments.unknown_names import say_unmatched
from interactions_core.cli.printing.export_file import ExportFile
from interactions_core.cli.printing.output import json_text, shown
from interactions_core.exporting.export import (
    Exported,
    Files,
    Form,
    count_conversations,
    has_answer,
)
from interactions_core.exporting.export import export as export_from
from interactions_core.exporting.losses import Loss, counted
from interactions_core.records.conversations import ConversationId

_LONG: Final = 20
"""Conversations from which on it is shown how far an export is."""


@click.command()
@found_option
@click.option(
    "--to",
    required=True,
    type=click.Choice(get_args(Form)),
    help="The form; all but markdown are a line of JSON for each conversation.",
)
@click.option("--thread", metavar="ID", help="Only the conversations of this thread.")
@tenant_option("Only those")
@click.option("--id", "interaction", metavar="ID", help="Only up to this interaction.")
@click.option(
    "--all-branches",
    is_flag=True,
    help="Write each branch as a conversation, not only the one that is newest.",
)
@click.option(
    "--files",
    type=click.Choice(get_args(Files)),
    default="inline",
    show_default=True,
    help="Whether media stay as they were sent, or their hash stands in their place.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=new_place,
    metavar="FILE",
    help="Write there, when all is done; until then to FILE.part.",
)
@click.option("--resume", is_flag=True, help="Go on with what is in FILE.part or FILE.")
@click.option("--strict", is_flag=True, help="Exit with 1 if anything was not carried.")
@click.pass_context
def export(
    context: click.Context,
    sessions: StoreName,
    *,
    to: str,
    thread: str | None,
    tenant: str | None,
    interaction: str | None,
    all_branches: bool,
    files: str,
    output: Path | None,
    resume: bool,
    strict: bool,
) -> None:
    """Write conversations in a form that other programs and models read.

    Without --thread, --tenant and --id all of the store, the newest first. What a form
    cannot carry stands in `not_carried` of each line, and is counted at the end.
    """
    _check(to, interaction, thread or tenant, output, resume=resume)
    seen, is_shown = _Seen(), output is None and sys.stdout.isatty()
    is_followed = not is_shown and sys.stderr.isatty()
    with opened(sessions.url, read_only=True) as store:
        if interaction is not None:
            interaction = find_interaction(store, interaction)
        total = 1
        # All of a store takes a while to be counted, for what nobody may look at.
        if not interaction and (thread or tenant or is_followed):
            total = count_conversations(store, thread, tenant)
        if not total and (thread or tenant):
            say_unmatched(store, thread=thread, tenant=tenant)
            msg = f"no conversation of {shown(thread or tenant or '')}"
            raise click.ClickException(msg)
        # Before a file is made, which would pass for an export.
        if thread and not has_answer(store, thread, tenant):
            _refuse_unanswered(thread)
        with _writer(output, to, resume=resume) as (write, is_done):
            found = export_from(
                store,
                # click has checked the words.
                to=cast("Form", to),
                thread_id=thread,
                session_id=tenant,
                interaction_id=interaction,
                all_branches=all_branches,
                files=cast("Files", files),
                is_done=is_done,
            )
            for each in _followed(found, total, is_followed=is_followed):
                write(_bytes(each, is_printed=output is None))
                seen.note(each)
    click.echo(seen.sentence(), err=True)
    if strict and seen.losses:
        context.exit(1)


@dataclass(slots=True)
class _Seen:
    """What was written, for what is said at the end."""

    number: int = 0
    losses: list[Loss] = field(default_factory=list[Loss])

    def note(self, each: Exported) -> None:
        self.number += 1
        self.losses += each.not_carried

    def sentence(self) -> str:
        said = f"{self.number} conversation{'' if self.number == 1 else 's'}"
        kinds = [f"{kind} {count}" for kind, count in counted(self.losses).items()]
        return f"{said}; not carried: {', '.join(kinds) or 'nothing'}"


def _refuse_unanswered(thread: str) -> NoReturn:
    """Say that a thread is known in which there is nothing to write."""
    chosen = shlex.quote(thread)
    msg = (
        f"nothing was answered in '{shown(thread)}' yet, and nothing was exported; "
        f"its jobs: interactions jobs list --thread {shown(chosen)}"
    )
    raise click.ClickException(msg)


def _check(
    to: str,
    interaction: str | None,
    filters: str | None,
    output: Path | None,
    *,
    resume: bool,
) -> None:
    if resume and output is None:
        msg = "--resume goes with -o FILE"
        raise click.UsageError(msg)
    if resume and to == "markdown":
        msg = "--resume goes with the forms that are lines of JSON, not with markdown"
        raise click.UsageError(msg)
    if interaction and filters:
        msg = "--id names what is written; leave --thread and --tenant out"
        raise click.UsageError(msg)


_Write = Callable[[bytes], object]
_IsDone = Callable[[ConversationId, str], bool]


@contextlib.contextmanager
def _writer(
    output: Path | None, form: str, *, resume: bool
) -> Generator[tuple[_Write, _IsDone]]:
    """Open what is written to: a file, or what commands print to."""
    if output is None:
        yield sys.stdout.buffer.write, _is_never_done
        return
    with ExportFile(output, form, resume) as file:

        def is_done(conversation: ConversationId, last: str) -> bool:
            scope, root = conversation.scope, conversation.root or None
            names = (scope.thread_id or None, scope.session_id or None, root)
            return (*names, last) in file.done

        yield file.write, is_done


def _is_never_done(_: ConversationId, __: str) -> bool:
    return False


def _bytes(each: Exported, *, is_printed: bool) -> bytes:
    """Write a conversation as UTF-8; what is printed does nothing to a terminal."""
    if each.form != "markdown":
        return f"{json_text(each.as_json())}\n".encode()
    lines = each.text().split("\n")
    text = "\n".join(map(shown, lines) if is_printed else lines)
    return text.encode(errors="backslashreplace")


def _followed(
    found: Iterable[Exported], total: int, *, is_followed: bool
) -> Iterator[Exported]:
    """Show how far an export is, where somebody looks and it takes long."""
    if total < _LONG or not is_followed:
        yield from found
        return
    with click.progressbar(
        found, length=total, label="exporting", file=sys.stderr
    ) as bar:
        yield from bar
