"""What to chain on and what to send: lists and earlier calls in, plans out."""

from dataclasses import replace

import pytest

from interactions_core.exceptions import NotFoundError
from interactions_core.records.interactions import Scope, hashes_of
from interactions_core.transcript.steps import Step, function_result
from tests.core.session import (
    DAY_S,
    SCOPE,
    Session,
    call,
    model,
    result,
    thought,
    user,
    wires,
)

Q, A, Q2, A2, Q3 = user("q"), model("a"), user("q2"), model("a2"), user("q3")
NUDGE = user("Continue.")
CALLED = [thought("sig"), call("c1").wire]

Earlier = list[tuple[list[Step], list[object]]]


@pytest.mark.parametrize(
    ("earlier", "steps", "reason", "parent", "sent"),
    [
        pytest.param([], [Q], "root", "", [Q], id="nothing is known"),
        pytest.param(
            [([Q], [A])], [Q, A, Q2], "continue", "i1", [Q2], id="the list grew"
        ),
        pytest.param(
            [([Q], [A]), ([Q, A, Q2], [A2])],
            [Q, A, Q2, A2, Q3],
            "continue",
            "i2",
            [Q3],
            id="the longest prefix counts",
        ),
        pytest.param(
            [([Q], [A]), ([Q, A, Q2], [A2])],
            [Q, A, Q3],
            "fork",
            "i1",
            [Q3],
            id="another question after the same answer",
        ),
        pytest.param([([Q], [A])], [Q], "retry", "", [Q], id="the root again"),
        pytest.param(
            [([Q], [A]), ([Q, A, Q2], [A2])],
            [Q, A, Q2],
            "retry",
            "i1",
            [Q2],
            id="a chained call again is a sibling",
        ),
        pytest.param(
            [([Q], [A]), ([Q, A, Q2], [A2]), ([Q], [A])],
            [Q, A, Q2],
            "retry",
            "i1",
            [Q2],
            id="a repeated call keeps its parent although a newer one fits",
        ),
        pytest.param(
            [([Q], [A]), ([Q], [A])],
            [Q, A, Q2],
            "continue",
            "i2",
            [Q2],
            id="the newest of equal answers",
        ),
        pytest.param(
            [([Q], [A]), ([Q], [A2])],
            [Q, A, Q2],
            "continue",
            "i1",
            [Q2],
            id="the answer that the list repeats, not the newest",
        ),
        pytest.param(
            [([Q], [*CALLED]), ([Q], [call("c2").wire])],
            [Q, call("c1"), result("c1")],
            "continue",
            "i1",
            [result("c1")],
            id="the call ids choose",
        ),
        pytest.param(
            [([Q], [A])],
            [Q, model("a, edited"), Q2],
            "root",
            "",
            [Q, model("a, edited"), Q2],
            id="an edited answer is not the server's",
        ),
        pytest.param(
            [([Q], [A]), ([Q, A, Q2], [A2])],
            [Q, A, Q2, model("a2, edited"), Q3],
            "fork",
            "i1",
            [Q2, model("a2, edited"), Q3],
            id="a rewritten answer branches from the parent",
        ),
        pytest.param(
            [([Q], [A])],
            [user("q, edited"), A, Q2],
            "root",
            "",
            [user("q, edited"), A, Q2],
            id="an edited question is another conversation",
        ),
    ],
)
def test_longest_verified_prefix_is_chained_on(
    earlier: Earlier, steps: list[Step], reason: str, parent: str, sent: list[Step]
) -> None:
    session = Session()
    for asked, reply in earlier:
        session.ask(asked, wires(reply))

    asked = session.ask(steps)

    assert (asked.reason, asked.parent) == (reason, parent)
    assert asked.input == wires(sent)


@pytest.mark.parametrize(
    ("turn", "parent"),
    [
        pytest.param({"settings": {"system_instruction": "one"}}, "i1", id="setup"),
        pytest.param({"settings": {"tools": [{"type": "x"}]}}, "i3", id="tools"),
        pytest.param({"context": "task"}, "i2", id="execution context"),
        pytest.param({}, "i3", id="the newest when nothing speaks for another"),
    ],
)
def test_setup_comes_before_context_before_age(
    turn: dict[str, object], parent: str
) -> None:
    session = Session()
    session.ask([Q], [A.wire], settings={"system_instruction": "one"})
    session.ask([Q], [A.wire], settings={"system_instruction": "two"}, context="task")
    session.ask([Q], [A.wire], settings={"system_instruction": "two"})

    assert session.ask([Q, A, Q2], **turn).parent == parent


def test_equal_lists_of_two_roles_each_go_on_with_their_own_chain() -> None:
    """Ours: a list that another role has asked is no earlier try of this one."""
    session = Session()
    roles = [{"system_instruction": name} for name in ("one", "two")]
    for role in roles:
        session.ask([Q], [A.wire], settings=role)

    parents = [session.ask([Q, A, Q2], settings=role).parent for role in roles]
    again = [session.ask([Q, A, Q2], settings=role) for role in roles]

    assert parents == ["i1", "i2"]
    assert [(one.reason, one.parent) for one in again] == [
        ("retry", "i1"),
        ("retry", "i2"),
    ]


def test_speaking_twice_sends_a_nudge_that_no_later_list_needs() -> None:
    session = Session()
    session.ask([Q], [A.wire])

    twice = session.ask([Q, A], [A2.wire])
    after = session.ask([Q, A, A2, Q2])

    assert (twice.parent, twice.input) == ("i1", [NUDGE.wire])
    assert session.record("i2").synthetic == (0,)
    assert (after.parent, after.input) == ("i2", [Q2.wire])


def test_speaking_twice_again_is_a_sibling_and_never_chained_onto_itself() -> None:
    session = Session()
    session.ask([Q], [A.wire])
    session.ask([Q, A], [A.wire])

    again = session.ask([Q, A], nudge="Go on.")

    assert (again.reason, again.parent) == ("retry", "i1")
    assert again.input == [user("Go on.").wire]


def test_replay_puts_back_every_step_and_signature_that_was_held() -> None:
    session = Session()
    held = [thought("s1"), model("let me see").wire, *CALLED]
    session.ask([Q], held)
    session.ask([Q, call("c1"), result("c1")], [thought("s2"), A.wire])
    session.store.mark_gone(SCOPE, "i1")

    asked = session.ask([Q, call("c1"), result("c1"), A, Q2])

    assert (asked.reason, asked.parent) == ("expired", "")
    assert asked.input == [Q.wire, *held, *wires([result("c1"), thought("s2"), A, Q2])]


def test_replay_names_the_record_whose_context_it_repeats() -> None:
    session = Session()
    session.ask([Q], [A.wire])
    session.ask([Q, A, Q2], [A2.wire])
    session.store.mark_gone(SCOPE, "i1")

    session.ask([Q, A, Q2, A2, Q3])

    record = session.record("i3")
    assert (record.base_key, record.parent_id) == ("i2", "")
    assert record.sent == (Q3.wire,)
    assert record.context_steps == 6


def test_stateless_request_replays_and_says_so() -> None:
    session = Session()
    session.ask([Q], [thought("s1"), A.wire], store=False)

    asked = session.ask([Q, A, Q2], store=False)

    assert (asked.reason, asked.parent) == ("stateless", "")
    assert asked.input == wires([Q, thought("s1"), A, Q2])


def test_unstored_answer_is_no_parent_but_its_signatures_are_used() -> None:
    session = Session()
    session.ask([Q], [thought("s1"), A.wire], store=False)

    asked = session.ask([Q, A, Q2])

    assert (asked.reason, asked.parent) == ("root", "")
    assert asked.input == wires([Q, thought("s1"), A, Q2])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"status": "incomplete"}, "continue", id="incomplete"),
        pytest.param({"status": "requires_action"}, "continue", id="requires_action"),
        pytest.param({"status": "failed"}, "expired", id="failed"),
        pytest.param({"status": "cancelled"}, "expired", id="cancelled"),
        pytest.param({"status": "budget_exceeded"}, "expired", id="budget_exceeded"),
        pytest.param({"status": "in_progress"}, "expired", id="in_progress"),
        pytest.param({"status": "queued"}, "expired", id="queued"),
        pytest.param({"gone": True}, "expired", id="gone"),
        pytest.param({"expires_at": 0.0}, "expired", id="past its expiry"),
        pytest.param({"stored": False}, "root", id="not stored"),
    ],
)
def test_only_living_answered_interactions_are_parents(
    changes: dict[str, object], reason: str
) -> None:
    session = Session()
    session.ask([Q], [A.wire])
    session.store.put(replace(session.record("i1"), **changes))

    assert session.ask([Q, A, Q2]).reason == reason


def test_child_expires_with_the_root_of_its_chain() -> None:
    session = Session()
    session.ask([Q], [A.wire])
    session.now += 54 * DAY_S
    session.ask([Q, A, Q2], [A2.wire])
    session.now += 2 * DAY_S

    asked = session.ask([Q, A, Q2, A2, Q3])

    assert asked.reason == "expired"
    assert asked.input == wires([Q, A, Q2, A2, Q3])


def test_lost_ancestor_rules_out_its_descendants() -> None:
    session = Session()
    session.ask([Q], [A.wire])
    session.ask([Q, A, Q2], [A2.wire])
    lost = NotFoundError("Requested entity was not found.", status_code=404)
    session.now += 2 * DAY_S

    session.ask([Q, A, Q3], lost, [A.wire])

    assert session.record("i2").gone
    assert session.ask([Q, A, Q2, A2, Q3]).reason == "expired"


def test_named_parent_replaces_planning_and_is_planned_from_afterwards() -> None:
    session = Session()
    session.ask([Q], [A.wire])

    named = session.ask([Q2], [A2.wire], previous_interaction_id="i1")
    again = session.ask([Q2])
    after = session.ask([Q2, A2, Q3])

    assert (named.reason, named.parent, named.input) == ("explicit", "i1", [Q2.wire])
    assert (again.reason, again.parent, again.input) == ("retry", "i1", [Q2.wire])
    assert (after.reason, after.parent, after.input) == ("continue", "i2", [Q3.wire])


def test_local_answer_is_sent_before_the_next_input() -> None:
    session = Session()
    session.ask([Q], CALLED)
    told = function_result("c1", "weather", "sunny").wire
    returned = hashes_of([model("sunny")])
    session.store.put(
        replace(session.record("i1"), returned=returned, local_results=(told,))
    )

    asked = session.ask([Q, model("sunny"), Q2])

    assert (asked.parent, asked.input) == ("i1", [told, Q2.wire])
    assert session.record("i2").synthetic == (0,)


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param(Scope("gemini|host|other"), id="another key"),
        pytest.param(Scope(SCOPE.credential, "tenant"), id="another session"),
        pytest.param(Scope(SCOPE.credential, "", "thread"), id="another thread"),
    ],
)
def test_nothing_is_matched_or_marked_across_scopes(scope: Scope) -> None:
    ours, theirs = Session(), Session(scope=scope)
    theirs.store = ours.store
    ours.ask([Q], [A.wire])

    asked = theirs.ask([Q, A, Q2])
    ours.store.mark_gone(scope, "i1")

    assert (asked.reason, asked.parent) == ("root", "")
    assert not ours.record("i1").gone
