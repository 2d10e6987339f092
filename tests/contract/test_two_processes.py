"""Other processes with the same store continue the same conversations."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interactions_core.stores import SessionStore, open_store
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import model_output, user_input
from interactions_emulator import Emulator
from tests.contract.asking import Chat
from tests.contract.conftest import Connect
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]

TALK = """
import json, sys
from interactions_core.client.client import InteractionsClient
from interactions_core.client.connection import Connection
from interactions_core.turns.context import ClientPolicy
from interactions_core.transcript.replies import visible_reply
from interactions_core.stores import open_store
from tests.contract.asking import make_turn, said, text_of
from tests.patience import PATIENCE_S

url, path, thread, now, texts = json.loads(sys.argv[1])
connection = Connection(api_key="the key", base_url=url, timeout_s=PATIENCE_S)
policy = ClientPolicy(max_retries=0, retention_s=55 * 86400.0, clock=lambda: now)
client, store = InteractionsClient(connection, policy), open_store(path)
print("ready", flush=True)
sys.stdin.readline()
steps = []
for text in texts:
    steps.append(said(text))
    reply = client.turn(make_turn(steps, thread_id=thread), store)
    steps.extend(visible_reply(reply.steps))
    print(json.dumps([reply.reason, reply.interaction_id, text_of(reply)]), flush=True)
client.close()
"""


class Talker:
    """Another process that says some texts and reports what was answered."""

    def __init__(self, *arguments: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", TALK, json.dumps(arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def replies(self) -> list[Any]:
        out, errors = self._process.communicate(timeout=PATIENCE_S)
        assert errors == ""
        return [json.loads(line) for line in out.splitlines()[1:]]

    def kill_after(self, count: int) -> list[Any]:
        """Kill it without warning once it has reported so many replies."""
        assert self._process.stdout is not None
        lines = [self._process.stdout.readline() for _ in range(count + 1)]
        self._process.kill()
        self._process.communicate(timeout=PATIENCE_S)
        return [json.loads(line) for line in lines[1:]]


@pytest.fixture
def shared(store_url: str) -> Iterator[SessionStore]:
    store = open_store(store_url)
    yield store
    store.close()


def test_another_process_continues_the_conversation(
    emulator: Emulator,
    connect: Connect,
    clock: Any,
    store_url: str,
    shared: SessionStore,
) -> None:
    """The list is the same; the store alone says where the server stands."""
    texts = ["My name is Ada.", "What is my name?"]
    first = Talker(emulator.url, store_url, "t", clock.now, texts)
    first.start()
    (_, _, greeting), (_, parent, answer) = first.replies()

    chat = Chat(connect("unary", store=shared), thread_id="t")
    chat.steps = _told(texts, [greeting, answer])
    reply = chat.say("Say my name again.")

    assert answer == "Your name is Ada."
    assert (reply.reason, reply.previous_interaction_id) == ("continue", parent)
    assert len(emulator.requests()[-1]["body"]["input"]) == 1


def test_a_conversation_is_continued_after_its_process_was_killed(
    emulator: Emulator,
    connect: Connect,
    clock: Any,
    store_url: str,
    shared: SessionStore,
) -> None:
    texts = [f"This is line {number}." for number in range(500)]
    first = Talker(emulator.url, store_url, "t", clock.now, texts)
    first.start()
    replies = first.kill_after(3)

    chat = Chat(connect("unary", store=shared), thread_id="t")
    chat.steps = _told(texts[:3], [text for _, _, text in replies])
    reply = chat.say("Who are you?")

    assert reply.previous_interaction_id == replies[-1][1]


def test_processes_that_talk_at_once_lose_nothing(
    emulator: Emulator, clock: Any, store_url: str, shared: SessionStore
) -> None:
    texts = ["My name is Ada.", "Is it late?", "What is my name?"]
    talkers = [
        Talker(emulator.url, store_url, thread, clock.now, texts * 5)
        for thread in ("one", "two", "both", "both")
    ]

    for talker in talkers:
        talker.start()
    replies = [talker.replies() for talker in talkers]

    told = {name for reply in replies for _, name, _ in reply}
    assert len(told) == 60
    assert {entry.key for _, entry in shared.ledger()} == told
    assert all(shared.get(scope, entry.key) for scope, entry in shared.ledger())
    for reply in replies[:2]:
        assert [reason for reason, _, _ in reply] == ["root", *["continue"] * 14]
    assert all(reply[-1][2] == "Your name is Ada." for reply in replies)


def _told(texts: list[str], answers: list[str]) -> list[Any]:
    steps: list[Any] = []
    for text, answer in zip(texts, answers, strict=True):
        steps += [user_input([text_part(text)]), model_output([text_part(answer)])]
    return steps
