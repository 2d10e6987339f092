"""Resume graphs beside a receiver, every few seconds, in a thread of its own.

A delivery may come before the graph has saved its interrupt, or not at all.
"""

import logging
import threading
import time
from typing import Final

from interactions_core.exceptions import StoreError
from interactions_core.services.graph_resumer import Resumer
from interactions_core.services.running.outages import Outage

logger: Final = logging.getLogger("interactions_core")

SWEEP_S: Final = 5.0
"""How often graphs are looked for that no delivery has resumed, in seconds."""


class Sweeper:
    """Has a resumer sweep until it is told to stop; an outage of the store is waited out.

    Args:
        resumer: Resumes the graphs.
        outage: What is known of an outage of the store.
        sweep_s: How often, in seconds.
    """

    def __init__(
        self, resumer: Resumer, outage: Outage, *, sweep_s: float = SWEEP_S
    ) -> None:
        self._resumer = resumer
        self._outage = outage
        self._sweep_s = sweep_s
        self._over = threading.Event()
        self._swept_at: float | None = None
        self._thread = threading.Thread(
            target=self._run, name="interactions-resumer", daemon=True
        )

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def lag_s(self) -> float | None:
        """Return how late the next sweep is, in seconds; `None` before the first."""
        if self._swept_at is None:
            return None
        return max(0.0, time.monotonic() - self._swept_at - self._sweep_s)

    def stop(self) -> None:
        """Let it end soon; a graph that is being resumed is not interrupted."""
        self._over.set()

    def join(self) -> None:
        """Wait until it has ended, after `stop`."""
        self._thread.join()

    def _run(self) -> None:
        pause_s = self._sweep_s
        while not self._over.wait(pause_s):
            pause_s = self._sweep_s
            try:
                self._resumer.sweep()
            except StoreError as error:
                pause_s = self._outage.note(error)
            else:
                self._outage.end()
                self._swept_at = time.monotonic()
