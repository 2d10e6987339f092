"""Tell OpenTelemetry the numbers of `/metrics`, where a program has set it up.

Without a meter provider nothing is imported and nothing is asked for.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Final, Self
from weakref import WeakKeyDictionary

from interactions_core.exceptions import StoreError
from interactions_core.process.forking import Lock, PerProcess
from interactions_core.services.measures import Measures, measure
from interactions_core.services.monitoring.metrics import (
    METRICS,
    STORE_UP,
    Metric,
    Sample,
)
from interactions_core.services.monitoring.shared_answers import FRESH_S, Shared
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.tracing.set_up import find_meter_provider

_lock: Final = Lock()


class MeasureExport:
    """Numbers that OpenTelemetry asks for until this is closed, also as a context.

    Attributes:
        is_told: Whether there is anybody to ask for them.
    """

    def __init__(self, source: "_Source", slot: "_Slot | None") -> None:
        self._source = source
        self._slot = slot
        self.is_told = slot is not None

    def close(self) -> None:
        """Let nothing be asked for any more; the store is yours again."""
        if self._slot is not None and self._slot.source is self._source:
            self._slot.source = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def export_measures(
    store: SessionStore | None = None, *, clock: Callable[[], float] = time.monotonic
) -> MeasureExport:
    """Have OpenTelemetry ask for how this process and its store are doing.

    Call it after the program has set its meter provider. A process tells one set of
    numbers: another store takes the place of the one before.

    Args:
        store: Whose jobs and connections; without one, only what happened here. It is
            asked once a second at most, and has to stay open until `close`.
        clock: Seconds, of any beginning.
    """
    provider, source = find_meter_provider(), _Source(store, clock)
    if provider is None:
        return MeasureExport(source, None)
    with _lock:
        slot = _slots.get(provider)
        if slot is None:
            slot = _slots[provider] = _Slot()
        slot.make()
    slot.source = source
    return MeasureExport(source, slot)


class _Source:
    """What is asked, and what it said last."""

    def __init__(self, store: SessionStore | None, clock: Callable[[], float]) -> None:
        self.store = store
        self._clock = clock
        # What is asked for while a process forks is not answered in the child.
        self._shared = PerProcess(lambda: Shared[Measures](clock))
        self._failed_at = float("-inf")

    def measures(self) -> Measures | None:
        """Return the numbers of now; `None` while the store is away."""
        if self._clock() - self._failed_at <= FRESH_S:
            return None
        try:
            return self._shared.get().result_of(lambda: measure(self.store))
        except (StoreError, TimeoutError):
            # Each instrument asks: whoever exports is not to wait for all of them.
            self._failed_at = self._clock()
            return None


class _Slot:
    """What the instruments of a provider read."""

    def __init__(self) -> None:
        self.source: _Source | None = None
        self._left = deque((STORE_UP, *METRICS))

    def make(self) -> None:
        """Make the instruments that are not made yet, each once.

        A provider asks for one that is made twice through the first, and where one
        cannot be made, the next call goes on with it.
        """
        # OpenTelemetry is there: somebody has set it up.
        from interactions_core.tracing.instruments import (  # noqa: PLC0415
            Instrument,
            make_instrument,
        )

        while self._left:
            metric = self._left[0]
            make_instrument(
                Instrument(
                    f"interactions.{metric.name}",
                    metric.kind,
                    metric.unit,
                    metric.text,
                    partial(self._samples, metric),
                )
            )
            self._left.popleft()

    def _samples(self, metric: Metric) -> Sequence[Sample]:
        source = self.source
        if source is None:
            return []
        found = source.measures()
        if metric is STORE_UP:
            return [({}, float(found is not None))] if source.store else []
        if found is None or (source.store is None and metric.is_of_store):
            return []
        return metric.samples(found)


_slots: Final = WeakKeyDictionary[object, _Slot]()
