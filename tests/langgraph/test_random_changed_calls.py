"""Random runs of a node whose calls change, held against the rule in plain words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langgraph.graph import MessagesState

from interactions_core import SqliteStore
from interactions_core.exceptions import ChangedCallError, RequestError
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from tests.conftest import Clock
from tests.langgraph.nodes import LONG_S, NOTHING, Bench, graph, run_of, said


class Call(NamedTuple):
    """What a call asks, and with which settings."""

    question: str
    system: str
    seed: int
    modalities: bool

    @property
    def asked(self) -> tuple[str, str]:
        return self.question, self.system

    @property
    def options(self) -> dict[str, Any]:
        more = {"response_modalities": ["text"]} if self.modalities else {}
        return {"seed": self.seed, **more}


class Run(NamedTuple):
    """A run of the node; the last call may leave its run on its way."""

    calls: list[Call]
    leaves: bool


@dataclass(eq=False)
class Known:
    """What the rule knows of a job."""

    call: Call
    number: int
    begun_at: float
    run: int = -1
    equal: int = 0
    asked: int = 0
    listed: int = 0
    handed_on: bool = False
    is_seen_over: bool = False
    is_consumed: bool = False
    interaction_id: str = ""


@dataclass
class Rule:
    """The rule of `docs/jobs.md`, in its own words."""

    policy: str
    jobs: list[Known] = field(default_factory=list)
    run: int = 0
    creates: int = 0
    cancels: int = 0
    looks: int = 0
    """How many looks come before the one that the call waits for."""

    def begin(self) -> None:
        self.run += 1
        self.equal, self.asked, self.listed = Counter(), Counter(), Counter()

    def answer(self, call: Call, now: float) -> Known | None:
        """Return the job that a call has; `None` where its change is told."""
        equal, asked = self.equal[call], self.asked[call.asked]
        listed = self.listed[call.question]
        self.equal[call] += 1
        self.asked[call.asked] += 1
        self.listed[call.question] += 1
        self.looks = 0
        job = self._equal(call, equal)
        if job is None:
            changed, is_adopted = self._changed(call, asked, listed)
            if changed is not None and self.policy == "raise":
                return None
            if is_adopted:
                job = changed
            elif changed is not None:
                self._give_up(changed, now)
        if job is None:
            self.creates += 1
            job = Known(call, self.creates, now)
            self.jobs.append(job)
        job.call, job.run = call, self.run
        job.equal, job.asked, job.listed = equal, asked, listed
        return job

    def _equal(self, call: Call, equal: int) -> Known | None:
        jobs = [j for j in self.jobs if j.call == call and not j.is_consumed]
        here = [job for job in jobs if job.equal == equal]
        # Whoever failed to read a run has left it to the next equal call.
        left = [job for job in jobs if not job.handed_on]
        return next(iter([*here, *left]), None)

    def _changed(
        self, call: Call, asked: int, listed: int
    ) -> tuple[Known | None, bool]:
        others = [j for j in self.jobs if j.call != call and not j.is_consumed]
        earlier = [j for j in others if j.run != self.run and not j.handed_on]
        same = [j for j in earlier if (j.call.asked, j.asked) == (call.asked, asked)]
        of_list = [j for j in others if j.call.question == call.question]
        if not same and not listed and not any(job.listed for job in of_list):
            same = [j for j in earlier if j in of_list and j.call.asked != call.asked]
        ranked = [
            ((adopts, not job.is_seen_over, job.begun_at), job)
            for job in same
            for adopts in [
                self.policy == "adopt"
                and job.call.asked == call.asked
                and job.call.modalities == call.modalities
            ]
        ]
        if not ranked:
            return None, False
        (is_adopted, *_), best = max(ranked, key=lambda one: one[0])
        return best, is_adopted

    def _give_up(self, job: Known, now: float) -> None:
        if now - job.begun_at >= LONG_S:
            job.is_seen_over = True
            self.looks = 1
        else:
            job.is_consumed = True
            self.cancels += 1
            self.looks = 2


CALLS = st.builds(
    Call,
    st.sampled_from(["TPUs?", "GPUs?"]),
    st.sampled_from(["be brief", "be long"]),
    st.sampled_from([1, 2]),
    st.sampled_from([False, False, True]),
)
RUNS = st.lists(
    st.builds(Run, st.lists(CALLS, min_size=1, max_size=3), st.booleans()),
    min_size=2,
    max_size=4,
)


class Still(Bench):
    """Server and client share one clock, which only moves when a call waits."""

    def pause(self, seconds: float) -> None:
        self.clock.sleep(seconds)


@pytest.fixture
def bench(make_model: Any, clock: Clock, tmp_path: Any) -> Iterator[Still]:
    store = SqliteStore(tmp_path / "state.db")
    with Emulator(clock=clock) as emulator:
        yield Still(make_model, emulator, clock, InteractionsSaver(store))
    store.close()


_threads = count()


@pytest.mark.timeout(1_800)
@settings(
    max_examples=25,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(runs=RUNS, policy=st.sampled_from(["adopt", "adopt", "raise", "resubmit"]))
def test_every_call_has_the_run_that_the_rule_gives_it(
    bench: Still, runs: list[Run], policy: str
) -> None:
    """Ours: the failing runs are printed, and a line that makes them again."""
    rule, at = Rule(policy), {"configurable": {"thread_id": f"t{next(_threads)}"}}
    before = bench.counts
    for number, run in enumerate(runs):
        if play(bench, rule, run, NOTHING if number == 0 else None, at):
            break

    begun, cancelled = bench.counts
    assert (begun - before[0], cancelled - before[1]) == (rule.creates, rule.cancels)


def play(bench: Still, rule: Rule, run: Run, given_: Any, at: Any) -> bool:
    """Run the node once; tell whether it has ended, so that the thread moves on."""
    rule.begin()

    def node(_: MessagesState) -> Any:
        for place, call in enumerate(run.calls):
            leaves = run.leaves and place == len(run.calls) - 1
            ask_once(bench, rule, call, leaves=leaves)
        return NOTHING

    app = graph(node, bench.saver)
    try:
        app.invoke(given_, at)
    except (ChangedCallError, RequestError):
        bench.emulator.clear_faults()
        return False
    return True


def ask_once(bench: Still, rule: Rule, call: Call, *, leaves: bool) -> None:
    expected = rule.answer(call, bench.clock.now)
    model = bench.model(
        base_url=bench.emulator.url,
        poll=(40.0, 40.0),
        deadline_s=1e6,
        on_changed_call=rule.policy,
        **call.options,
    )
    asked = said(call.system, call.question)
    if expected is None:
        with pytest.raises(ChangedCallError) as told:
            model.invoke(asked)
        raise told.value
    if leaves and not expected.handed_on:
        status = {"status": 401}
        bench.emulator.fault(on="get", nth=1 + rule.looks, do=status)
        with pytest.raises(RequestError, match="its job is kept") as left:
            model.invoke(asked)
        name_run(expected, [*bench.bodies][-1], bench, is_new=True)
        raise left.value
    reply = model.invoke(asked)
    name_run(expected, run_of(reply), bench, is_new=False)
    expected.handed_on = True


def name_run(job: Known, found: str, bench: Still, *, is_new: bool) -> None:
    """Hold the run of a call against the one that its job had before."""
    if not job.interaction_id:
        job.interaction_id = found
    elif not is_new:
        assert found == job.interaction_id
    body = bench.bodies[job.interaction_id]
    assert body["system_instruction"] == job.call.system
