"""A copy for readers is no cache: a program that is given one sends everything again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from interactions_core.stores import SqliteStore
from interactions_core.stores.sqlite.copying import copy_file, copy_for_readers
from interactions_emulator import Emulator
from tests.contract.asking import Asker, Chat

WORD = "My word is swordfish."


def copied(store: SqliteStore, target: Path, *, whole: bool) -> SqliteStore:
    path = store.database.path
    if whole:
        copy_file(path, target, lambda _, __: None)
    else:
        copy_for_readers(path, target, store.database.parts, lambda _, __: None)
    return SqliteStore(target)


@pytest.mark.parametrize("whole", [True, False])
def test_only_a_whole_copy_goes_on_with_a_chat(
    connect: Callable[..., Asker], emulator: Emulator, tmp_path: Path, *, whole: bool
) -> None:
    """The account is the same, whatever the secret: only the content tells."""
    store = SqliteStore(tmp_path / "state.db")
    chat = Chat(connect("unary", store=store, account="acme"))
    chat.say(WORD)
    copy = copied(store, tmp_path / "copy.db", whole=whole)

    chat.asker = connect("unary", store=copy, account="acme")
    reply = chat.say("What is my word?")

    assert "swordfish" in str(reply.steps)
    sent = emulator.requests()[-1]
    assert (WORD in str(sent["body"])) is not whole
    assert (reply.reason == "continue") is whole
