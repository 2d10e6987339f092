"""Every call that AutoGen and CrewAI were seen to make is answered from its own list.

The traces hold what 29 team shapes and 39 crew and flow scenarios ask call after
call, with what a simple prefix rule measured on them.
"""

import itertools
import sys

import pytest

from tests.contract.trace_replay import ANSWERED_LOCALLY, Seen, played
from tests.oracle.comparison import disagreement, wire_entries

PREFIX_RULE_CHAINS = {"HIT", "FORK", "EMPTY", "PREFIX"}

RULED_OUT = {
    ("training", 4): "the reply is absent from the list, and it answered a root",
}
"""Calls that the prefix rule chains and that no reply in the list bears out."""

Played = list[list[Seen]]


@pytest.fixture(
    scope="module",
    params=[
        # Played once: all tests of one framework run on one worker.
        pytest.param(name, marks=pytest.mark.xdist_group(f"traces of {name}"))
        for name in ("autogen", "crewai")
    ],
)
def framework(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def chained(framework: str) -> Played:
    return played(framework, stored=True)


@pytest.fixture(scope="module")
def stateless(framework: str) -> Played:
    return played(framework, stored=False)


def wrong_contexts(scenarios: Played) -> list[str]:
    found: list[str] = []
    for seen in itertools.chain.from_iterable(scenarios):
        call = seen.call
        local = ANSWERED_LOCALLY.get((call.scenario, call.number - 1))
        meant = wire_entries(step.wire for step in seen.steps)
        said = disagreement(seen.context, meant, glued=call.glued, local=local)
        found.extend([f"{call.scenario} {call.number}: {said}"] if said else [])
    return found


def test_no_call_is_answered_from_a_wrong_context(chained: Played) -> None:
    assert wrong_contexts(chained) == []


def test_no_replay_without_storage_says_anything_else(stateless: Played) -> None:
    assert wrong_contexts(stateless) == []
    assert not any(seen.previous for seen in itertools.chain.from_iterable(stateless))


def test_mirror_holds_what_the_server_holds(chained: Played, stateless: Played) -> None:
    for seen in itertools.chain.from_iterable([*chained, *stateless]):
        if seen.record is not None:
            mirrored = [step for step, _ in seen.context]
            assert [*mirrored, *seen.record.held] == seen.transcript


def test_no_plan_is_refused_for_its_form(chained: Played, stateless: Played) -> None:
    for seen in itertools.chain.from_iterable([*chained, *stateless]):
        reply = seen.call.line["reply"]
        refused = isinstance(reply, dict) and "error" in reply
        assert [r["status"] for r in seen.requests] == [400 if refused else 200]


def test_calls_chain_at_least_where_a_prefix_rule_chains_them(
    chained: Played, framework: str
) -> None:
    calls = list(itertools.chain.from_iterable(chained))

    missed = {
        (seen.call.scenario, seen.call.number)
        for seen in calls
        if seen.call.measured in PREFIX_RULE_CHAINS and not seen.previous
    }

    ruled_out = RULED_OUT.keys() if framework == "crewai" else set()
    assert missed == ruled_out
    sys.stdout.write(_totals(framework, calls))


def test_repeated_request_is_a_sibling_of_the_first(chained: Played) -> None:
    for scenario in chained:
        by_number = {seen.call.number: seen for seen in scenario}
        for seen in scenario:
            first = by_number.get(seen.call.repeats)
            if first is not None and first.record is not None:
                assert seen.previous == first.previous
                assert seen.record is not None
                assert seen.record.reason == "retry"


def test_system_instruction_goes_with_every_request(chained: Played) -> None:
    for seen in itertools.chain.from_iterable(chained):
        instruction, _ = seen.call.converted()
        body = seen.requests[-1]["body"]
        assert body.get("system_instruction", "") == instruction


def _totals(framework: str, calls: list[Seen]) -> str:
    hits = sum(bool(seen.previous) for seen in calls)
    meant = sum(seen.call.measured in PREFIX_RULE_CHAINS for seen in calls)
    return f"\n{framework}: {len(calls)} calls, {hits} chained, {meant} by prefix\n"
