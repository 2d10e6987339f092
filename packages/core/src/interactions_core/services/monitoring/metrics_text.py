"""Write measures down as Prometheus reads them. Pure.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterable, Sequence
from typing import Final

from interactions_core.services.measures import Measures
from interactions_core.services.monitoring.metrics import (
    METRICS,
    STORE_UP,
    Metric,
    Sample,
)

KIND: Final = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text(measures: Measures | None) -> str:
    """Return the text of `/metrics`.

    Args:
        measures: `None` while the store is away: then only that is said.
    """
    lines = [*_lines(STORE_UP, [({}, float(measures is not None))])]
    if measures is not None:
        for metric in METRICS:
            lines += _lines(metric, metric.samples(measures))
    return "\n".join([*lines, ""])


def _lines(metric: Metric, samples: Sequence[Sample]) -> Iterable[str]:
    # Labels and texts are words of this package: nothing has to be escaped.
    name = metric.prometheus_name
    yield f"# HELP {name} {metric.text}"
    yield f"# TYPE {name} {'counter' if metric.kind == 'counter' else 'gauge'}"
    for labels, number in samples:
        pairs = ",".join(f'{key}="{value}"' for key, value in labels.items())
        yield f"{name}{f'{{{pairs}}}' if pairs else ''} {number:.10g}"
