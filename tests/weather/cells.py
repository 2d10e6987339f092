"""One fault, one adapter, one mode: a conversation of three turns, and its accounts.

The first turn is fair. The fault meets the second one, which is asked again until it
is answered, three times at the most. The third shows whether the server holds what
the framework's list says.
"""

import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

import httpx

from interactions_core import open_store
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.weather.faults import FAULTS, GET_FAULTS, HIDDEN_S, Fault
from tests.weather.proxy import Proxy
from tests.weather.speakers import SPEAKERS, Line, Speaker

REPEATS: Final = 3
MODEL: Final = "gemini-3.5-flash"
FIRST: Final = "My name is Ada."
SECOND: Final = "Please go on."
THIRD: Final = "And then?"
NOTE: Final = re.compile(r"\n\n\[Not shown here: [^\]]*\]$")
"""What AutoGen and CrewAI are told in words of blocks that stay on the server."""


@dataclass(frozen=True)
class Cell:
    """Where in the table."""

    fault: str
    adapter: str
    mode: str


@dataclass
class Outcome:
    """What came of a cell.

    Attributes:
        calls: What each call of the second turn came to: `OK` or an error.
        following: What the third turn came to.
        sent: Creates that the second turn sent, as far as the server has seen them,
            and continuations left aside.
        made: How many of them made an interaction.
        context: Whether the server held what the list says; "" if nobody can tell.
        counted: How the tokens in the ledger compare with the server's.
    """

    calls: list[str] = field(default_factory=list[str])
    following: str = ""
    sent: int = 0
    made: int = 0
    context: str = ""
    counted: str = ""

    def __str__(self) -> str:
        first, last = self.calls[0], self.calls[-1]
        tries = f"@{len(self.calls) - 1}" if len(self.calls) > 2 else ""
        whole = first if len(self.calls) == 1 else f"{first}>{last}{tries}"
        creates = f"creates={self.made}/{self.sent}"
        context = f"ctx{self.context or '?'}"
        return f"{whole} next={self.following} {creates} {context} {self.counted}"


@dataclass
class Weather:
    """A server, the proxy before it and the clock of both."""

    emulator: Emulator
    proxy: Proxy
    clock: Clock

    def begin(self, fault: Fault) -> None:
        """Let a fault loose."""
        for order in fault.orders:
            self.emulator.fault(**order)
        if fault.reply is not None:
            reply = {"when": {"last_user_contains": SECOND}, "reply": fault.reply}
            self.emulator.script([reply | {"times": 1 + fault.reply.get("hops", 0)}])
        self.proxy.garble = fault.garble
        if fault.is_refused:
            self.proxy.close()

    def calm(self) -> None:
        """Let the proxy hand on what comes; the emulator has faults of its own."""
        self.proxy.garble = None
        self.proxy.close()
        self.proxy.open()

    def creates(self) -> list[dict[str, Any]]:
        """Return the creates that the server has seen, each with its interaction."""
        return [
            row
            for row in self.emulator.requests()
            if row["method"] == "POST" and row["path"].endswith("/interactions")
        ]

    def delete(self, interaction_id: str) -> None:
        """Delete an interaction."""
        self._ask("DELETE", interaction_id)

    def tokens(self, interaction_id: str) -> int | None:
        """Return what an interaction took; `None` where the server has none."""
        # Faults that are still to come are for the adapters.
        asked = (self._ask("GET", interaction_id) for _ in range(1 + GET_FAULTS))
        for answer in asked:
            if answer.status_code == httpx.codes.OK:
                return int(answer.json().get("usage", {}).get("total_tokens", 0))
        return None

    def _ask(self, method: str, interaction_id: str) -> httpx.Response:
        url = f"{self.emulator.url}/v1beta/interactions/{interaction_id}"
        return httpx.request(method, url, headers={"x-goog-api-key": "k"}, timeout=60)


@contextmanager
def fair_weather() -> Iterator[Weather]:
    """Run a server and a proxy on a clock of their own."""
    with ExitStack() as stack:
        clock = Clock()
        emulator = stack.enter_context(Emulator(clock=clock))
        proxy = Proxy(emulator.url)
        stack.callback(proxy.close)
        proxy.open()
        yield Weather(emulator, proxy, clock)


def play(weather: Weather, cell: Cell) -> Outcome:
    """Play a cell on a server that is as good as new afterwards."""
    weather.emulator.reset()
    fault, sessions = FAULTS[cell.fault], f"memory:{os.urandom(6).hex()}"
    options: dict[str, Any] = {
        "model": MODEL,
        "api_key": "k",
        "base_url": weather.proxy.url,
        "sessions": sessions,
        "max_retries": 2,
        "timeout_s": fault.timeout_s or 120.0,
    }
    speaker = SPEAKERS[cell.adapter](cell.mode, weather.clock, options)
    try:
        return _played(weather, fault, speaker, sessions)
    finally:
        speaker.close()


def _played(weather: Weather, fault: Fault, speaker: Speaker, sessions: str) -> Outcome:
    outcome, lines = Outcome(), [("user", FIRST)]
    lines.append(("model", speaker.ask(lines)))
    before = weather.creates()
    if fault.deletes_parent:
        weather.delete(before[-1]["interaction"])
    weather.begin(fault)
    lines.append(("user", SECOND))
    for _ in range(1 + REPEATS):
        told = _try(speaker, lines, outcome.calls)
        if fault.is_refused or fault.garble is not None:
            weather.calm()
        if told is not None:
            lines.append(("model", told))
            break
    second = weather.creates()[len(before) :]
    begun = [row for row in second if "continuation_token" not in row["body"]]
    outcome.sent = len(begun)
    outcome.made = sum(bool(row["interaction"]) for row in begun)
    outcome.counted = _counted(weather, sessions)
    _follow(weather, speaker, lines, outcome)
    return outcome


def _try(speaker: Speaker, lines: list[Line], calls: list[str]) -> str | None:
    """Ask once and note what that came to."""
    try:
        told = speaker.ask(lines)
    except Exception as error:  # noqa: BLE001 - whatever reaches the user is the outcome
        calls.append(type(error).__name__)
        return None
    calls.append("OK")
    return told


def _follow(
    weather: Weather, speaker: Speaker, lines: list[Line], outcome: Outcome
) -> None:
    """Ask the third turn, and compare what the server held for it."""
    lines.append(("user", THIRD))
    calls: list[str] = []
    told = _try(speaker, lines, calls)
    outcome.following = calls[0]
    if told is None:
        return
    held = said(weather.emulator.transcript(weather.creates()[-1]["interaction"]))
    listed = joined(
        (who, NOTE.sub("", text)) for who, text in [*lines, ("model", told)]
    )
    outcome.context = "OK" if held == listed else f"DIFF held={held} list={listed}"


def said(steps: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return what a transcript says in words, whose words joined."""
    who = {"user_input": "user", "model_output": "model"}
    return joined(
        (
            who[step["type"]],
            "".join(block.get("text", "") for block in step["content"]),
        )
        for step in steps
        if step["type"] in who
    )


def joined(lines: Iterable[Line]) -> list[Line]:
    """Join what one says in a row; what is empty is not said."""
    groups = itertools.groupby(filter(itemgetter(1), lines), itemgetter(0))
    return [(who, "".join(text for _, text in group)) for who, group in groups]


def _counted(weather: Weather, sessions: str) -> str:
    """Compare the tokens in the ledger with those of the interactions on the server."""
    weather.clock.advance(HIDDEN_S)
    entries = [entry for _, entry in open_store(sessions).ledger()]
    mine = sum(entry.usage.total_tokens for entry in entries)
    known = {entry.key for entry in entries}
    theirs: dict[str, int] = {}
    for row in weather.creates():
        name = row["interaction"]
        tokens = weather.tokens(name) if name else None
        if name and tokens is not None:
            theirs[name] = tokens
    unheard = {name for name in theirs if name not in known}
    if mine == sum(theirs.values()):
        # Answers that were given up stand in the entry of the one that was not.
        unheard = {name for name in unheard if not theirs[name]}
        return f"counted=all{_but(unheard)}"
    if mine > sum(theirs.values()):
        return "counted=all, and what the server forgot"
    heard = sum(tokens for name, tokens in theirs.items() if name in known)
    return f"counted={'all' if mine >= heard else 'LESS'}{_but(unheard)}"


def _but(unheard: set[str]) -> str:
    return f" but {len(unheard)} unheard" if unheard else ""
