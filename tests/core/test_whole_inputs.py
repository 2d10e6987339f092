"""What was sent, put together from records, against what was on the wire."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import NotFoundError
from interactions_core.explaining.explain import explain
from interactions_core.explaining.inputs import input_before, records_of
from interactions_core.explaining.whole_inputs import asked_with, whole_inputs
from interactions_core.transcript.steps import Step
from tests.core.session import DAY_S, Asked, Session, call, model, result, thought, user

REASONS = {
    *("root", "continue", "fork", "retry", "expired", "foreign", "stateless"),
    "explicit",
}


def converse(session: Session, dice: random.Random) -> list[Asked]:
    """Ask at random: go on, ask again, fork, edit, wait too long, or keep nothing."""
    lists: list[list[Step]] = [[]]
    done: list[Asked] = []
    for number in range(9):
        steps = [*dice.choice(lists[-3:]), user(f"Question {number}")]
        if dice.random() < 0.2 and len(steps) > 1:
            steps[0] = user(f"Edited {number}")
        if dice.random() < 0.3:
            session.now += 60 * DAY_S
        outcome = [thought(f"s{number}"), model(f"Answer {number}").wire]
        how = {"store": False} if dice.random() < 0.15 else {}
        if done and dice.random() < 0.15:
            how = {"previous_interaction_id": dice.choice(["v1_unknown", "i1"])}
        asked = session.ask(steps, outcome, **how)
        done.append(asked)
        lists.append([*steps, model(f"Answer {number}")])
        if dice.random() < 0.2:
            done.append(session.ask(steps, outcome))
    return done


def put_together(session: Session, key: str) -> Sequence[JsonObject]:
    """Return what the store says was sent, and hold it against what it counts."""
    line = records_of(session.store, session.scope, key)
    told = input_before(session.store, line)
    steps = asked_with(line, told)
    record = line[-1]
    assert told.is_whole
    if record.parent_id:
        steps = record.sent
    assert explain(session.store, key).sent.steps == len(steps)
    before = explain(session.store, key).sent_before
    assert before == len(steps) - len(record.sent)
    return steps


@pytest.mark.parametrize("seed", range(40))
def test_what_was_sent_is_told_for_every_reason(seed: int) -> None:
    session = Session()
    done = converse(session, random.Random(seed))

    for asked in done:
        assert [*put_together(session, asked.reply.key)] == asked.input


def test_random_conversations_come_to_all_reasons() -> None:
    """But `foreign`, which needs an anchor of somebody else, and has its own test."""
    met = {
        asked.reason
        for seed in range(40)
        for asked in converse(Session(), random.Random(seed))
    }

    assert met >= REASONS - {"foreign"}


def test_what_asks_a_chained_turn_again_is_all_that_the_server_held() -> None:
    session = Session()
    first = [user("Hello"), call("c1"), result("c1"), user("And?")]
    one = session.ask(first, [thought("s"), model("A").wire])
    two = session.ask([*first, model("A"), user("More")], [model("B").wire])

    line = records_of(session.store, session.scope, two.reply.key)
    told = input_before(session.store, line)

    assert (told.previous, told.repeated) == ("", 0)
    assert [*asked_with(line, told)] == [*one.input, *one.reply.steps, *two.input]


def test_a_turn_on_an_unknown_interaction_is_asked_again_on_it() -> None:
    """What came before is the server's alone."""
    session = Session()
    one = session.ask([user("Go on")], previous_interaction_id="v1_elsewhere")
    two = session.ask([user("Go on"), model("ok"), user("More")])

    assert two.parent == one.reply.interaction_id
    for asked in (one, two):
        line = records_of(session.store, session.scope, asked.reply.key)
        assert input_before(session.store, line).previous == "v1_elsewhere"


def test_a_replay_whose_base_was_lost_is_not_whole() -> None:
    session = Session()
    one = session.ask([user("Hello")])
    session.now += 60 * DAY_S
    two = session.ask([user("Hello"), model("ok"), user("More")])
    assert two.reason == "expired"
    line = records_of(session.store, session.scope, two.reply.key)
    sent = {two.reply.key: 3}

    assert whole_inputs(line, sent)[two.reply.key].is_whole
    assert not whole_inputs(line[1:], sent)[two.reply.key].is_whole
    other = replace(line[0], held=(model("no").wire,))
    assert not whole_inputs([other, line[1]], sent)[two.reply.key].is_whole
    assert one.reply.key == line[0].key


def test_a_replay_that_failed_is_told_whole() -> None:
    session = Session()
    session.ask([user("Hello")])
    session.now += 60 * DAY_S
    failed = {"id": "i9", "status": "failed", "steps": []}
    with pytest.raises(Exception, match="i9"):
        session.ask([user("Hello"), model("ok"), user("More")], failed)

    sent = put_together(session, "i9")

    assert [*sent] == session.bodies[-1]["input"]
    assert len(sent) == 3


def test_a_replay_after_a_refused_parent_is_told_whole() -> None:
    session = Session()
    session.ask([user("Hello")])
    session.now += DAY_S
    lost = NotFoundError("Requested entity was not found.", status_code=404)
    more = [user("Hello"), model("ok"), user("More")]
    asked = session.ask(more, lost, [model("B").wire])

    assert asked.reason == "expired"
    assert [*put_together(session, asked.reply.key)] == asked.input
