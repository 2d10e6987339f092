"""Write measures down as Prometheus reads them. Pure.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from interactions_core.services.measures import Measures

KIND: Final = "text/plain; version=0.0.4; charset=utf-8"

_Sample = tuple[Mapping[str, str], float]


def metrics_text(measures: Measures | None) -> str:
    """Return the text of `/metrics`.

    Args:
        measures: `None` while the store is away: then only that is said.
    """
    up: list[_Sample] = [({}, float(measures is not None))]
    lines = [*_metric("store_up", "gauge", "Whether the store has answered.", up)]
    if measures is not None:
        for name, kind, text, samples in _metrics(measures):
            lines += _metric(name, kind, text, samples)
    return "\n".join([*lines, ""])


def _metrics(m: Measures) -> Iterable[tuple[str, str, str, Sequence[_Sample]]]:
    pool = m.pool
    yield (
        "jobs",
        "gauge",
        "Jobs that are not done with, by state; under_seconds bounds their age.",
        [
            ({"state": j.state, "under_seconds": _bound(j.under_s)}, j.number)
            for j in m.jobs
        ],
    )
    oldest: dict[str, float] = {}
    for job in m.jobs:
        oldest[job.state] = max(oldest.get(job.state, 0.0), job.oldest_s)
    yield (
        "jobs_oldest_seconds",
        "gauge",
        "Age of the oldest job in a state.",
        [({"state": state}, age_s) for state, age_s in oldest.items()],
    )
    yield (
        "pool_connections",
        "gauge",
        "Connections to the database: what there may be, are, and nobody uses.",
        [
            ({"state": "largest"}, pool.largest),
            ({"state": "open"}, pool.open),
            ({"state": "idle"}, pool.idle),
        ],
    )
    yield (
        "pool_waiting",
        "gauge",
        "Callers that wait for a connection.",
        [({}, pool.waiting)],
    )
    yield "pool_waits_total", "counter", "Waits for a connection.", [({}, pool.waits)]
    yield (
        "pool_wait_seconds_total",
        "counter",
        "Time of waits for a connection.",
        [({}, pool.wait_s)],
    )
    counters = {
        "pool_timeouts": (
            "Waits for a connection that took too long.",
            m.pool_timeouts,
        ),
        "lock_waits": ("Transactions that began late, 50 ms or more.", m.lock_waits),
        "lock_wait_seconds": ("Time of those beginnings.", m.lock_wait_s),
        "lost_submits": ("Creates whose answer was lost.", m.lost_submits),
        "unrecorded_answers": ("Answers not recorded.", m.unrecorded_answers),
        "lease_takeovers": ("Jobs taken from who ended.", m.lease_takeovers),
    }
    for name, (text, number) in counters.items():
        yield f"{name}_total", "counter", text, [({}, number)]
    yield (
        "replays_total",
        "counter",
        "Turns that sent again what had been sent, by the reason of their plan.",
        [({"reason": reason}, number) for reason, number in sorted(m.replays.items())],
    )


def _metric(
    name: str, kind: str, text: str, samples: Sequence[_Sample]
) -> Iterable[str]:
    # Labels and texts are words of this package: nothing has to be escaped.
    yield f"# HELP interactions_{name} {text}"
    yield f"# TYPE interactions_{name} {kind}"
    for labels, number in samples:
        pairs = ",".join(f'{key}="{value}"' for key, value in labels.items())
        yield f"interactions_{name}{f'{{{pairs}}}' if pairs else ''} {number:.10g}"


def _bound(seconds: float) -> str:
    return "+Inf" if seconds == float("inf") else f"{seconds:g}"
