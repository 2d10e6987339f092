"""Encryption, serializers of the user's own, and strict mode."""

import os
import subprocess
import sys
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.serde.base import CipherProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from interactions_langgraph import InteractionsSaver
from tests.langgraph.checkpoints import at, bytes_of, count, put_value, talk, value_of
from tests.patience import PATIENCE_S

TEXT = "xyzzy-plugh-7291"
NAME = "message-plover-3141"

Value = Any


class TurnedBits(CipherProtocol):
    """Encryption enough for a test, different each time as real ones are."""

    def __init__(self, key: int = 0x5A) -> None:
        self.key = key

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        # The high bit is set: what is text becomes something else.
        nonce = bytes([os.urandom(1)[0] | 0x80])
        turned = bytes(byte ^ self.key ^ nonce[0] for byte in b"ok" + plaintext)
        return "turned", nonce + turned

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        assert ciphername == "turned"
        plain = bytes(byte ^ self.key ^ ciphertext[0] for byte in ciphertext[1:])
        if not plain.startswith(b"ok"):
            raise ValueError("wrong key")  # noqa: EM101, TRY003
        return plain[2:]


@pytest.fixture
def url(store_url: str) -> str:
    return store_url


def test_encrypted_text_is_not_in_the_file(url: str) -> None:
    with InteractionsSaver(url, serde=EncryptedSerializer(TurnedBits())) as saver:
        config = at()
        for version in range(5):
            messages = [*talk(20), HumanMessage(TEXT, id=NAME), *talk(version)]
            config = put_value(saver, messages, config, version=version)
            saver.put_writes(config, [("c", TEXT)], "task")

        assert TEXT.encode() not in bytes_of(saver)
        assert NAME.encode() not in bytes_of(saver)
        assert value_of(saver, config) == messages
        # Equal text is found equal although it is encrypted differently each time.
        assert count(saver, "checkpoint_nodes") == 25


def test_the_key_of_digests_is_encrypted_with_the_text(url: str) -> None:
    with InteractionsSaver(url, serde=EncryptedSerializer(TurnedBits())) as saver:
        put_value(saver, talk(1))

    other = EncryptedSerializer(TurnedBits(key=0x11))
    with (
        InteractionsSaver(url, serde=other) as saver,
        pytest.raises(ValueError, match="wrong key"),
    ):
        put_value(saver, talk(1))


def test_turning_encryption_on_encrypts_what_is_put_from_then_on(url: str) -> None:
    with InteractionsSaver(url) as saver:
        put_value(saver, talk(3))
    with InteractionsSaver(url, serde=EncryptedSerializer(TurnedBits())) as saver:
        assert value_of(saver, at()) == talk(3)

        config = put_value(saver, [*talk(3), HumanMessage(TEXT)], version=2)

        assert value_of(saver, config)[-1].content == TEXT
        assert TEXT.encode() not in bytes_of(saver)


class Counted:
    """A serializer of the user's own, which this package knows nothing of."""

    def __init__(self) -> None:
        self.inner = JsonPlusSerializer(pickle_fallback=True)

    def dumps_typed(self, obj: object) -> tuple[str, bytes]:
        type_, body = self.inner.dumps_typed(obj)
        return f"counted:{type_}", len(body).to_bytes(4, "big") + body

    def loads_typed(self, data: tuple[str, bytes]) -> object:
        type_, body = data
        assert int.from_bytes(body[:4], "big") == len(body) - 4
        return self.inner.loads_typed((type_.removeprefix("counted:"), body[4:]))


def test_a_serializer_of_ones_own_works(url: str) -> None:
    with InteractionsSaver(url, serde=Counted()) as saver:
        config = put_value(saver, talk(3))
        config = put_value(saver, talk(4), config, version=2)

        assert value_of(saver, config) == talk(4)
        assert count(saver, "checkpoint_nodes") == 4


STRICT = """
import sys
from dataclasses import dataclass
from typing import TypedDict
from langchain_core.messages import HumanMessage
from langgraph.graph import START, StateGraph
from interactions_langgraph.saver import InteractionsSaver

@dataclass
class Point:
    a: int

class State(TypedDict):
    point: Point
    text: list

def node(state):
    assert type(state["point"]) is Point, state
    return {"point": Point(state["point"].a + 1), "text": [HumanMessage("hi", id="1")]}

builder = StateGraph(State)
builder.add_node("node", node)
builder.add_edge(START, "node")
config = {"configurable": {"thread_id": "t"}}
with InteractionsSaver(sys.argv[1]) as saver:
    graph = builder.compile(checkpointer=saver)
    assert isinstance(graph.checkpointer, InteractionsSaver)
    assert graph.checkpointer is not saver
    graph.invoke({"point": Point(1)}, config)
    values = graph.get_state(config).values
    assert values == {"point": Point(2), "text": [HumanMessage("hi", id="1")]}, values
    assert saver.get_tuple(config).checkpoint["channel_values"]["point"] == {"a": 2}
"""


def test_user_types_survive_strict_mode(url: str) -> None:
    """LangGraph contract: `with_allowlist` must keep the saver and its data."""
    done = subprocess.run(
        [sys.executable, "-c", STRICT, url],
        env=os.environ | {"LANGGRAPH_STRICT_MSGPACK": "true"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert done.returncode == 0, done.stderr
