"""What measures are called where they are read: names, kinds and units. Pure.

One table for `/metrics` and for OpenTelemetry, whose names are made so that Prometheus
calls both the same: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.services.measures import Measures

Sample = tuple[Mapping[str, str], float]
"""Labels, and the number that has them."""

Kind = Literal["counter", "sum", "gauge"]
"""`counter`: grows from the beginning of the process. `sum`: adds up over processes.
`gauge`: does not, as what is said of a store is the same wherever it is asked."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that is told to others.

    Attributes:
        name: After the prefix `interactions.`.
        kind: What may be done with it.
        unit: As UCUM has it: `s`, or what is counted in braces; "" for none.
        text: What it is, in a sentence.
        samples: Reads it from measures.
    """

    name: str
    kind: Kind
    unit: str
    text: str
    samples: Callable[[Measures], Sequence[Sample]]

    @property
    def is_of_store(self) -> bool:
        """Whether it is about a store, and not about what happened in the process."""
        return self.name.partition(".")[0] in {"jobs", "pool"}

    @property
    def prometheus_name(self) -> str:
        """What Prometheus calls it, here and where it comes by OpenTelemetry."""
        unit = "_seconds" if self.unit == "s" else ""
        total = "_total" if self.kind == "counter" else ""
        return f"interactions_{self.name.replace('.', '_')}{unit}{total}"


def _one(read: Callable[[Measures], float]) -> Callable[[Measures], Sequence[Sample]]:
    return lambda measures: [({}, read(measures))]


def _jobs(measures: Measures) -> Sequence[Sample]:
    return [
        ({"state": job.state, "under_seconds": _bound(job.under_s)}, job.number)
        for job in measures.jobs
    ]


def _bound(seconds: float) -> str:
    return "+Inf" if seconds == float("inf") else f"{seconds:g}"


def _oldest(measures: Measures) -> Sequence[Sample]:
    oldest: dict[str, float] = {}
    for job in measures.jobs:
        oldest[job.state] = max(oldest.get(job.state, 0.0), job.oldest_s)
    return [({"state": state}, age_s) for state, age_s in oldest.items()]


def _connections(measures: Measures) -> Sequence[Sample]:
    pool = measures.pool
    return [
        ({"state": "largest"}, pool.largest),
        ({"state": "open"}, pool.open),
        ({"state": "idle"}, pool.idle),
    ]


def _replays(measures: Measures) -> Sequence[Sample]:
    replays = sorted(measures.replays.items())
    return [({"reason": reason}, number) for reason, number in replays]


METRICS: Final = (
    Metric(
        "jobs",
        "gauge",
        "{job}",
        "Jobs that are not done with, by state; under_seconds bounds their age.",
        _jobs,
    ),
    Metric("jobs.oldest", "gauge", "s", "Age of the oldest job in a state.", _oldest),
    Metric(
        "pool.connections",
        "sum",
        "{connection}",
        "Connections to the database: what there may be, are, and nobody uses.",
        _connections,
    ),
    Metric(
        "pool.waiting",
        "sum",
        "{caller}",
        "Callers that wait for a connection.",
        _one(lambda m: m.pool.waiting),
    ),
    Metric(
        "pool.waits",
        "counter",
        "{wait}",
        "Waits for a connection.",
        _one(lambda m: m.pool.waits),
    ),
    Metric(
        "pool.wait",
        "counter",
        "s",
        "Time of waits for a connection.",
        _one(lambda m: m.pool.wait_s),
    ),
    Metric(
        "pool.timeouts",
        "counter",
        "{wait}",
        "Waits for a connection that took too long.",
        _one(lambda m: m.pool_timeouts),
    ),
    Metric(
        "lock.waits",
        "counter",
        "{transaction}",
        "Transactions that began late, 50 ms or more.",
        _one(lambda m: m.lock_waits),
    ),
    Metric(
        "lock.wait",
        "counter",
        "s",
        "Time of those beginnings.",
        _one(lambda m: m.lock_wait_s),
    ),
    Metric(
        "lost_submits",
        "counter",
        "{create}",
        "Creates whose answer was lost.",
        _one(lambda m: m.lost_submits),
    ),
    Metric(
        "unrecorded_answers",
        "counter",
        "{answer}",
        "Answers not recorded.",
        _one(lambda m: m.unrecorded_answers),
    ),
    Metric(
        "lease_takeovers",
        "counter",
        "{job}",
        "Jobs taken from who ended.",
        _one(lambda m: m.lease_takeovers),
    ),
    Metric(
        "replays",
        "counter",
        "{turn}",
        "Turns that sent again what had been sent, by the reason of their plan.",
        _replays,
    ),
)
"""All but whether the store is there, which is told where nothing else can be."""

STORE_UP: Final = Metric(
    "store.up",
    "gauge",
    "",
    "Whether the store has answered.",
    _one(lambda _: 1.0),
)
