"""Digests name prefixes: however a list came about, the same steps, the same name."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from interactions_core.transcript.digest import SEED, Transcript, fold_wire
from interactions_core.transcript.steps import Step
from tests.core.session import call, model, result, thought, user

STEPS = st.lists(
    st.builds(user, st.text())
    | st.builds(model, st.text())
    | st.builds(call, st.text(max_size=3))
    | st.builds(result, st.text(max_size=3), st.text())
)


@given(STEPS, st.integers(0))
def test_grown_list_is_hashed_as_if_from_scratch(steps: list[Step], cut: int) -> None:
    cut %= len(steps) + 1

    grown = Transcript.of(steps[:cut]).extended(steps[cut:])

    assert grown == Transcript.of(steps)
    assert grown.request_digest == grown.digests[-1]


@given(STEPS, STEPS)
def test_lists_share_a_digest_only_if_they_say_the_same(
    one: list[Step], other: list[Step]
) -> None:
    same_digest = (
        Transcript.of(one).request_digest == Transcript.of(other).request_digest
    )

    assert same_digest == ([s.wire for s in one] == [s.wire for s in other])


def test_every_prefix_has_its_digest() -> None:
    steps = [user("a"), model("b"), user("c")]

    digests = Transcript.of(steps).digests

    assert digests[0] == SEED
    for i in range(len(steps) + 1):
        assert Transcript.of(steps[:i]).request_digest == digests[i]


def test_seed_carries_a_version() -> None:
    """A later canonical form must not collide with this one."""
    seed = hashlib.sha256(b"interactions-adapters canonical steps, version 1")

    assert Transcript.of([]).request_digest == seed.digest()


def test_replies_begin_where_a_model_speaks_longest_prefix_first() -> None:
    steps = [model("a"), user("b"), call("c"), call("d"), result("c"), model("e")]

    assert Transcript.of(steps).reply_positions() == [5, 3, 2, 0]


def test_server_context_counts_hidden_steps() -> None:
    said = model("a").wire

    assert fold_wire(SEED, [thought("s"), said]) != fold_wire(SEED, [said])
    assert fold_wire(fold_wire(SEED, [said]), [said]) == fold_wire(SEED, [said, said])
