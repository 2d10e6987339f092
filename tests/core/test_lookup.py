"""How much is asked of the store for one plan."""

from collections.abc import Sequence

from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.stores import MemoryStore
from interactions_core.transcript.steps import Step
from tests.core.session import Session, model, user


class CountingStore(MemoryStore):
    """A store that notes how many digests each look-up asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def find(
        self, scope: Scope, request_digests: Sequence[bytes]
    ) -> dict[bytes, list[InteractionRecord]]:
        self.asked.append(len(request_digests))
        return super().find(scope, request_digests)


def conversation(turns: int) -> list[Step]:
    return [s for i in range(turns) for s in (user(f"q{i}"), model(f"a{i}"))]


def counted() -> tuple[Session, CountingStore]:
    session, store = Session(), CountingStore()
    session.store = store
    return session, store


def test_list_that_grew_is_found_among_its_last_prefixes() -> None:
    session, store = counted()
    history = conversation(200)
    session.ask(history[:-1], [history[-1].wire])
    store.asked.clear()

    asked = session.ask([*history, user("next")])

    assert asked.parent == "i1"
    assert store.asked == [5]


def test_old_prefix_is_found_at_last() -> None:
    session, store = counted()
    history = conversation(200)
    session.ask(history[:1], [history[1].wire])
    store.asked.clear()

    asked = session.ask([*history, user("next")])

    assert asked.parent == "i1"
    assert store.asked == [5, 32, 164]


def test_anchor_that_the_store_knows_is_left_to_the_store() -> None:
    session = Session()
    first = session.ask([user("q")], [model("a").wire])
    anchor = first.reply.anchor

    asked = session.ask(
        [user("q"), model("a"), user("q2")], anchors={2: anchor} if anchor else {}
    )

    assert (asked.reason, asked.parent) == ("continue", "i1")
