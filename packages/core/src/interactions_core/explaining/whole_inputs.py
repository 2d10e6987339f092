"""All that a turn asked with: the steps of its record, and those before them. Pure.

A record keeps what its turn added to the context of another one. What was sent, and what
has to be sent to ask it again, is put together from both, and only where what was
recorded shows that nothing is missing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from interactions_core.canonical import JsonObject
from interactions_core.records.conversations import Content, Recorded
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.mirror import is_redacted
from interactions_core.transcript.digest import SEED, fold_wire


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeInput:
    """What comes before the steps that the record of a turn has.

    Attributes:
        base: The record whose context they follow; "" for none.
        previous: What the first of all these steps goes on from at the server, of which
            nothing is kept here; "" for nothing.
        repeated: How many steps of the base's context were sent again before them.
        is_whole: Whether this is shown to be all. Else nobody can tell what was asked.
    """

    base: str = ""
    previous: str = ""
    repeated: int = 0
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    """What the server held after an answer."""

    digest: bytes = SEED
    steps: int = 0
    previous: str = ""
    is_whole: bool = True


_EMPTY: Final = _Context()


def whole_inputs(
    records: Sequence[InteractionRecord], steps_sent: Mapping[str, int]
) -> dict[str, WholeInput]:
    """Say of each turn what comes before the steps of its record.

    Args:
        records: With what was said in them; those that they follow as well, as far as
            they are kept.
        steps_sent: How many steps were sent, by key, of what was paid for here.
    """
    known = {record.key: record for record in records}
    contexts: dict[str, _Context] = {}
    found: dict[str, WholeInput] = {}
    for last in records:
        for record in _line(last, known, contexts):
            before = contexts.get(record.base_key)
            told = _input(record, before, steps_sent.get(record.key))
            found[record.key] = told
            contexts[record.key] = _after(record, before, told)
    return found


def with_content(
    turns: Iterable[Recorded], contents: Mapping[str, Content]
) -> Iterator[InteractionRecord]:
    """Put what was said in turns back into their records, as far as it is kept."""
    for turn in turns:
        content = contents.get(turn.record.key)
        yield (
            turn.record
            if content is None
            else replace(
                turn.record,
                sent=content.sent,
                synthetic=content.synthetic,
                held=content.held,
            )
        )


def sent_counts(turns: Iterable[Recorded]) -> dict[str, int]:
    """Say how many steps were sent in each turn that was paid for here."""
    return {
        turn.record.key: sum(entry.steps_sent for entry in turn.entries)
        for turn in turns
        if turn.entries
    }


def asked_with(
    line: Sequence[InteractionRecord], told: WholeInput
) -> tuple[JsonObject, ...]:
    """Return the steps that ask the last of these turns again, oldest first.

    Args:
        line: The turn, and before it those that it follows.
        told: What comes before its steps.
    """
    *before, last = line
    if not told.base:
        return last.sent
    earlier = (wire for each in before for wire in (*each.sent, *each.held))
    return (*earlier, *last.sent)


def _line(
    last: InteractionRecord,
    known: Mapping[str, InteractionRecord],
    done: Mapping[str, object],
) -> list[InteractionRecord]:
    """Return a record and what it follows that was not looked at yet, oldest first."""
    line: dict[str, InteractionRecord] = {}
    record: InteractionRecord | None = last
    while record is not None and record.key not in line and record.key not in done:
        line[record.key] = record
        record = known.get(record.base_key)
    return [*line.values()][::-1]


def _input(
    record: InteractionRecord, before: _Context | None, steps_sent: int | None
) -> WholeInput:
    if before is None:
        is_known = bool(record.parent_id) or not record.base_key
        told = WholeInput(previous=record.parent_id, is_whole=is_known)
    elif before.is_whole or not record.parent_id:
        told = WholeInput(
            base=record.base_key,
            previous=before.previous,
            repeated=0 if record.parent_id else before.steps,
            is_whole=before.is_whole,
        )
    else:
        # It was sent so: the server had what nobody here can put together.
        told = WholeInput(previous=record.parent_id, is_whole=True)
    count = len(record.sent) + told.repeated
    is_all = steps_sent in {None, count} and bool(record.sent)
    return replace(told, is_whole=told.is_whole and is_all)


def _after(
    record: InteractionRecord, before: _Context | None, told: WholeInput
) -> _Context:
    start = before if before is not None and told.base else _EMPTY
    said = (*record.sent, *record.held)
    digest = fold_wire(start.digest, said)
    is_same = digest == record.context_digest and not is_redacted(record.held)
    return _Context(
        digest, start.steps + len(said), told.previous, told.is_whole and is_same
    )
