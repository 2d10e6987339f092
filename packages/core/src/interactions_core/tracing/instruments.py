"""Numbers that OpenTelemetry asks for whenever it exports: observable instruments.

Imports OpenTelemetry's API, so it is imported once the program has set a provider.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from opentelemetry.metrics import CallbackOptions, Observation, get_meter

from interactions_core.tracing.release import own_release

SCOPE: Final = "interactions_core.measures"
"""A scope of its own: an SDK warns of an instrument that is made twice in one."""

Kind = Literal["counter", "sum", "gauge"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A number that is asked for.

    Attributes:
        name: Its whole name.
        kind: `counter` grows only, `sum` adds up over processes, `gauge` does not.
        unit: As UCUM has it.
        text: What it is.
        read: Returns attributes, and the number that has them; it does not raise.
    """

    name: str
    kind: Kind
    unit: str
    text: str
    read: Callable[[], Iterable[tuple[Mapping[str, str], float]]]


def make_instrument(made: Instrument) -> None:
    """Have the global meter provider ask for a number; there is no way to end that."""
    meter = get_meter(SCOPE, own_release())
    makers = {
        "counter": meter.create_observable_counter,
        "sum": meter.create_observable_up_down_counter,
        "gauge": meter.create_observable_gauge,
    }
    makers[made.kind](made.name, [_observed(made)], made.unit, made.text)


def _observed(
    instrument: Instrument,
) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def observe(_: CallbackOptions) -> Iterable[Observation]:
        for attributes, number in instrument.read():
            yield Observation(number, attributes)

    return observe
