"""Hold what services noted against what the server was asked and has. Pure.

A question has a name, which stands in its text; so the creates that asked it are known.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.deploy_day.ledger import NAME, STORE_ERROR, Row
from tests.langgraph.oracle import READING
from tests.oracle.comparison import EXACT, Entry, disagreement, wire_entries

KILLED: Final = "killed before the answer came"
UNKEPT: Final = "ended between an answer and its keeping"
AWAY: Final = "data base away before the answer was recorded"

Steps = list[dict[str, Any]]


@dataclass(frozen=True)
class Create:
    """A create that the server answered.

    Attributes:
        call: The name of what it asked.
        interaction: What came of it.
        before: The context that it was asked with.
        answer: The steps of its answer.
    """

    call: str
    interaction: str
    before: Steps
    answer: Steps


@dataclass(frozen=True)
class Day:
    """All that is known when it is over.

    Attributes:
        rows: The ledger.
        creates: Those that were answered, oldest first.
        killed: Pods that had no time to end.
        promised: Every question that a client has asked, with the answer it got.
    """

    rows: Sequence[Row]
    creates: Sequence[Create]
    killed: Collection[str]
    promised: Mapping[str, str | None]


@dataclass
class Findings:
    """What is wrong, in words, and what is declared, by the name of its window."""

    faults: list[str] = field(default_factory=list)
    windows: Counter[str] = field(default_factory=Counter)


def creates_of(rows: Sequence[Row], transcripts: Mapping[str, Steps]) -> list[Create]:
    """Read the creates out of the server's log, with what it holds of each."""
    return [
        _create(row, transcripts)
        for row in rows
        if row["method"] == "POST"
        and row["path"].partition("?")[0].endswith("/interactions")
        and row["interaction"]
        and row["status"] in {200, None}
    ]


def _create(row: Row, transcripts: Mapping[str, Steps]) -> Create:
    body, name = row["body"], row["interaction"]
    [call] = NAME.findall(str(body["input"][-1]))
    parent = body.get("previous_interaction_id")
    size = len(transcripts[parent] if parent else []) + len(body["input"])
    held = transcripts[name]
    return Create(call, name, held[:size], held[size:])


def check(day: Day) -> Findings:
    """Say what was lost, paid twice, or asked in a wrong context."""
    found = Findings()
    made: defaultdict[str, list[Create]] = defaultdict(list)
    for create in day.creates:
        made[create.call].append(create)
    asked = {row["call"]: row["list"] for row in day.rows if row["what"] == "asked"}
    found.faults += _lost_turns(day, made, asked)
    found.faults += _lost_history(day)
    found.faults += _wrong_contexts(day)
    found.faults += _failures(day)
    for call, several in made.items():
        _count_windows(day, call, several, found)
    return found


def _lost_turns(
    day: Day, made: Mapping[str, list[Create]], asked: Collection[str]
) -> Iterator[str]:
    for call, answer in day.promised.items():
        if answer is None:
            yield f"{call}: no answer"
    for call in asked:
        if call not in made:
            yield f"{call}: answered, and never asked for"
    answers = {
        row["call"]: row["text"] for row in day.rows if row["what"] == "answered"
    }
    for call, text in answers.items():
        texts = [_text(create.answer) for create in made.get(call, ())]
        if text not in texts:
            yield f"{call}: {text!r} is none of its answers {texts}"
    for call, answer in day.promised.items():
        # With a tool in between, the last answer is that to its result.
        last = answers.get(f"r{call[1:]}", answers.get(call))
        if answer is not None and answer != last:
            yield f"{call}: the client has {answer!r}, the framework {last!r}"


def _lost_history(day: Day) -> Iterator[str]:
    """Hold each list against what its client was told before."""
    for row in day.rows:
        if row["what"] != "asked":
            continue
        conversation, _, turn = row["call"][1:].rpartition("-")
        names = [f"q{conversation}-{number}" for number in range(int(turn) + 1)]
        users = [entry for entry in row["list"] if entry[0] == "user"]
        answers = [entry[1] for entry in row["list"] if entry[0] == "model"]
        if [NAME.findall(str(entry)) for entry in users] != [[name] for name in names]:
            yield f"{row['call']}: asked after {users}"
        if answers != [day.promised.get(name) for name in names[:-1]]:
            yield f"{row['call']}: asked after the answers {answers}"


def _wrong_contexts(day: Day) -> Iterator[str]:
    """Hold each create against what was asked by its name, and the last of that too.

    A graph that lost an answer asks its model again: the call of a tool has another id
    then, and so has the list that its result is handed on with.
    """
    lists: defaultdict[str, list[list[Entry]]] = defaultdict(list)
    for row in day.rows:
        if row["what"] == "asked":
            lists[row["call"]].append([_entry(each) for each in row["list"]])
    newest: dict[str, list[str]] = {}
    for create in day.creates:
        context = [(step, False) for step in create.before]
        told = [
            disagreement(context, meant, EXACT, reading=READING)
            for meant in lists[create.call] or [[]]
        ]
        newest.setdefault(create.call, []).append(told[-1])
        if all(told):
            yield f"{create.call}: {create.interaction} was asked with {told[-1]}"
    for call, wrong in newest.items():
        if all(wrong):
            yield f"{call}: nothing was asked with its newest list: {wrong[-1]}"


def _failures(day: Day) -> Iterator[str]:
    """Name errors that no outage explains: a client should never see them."""
    for row in day.rows:
        if row["what"] == "failed" and row["error"] != STORE_ERROR:
            yield f"{row['call']}: {row['error']} in {row['pod']}\n{row['told']}"


def _count_windows(
    day: Day, call: str, made: Sequence[Create], found: Findings
) -> None:
    """Explain every create beyond the first by an attempt that could not end."""
    excess = len(made) - 1
    excuses = [*_excuses(day, call)][:excess] if excess else []
    found.windows.update(excuses)
    if len(excuses) < excess:
        names = ", ".join(create.interaction for create in made)
        found.faults.append(f"{call}: {len(made)} creates ({names})")


def _excuses(day: Day, call: str) -> Iterator[str]:
    """Yield the window of each attempt at a call that could not end.

    KILLED: its pod was killed before the answer came. UNKEPT: it was killed, or its data
    base was away, between the answer and the framework's own keeping of it. AWAY: its
    data base was away before that.
    """
    question = f"q{call[1:]}"
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in day.rows:
        if row["call"] == call and row["what"] in {"asked", "answered"}:
            counts[row["pod"]][row["what"]] += 1
        elif row["call"] == question and row["what"] in {"ended", "suspended"}:
            counts[row["pod"]]["closed"] += 1
        elif row["call"] == question and row["what"] == "failed":
            counts[row["pod"]]["failed"] += 1
    for pod, count in counts.items():
        is_open = count["asked"] > count["closed"] + count["failed"]
        has_answer = count["answered"] > count["closed"]
        if count["asked"]:
            yield from [UNKEPT if has_answer else AWAY] * count["failed"]
        if is_open and pod in day.killed:
            yield UNKEPT if has_answer else KILLED


def _text(answer: Steps) -> str:
    said = wire_entries(answer, READING)
    return "".join(entry[1] for entry in said if entry[0] == "model")


def _entry(row: Sequence[Any]) -> Entry:
    """Return an entry as it was before it was JSON."""
    return tuple(
        [tuple(block) for block in part] if isinstance(part, list) else part
        for part in row
    )
