"""What a turn's spans cost: without a provider, and with one in memory.

Run: python -m benchmarks.tracing_cost

Without a provider a turn is handed back as it is, so that all it costs is the question
whether there is one. With one, the same turn is carried out without a network, watched
and unwatched. Printed are medians.
"""

import statistics
import time
from collections.abc import Callable
from importlib import import_module

from interactions_core.records.interactions import Scope
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores import MemoryStore
from interactions_core.tracing.traced import traced
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import user_input
from interactions_core.turns.context import ClientPolicy, TurnContext
from interactions_core.turns.effects import Create, Effect, Flow, create, hand_on
from interactions_core.turns.lookup import TurnStore
from interactions_core.turns.spending.metering import metered

TURNS = 2_000
LIMIT_WITHOUT_US = 5.0
LIMIT_WITH_US = 500.0

ANSWER = {
    "id": "v1_answer",
    "status": "completed",
    "model": "gemini-3.5-flash",
    "steps": [{"type": "model_output", "content": [{"type": "text", "text": "Hi."}]}],
    "usage": {
        "total_input_tokens": 100,
        "input_tokens_by_modality": [{"modality": "text", "tokens": 100}],
        "total_output_tokens": 20,
        "total_thought_tokens": 10,
        "total_tokens": 130,
    },
}


def main() -> None:
    """Measure both, and fail where one takes longer than is said."""
    found = {"not imported": question_us()}
    import_only()
    found["imported, without a provider"] = question_us()
    set_up()
    found["with an exporter in memory"] = median_us(wrapped) - median_us(unwrapped)
    for name, took in found.items():
        print(f"OpenTelemetry {name}: {took:.2f} µs a turn")
    *without, within = found.values()
    assert max(without) < LIMIT_WITHOUT_US
    assert within < LIMIT_WITH_US


def question_us() -> float:
    """Return what a turn takes to learn that nobody watches, in microseconds."""
    took: list[float] = []
    for _ in range(TURNS):
        run = context()
        flow = unwrapped(run)
        began = time.perf_counter()
        same = traced(flow, run)
        took.append(time.perf_counter() - began)
        assert same is flow
    return statistics.median(took) * 1e6


def import_only() -> None:
    """Import OpenTelemetry as frameworks do, which set no provider."""
    for name in ("opentelemetry.metrics", "opentelemetry.trace"):
        import_module(name)


def set_up() -> None:
    """Set providers that keep spans and metrics in memory."""
    # Imported only here: what comes before is measured without.
    told = import_module("tests.spans").Told()
    import_module("opentelemetry.trace").set_tracer_provider(told.tracers)
    import_module("opentelemetry.metrics").set_meter_provider(told.meters)


def unwrapped(run: TurnContext) -> Flow[object]:
    """Return a turn as it is without spans."""
    return metered(asked(run), run.tally)


def wrapped(run: TurnContext) -> Flow[object]:
    """Return a turn that is watched where a provider is set."""
    return traced(unwrapped(run), run)


def asked(run: TurnContext) -> Flow[object]:
    """Ask once and hand the reply on."""
    run.tally.watch.begin_create()
    answer = yield from create({"model": "gemini-3.5-flash", "input": []})
    reply = Reply(
        interaction_id="v1_answer",
        previous_interaction_id="",
        reason="root",
        status="completed",
        steps=tuple(ANSWER["steps"]),
        usage=run.tally.spent,
        interaction=answer,
    )
    return (yield from hand_on(reply))


def median_us(make: Callable[[TurnContext], Flow[object]]) -> float:
    """Return what a turn takes, in microseconds."""
    took: list[float] = []
    for _ in range(TURNS):
        run = context()
        began = time.perf_counter()
        drive(make(run))
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


def drive(flow: Flow[object]) -> None:
    """Carry a turn out: creates are answered, all else with nothing."""
    answer: object = None
    try:
        while True:
            effect = flow.send(answer)
            answer = ANSWER if isinstance(inner(effect), Create) else None
    except StopIteration:
        return


def inner(effect: Effect) -> Effect:
    """Return what is to be done, without what is entered for it."""
    return getattr(effect, "effect", effect)


STORE = MemoryStore()
TURN = Turn(
    transcript=Transcript.of([user_input([text_part("Hello.")])]),
    target=("model", "gemini-3.5-flash"),
    session_id="tenant",
)


def context() -> TurnContext:
    """Return a turn that has not begun."""
    policy = ClientPolicy(max_retries=0, retention_s=1e6, clock=time.time)
    scope = Scope("gemini|generativelanguage.googleapis.com|print", "tenant")
    service = ("gemini|generativelanguage.googleapis.com", "v1beta")
    return TurnContext(
        TURN, TurnStore(store=STORE, scope=scope, service=service), policy
    )


if __name__ == "__main__":
    main()
