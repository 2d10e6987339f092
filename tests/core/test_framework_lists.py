"""The lists that teams and crews were measured to pass, as plans."""

import pytest

from interactions_core.transcript.steps import Step
from tests.core.session import (
    BYPASS,
    SCOPE,
    Session,
    call,
    model,
    result,
    thought,
    unanswered,
    user,
    wires,
)

Q, A, Q2, A2, Q3 = user("q"), model("a"), user("q2"), model("a2"), user("q3")
NUDGE = user("Continue.")
CALLED = [thought("sig"), call("c1").wire]

Earlier = list[tuple[list[Step], list[object]]]


AUTOGEN_SHAPES = [
    pytest.param(
        [([Q], [call("c1").wire, call("c2").wire])],
        [Q, call("c1"), call("c2"), result("c1"), result("c2")],
        "continue",
        "i1",
        [result("c1"), result("c2")],
        id="parallel calls",
    ),
    pytest.param(
        [([Q], [model("checking").wire, *CALLED])],
        [Q, call("c1"), result("c1")],
        "continue",
        "i1",
        [result("c1")],
        id="the text beside the calls is dropped",
    ),
    pytest.param(
        [([Q], [call("c1", "transfer").wire])],
        [
            Q,
            call("c1", "transfer"),
            result("c1", name="transfer"),
            call("c7"),
            result("c7"),
            user("your turn"),
        ],
        "continue",
        "i1",
        [
            result("c1", name="transfer"),
            BYPASS,
            call("c7"),
            result("c7"),
            user("your turn"),
        ],
        id="foreign calls spliced in by a handoff",
    ),
    pytest.param(
        [([Q], CALLED)],
        [Q, call("c1"), Q2],
        "continue",
        "i1",
        [unanswered("c1"), Q2],
        id="a call that was cancelled before it had a result",
    ),
    pytest.param(
        [([Q], [call("c1").wire, call("c2").wire])],
        [Q, call("c1"), call("c2"), result("c2"), Q2],
        "continue",
        "i1",
        [result("c2"), unanswered("c1"), Q2],
        id="one of two calls answered",
    ),
    pytest.param(
        [],
        [call("c1"), call("c2"), result("c2"), Q],
        "root",
        "",
        [NUDGE, BYPASS, call("c1"), call("c2"), result("c2"), unanswered("c1"), Q],
        id="a buffered context that begins with calls",
    ),
    pytest.param(
        [([Q], [A]), ([Q, A, Q2], [A2])],
        [A, Q2, A2, Q3],
        "root",
        "",
        [A, Q2, A2, Q3],
        id="a buffered context that lost its head",
    ),
    pytest.param(
        [([Q], CALLED)],
        [result("c1"), Q2],
        "root",
        "",
        [user("[result of weather: sunny]"), Q2],
        id="a result whose call was cut off",
    ),
    pytest.param(
        [([Q, user("<system>\nm\n</system>")], [A])],
        [Q, user("<system>\nm\n</system>"), A, Q2, user("<system>\nm\n</system>")],
        "continue",
        "i1",
        [Q2, user("<system>\nm\n</system>")],
        id="memory in the middle",
    ),
    pytest.param(
        [([A, Q], [A2])],
        [A, model("next"), Q],
        "root",
        "",
        [A, model("next"), Q],
        id="a ledger that begins with the assistant",
    ),
    pytest.param(
        [([Q], [A]), ([Q, A], [A2])],
        [Q, A, A2],
        "continue",
        "i2",
        [NUDGE],
        id="one agent speaks a third time",
    ),
    pytest.param(
        [([Q], [A]), ([Q, A, user("retry?")], [model("yes")])],
        [Q, A, user("ran"), Q],
        "fork",
        "i1",
        [user("ran"), Q],
        id="a side question about the same prefix",
    ),
]


@pytest.mark.parametrize(
    ("earlier", "steps", "reason", "parent", "sent"), AUTOGEN_SHAPES
)
def test_lists_of_teams_are_chained_and_completed(
    earlier: Earlier, steps: list[Step], reason: str, parent: str, sent: list[object]
) -> None:
    """Measured: the lists that AutoGen's agents, contexts and orchestrators pass."""
    session = Session()
    for asked, reply in earlier:
        session.ask(asked, wires(reply))

    asked = session.ask(steps)

    assert (asked.reason, asked.parent) == (reason, parent)
    assert asked.input == wires(sent)


ACT, ACT2 = model("Action: x"), model("Action: x\nAction: y")
SEEN, SEEN2 = user("\nObservation: 1"), user("\nObservation: 2")


def glued(text: str, observed: str) -> Step:
    return model(f"{text}\nObservation: {observed}")


CREWAI_SHAPES = [
    pytest.param(
        [([Q], [ACT])],
        [Q, glued("Action: x", "1"), Q2],
        "continue",
        "i1",
        [SEEN, Q2],
        id="an observation glued to the answer",
    ),
    pytest.param(
        [([Q], [ACT]), ([Q, glued("Action: x", "1"), Q2], [ACT])],
        [Q, glued("Action: x", "1"), Q2, glued("Action: x", "2"), Q2],
        "continue",
        "i2",
        [SEEN2, Q2],
        id="a second observation",
    ),
    pytest.param(
        [([Q], [ACT2]), ([Q], [ACT])],
        [Q, glued("Action: x\nAction: y", "1"), Q2],
        "continue",
        "i1",
        [SEEN, Q2],
        id="the longest answer that fits",
    ),
    pytest.param(
        [([Q], [ACT])],
        [Q, model("Action: x and more\nObservation: 1"), Q2],
        "root",
        "",
        [Q, model("Action: x and more\nObservation: 1"), Q2],
        id="an answer that another text was appended to",
    ),
    pytest.param(
        [([Q], [A])],
        [Q, Q2],
        "root",
        "",
        [Q, Q2],
        id="feedback without the answer, at the root",
    ),
    pytest.param(
        [([Q], [A]), ([Q, A, Q2], [A2])],
        [Q, A, Q2, Q3],
        "fork",
        "i1",
        [Q2, Q3],
        id="feedback without the answer, in a chain",
    ),
    pytest.param(
        [([Q], CALLED), ([Q, call("c1"), result("c1")], [A])],
        [Q],
        "retry",
        "",
        [Q],
        id="a guardrail restarts the task",
    ),
    pytest.param(
        [
            ([Q], CALLED),
            ([Q, call("c1"), result("c1")], [A]),
            ([Q], [call("c2").wire]),
        ],
        [Q, call("c2"), result("c2")],
        "continue",
        "i3",
        [result("c2")],
        id="the restarted task goes its own way",
    ),
    pytest.param(
        [([Q], CALLED)],
        [Q, call("c1"), result("c1", "[redacted]")],
        "continue",
        "i1",
        [result("c1", "[redacted]")],
        id="a hook edits a result before it is sent",
    ),
    pytest.param(
        [([Q], CALLED), ([Q, call("c1"), result("c1")], [A])],
        [Q, call("c1"), result("c1", "artifact 1"), A, Q2],
        "fork",
        "i1",
        [result("c1", "artifact 1"), A, Q2],
        id="a result is replaced after it was sent",
    ),
    pytest.param(
        [([Q], [A])],
        [user("<summary>"), Q2],
        "root",
        "",
        [user("<summary>"), Q2],
        id="a compacted history",
    ),
    pytest.param(
        [([A, Q], CALLED)],
        [A, Q, call("c1"), result("c1")],
        "continue",
        "i1",
        [result("c1")],
        id="a chat that begins with the crew's introduction",
    ),
]


@pytest.mark.parametrize(
    ("earlier", "steps", "reason", "parent", "sent"), CREWAI_SHAPES
)
def test_lists_of_crews_are_chained_and_split(
    earlier: Earlier, steps: list[Step], reason: str, parent: str, sent: list[object]
) -> None:
    """Measured: the lists that CrewAI's loops, tasks, hooks and flows pass."""
    session = Session()
    for asked, reply in earlier:
        session.ask(asked, wires(reply), glued=True)

    asked = session.ask(steps, glued=True)

    assert (asked.reason, asked.parent) == (reason, parent)
    assert asked.input == wires(sent)


def test_replay_splits_a_glued_observation_at_the_same_place() -> None:
    session = Session()
    session.ask([Q], [thought("s1"), ACT.wire], glued=True)
    session.store.mark_gone(SCOPE, "i1")

    asked = session.ask([Q, glued("Action: x", "1"), Q2], glued=True)

    assert asked.input == wires([Q, thought("s1"), ACT, SEEN, Q2])


def test_observations_are_split_only_for_frameworks_that_glue() -> None:
    session = Session()
    session.ask([Q], [ACT.wire])

    assert session.ask([Q, glued("Action: x", "1"), Q2]).reason == "root"
