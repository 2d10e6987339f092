"""Anchors are hints that must verify."""

from dataclasses import replace

import pytest

from interactions_core.records.anchors import (
    Anchor,
    Signer,
    anchor_from_metadata,
    signed,
    verifies,
)
from interactions_core.records.interactions import Scope
from interactions_core.transcript.digest import Transcript
from interactions_core.turns.lookup import TurnStore
from tests.core.session import (
    NOW,
    SCOPE,
    Session,
    call,
    model,
    result,
    unanswered,
    user,
    wires,
)

KEY = b"a key"
LIST = [user("q"), model("a")]
DIGEST = Transcript.of(LIST).request_digest.hex()
ANCHOR = Anchor(interaction_id="i9", digest=DIGEST, expires_at=NOW + 100)
SIGNED = signed(ANCHOR, SCOPE, KEY)


def test_signed_anchor_verifies() -> None:
    assert verifies(SIGNED, SCOPE, KEY)
    assert signed(SIGNED, SCOPE, KEY) == SIGNED


@pytest.mark.parametrize(
    ("anchor", "scope", "key"),
    [
        pytest.param(ANCHOR, SCOPE, KEY, id="unsigned"),
        pytest.param(replace(SIGNED, interaction_id="i8"), SCOPE, KEY, id="other id"),
        pytest.param(replace(SIGNED, digest="00"), SCOPE, KEY, id="another list"),
        pytest.param(replace(SIGNED, expires_at=NOW + 101), SCOPE, KEY, id="longer"),
        pytest.param(SIGNED, Scope("gemini|host|other"), KEY, id="another key's"),
        pytest.param(SIGNED, replace(SCOPE, session_id="b"), KEY, id="another session"),
        pytest.param(SIGNED, replace(SCOPE, thread_id="t"), KEY, id="another thread"),
        pytest.param(SIGNED, SCOPE, b"other", id="another secret"),
        pytest.param(replace(SIGNED, mac="\u00e9"), SCOPE, KEY, id="not hexadecimal"),
    ],
)
def test_changed_anchor_does_not_verify(
    anchor: Anchor, scope: Scope, key: bytes
) -> None:
    assert not verifies(anchor, scope, key)


def test_anchor_is_read_from_metadata() -> None:
    metadata = {
        "interaction_id": "i9",
        "digest": DIGEST,
        "expires_at": NOW + 100,
        "mac": SIGNED.mac,
        "model_name": "m",
    }

    assert anchor_from_metadata(metadata) == SIGNED


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        "i9",
        [],
        {},
        {"interaction_id": "i9"},
        {"interaction_id": 9, "digest": DIGEST, "expires_at": NOW},
        {"interaction_id": "i9", "digest": None, "expires_at": NOW},
        {"interaction_id": "i9", "digest": DIGEST, "expires_at": "soon"},
        {"interaction_id": "i9", "digest": DIGEST, "expires_at": NOW, "mac": b"x"},
    ],
)
def test_whatever_is_no_anchor_gives_none(metadata: object) -> None:
    assert anchor_from_metadata(metadata) is None


class Stranger(Session):
    """A session whose store has never seen the conversation."""

    trust = False

    @property
    def records(self) -> TurnStore:
        return TurnStore(
            store=self.store,
            scope=SCOPE,
            signers=(Signer(KEY, SCOPE),),
            trust_anchors=self.trust,
        )


class Trusting(Stranger):
    trust = True


@pytest.mark.parametrize(
    ("session", "anchor", "reason"),
    [
        pytest.param(Stranger(), SIGNED, "continue", id="signed"),
        pytest.param(Stranger(), ANCHOR, "foreign", id="unsigned"),
        pytest.param(Trusting(), ANCHOR, "continue", id="trusted"),
        pytest.param(
            Trusting(), replace(ANCHOR, digest="00"), "root", id="of another list"
        ),
        pytest.param(
            Trusting(), replace(ANCHOR, expires_at=NOW - 1), "root", id="expired"
        ),
    ],
)
def test_anchor_is_chained_on_only_if_it_verifies(
    session: Session, anchor: Anchor, reason: str
) -> None:
    asked = session.ask([*LIST, user("q2")], anchors={2: anchor})

    assert asked.reason == reason
    chained = reason == "continue"
    assert asked.parent == ("i9" if chained else "")
    assert asked.input == wires([user("q2")] if chained else [*LIST, user("q2")])


def test_calls_of_an_anchored_reply_are_answered() -> None:
    steps = [user("q"), call("c1"), call("c2")]
    digest = Transcript.of(steps).request_digest.hex()

    asked = Trusting().ask(
        [*steps, result("c2"), user("go on")],
        anchors={3: replace(ANCHOR, digest=digest)},
    )

    assert asked.input == wires([result("c2"), unanswered("c1"), user("go on")])


def test_reply_carries_an_anchor_of_the_list_up_to_itself() -> None:
    asked = Stranger().ask([user("q")], [model("a").wire])

    anchor = asked.reply.anchor
    assert anchor is not None
    assert (anchor.interaction_id, anchor.digest) == ("i1", DIGEST)
    assert verifies(anchor, SCOPE, KEY)


def test_unstored_reply_has_no_anchor() -> None:
    assert Stranger().ask([user("q")], store=False).reply.anchor is None
