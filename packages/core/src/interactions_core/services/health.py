"""What a service says of itself: whether it lives, whether it is ready, and why not.

Pages as values; who serves them is somebody else's part.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import StoreError, StoreSchemaError
from interactions_core.services.measures import Measures, measure
from interactions_core.services.monitoring.metrics_text import KIND, metrics_text
from interactions_core.services.monitoring.shared_answers import PATIENCE_S, Shared
from interactions_core.stores.protocols.sessions import SessionStore

LATE_S: Final = 300.0
"""How late the looks of a watcher may be before it says that it is not ready."""

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to a probe.

    Attributes:
        status: The HTTP status: 200, or 503 for what is not as it should be.
        kind: The content type.
        text: The body.
    """

    status: int
    kind: str
    text: str


class Health:
    """Looks after the pages of a service: `/livez`, `/readyz` and `/metrics`.

    Safe for any number of threads. However many ask, the store is asked once a second.

    Args:
        store: The store that the service needs.
        lag: How late the service is with its jobs, in seconds; `None` before its first
            look. Nothing for a service without any.
        is_decisive: Whether lag says that the service is not ready. A receiver that
            resumes a long graph takes deliveries all the same.
        clock: Seconds, of any beginning.
    """

    def __init__(
        self,
        store: SessionStore,
        *,
        lag: Callable[[], float | None] | None = None,
        is_decisive: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._lag = lag
        self._is_decisive = is_decisive
        self._looked = Shared[None](clock)
        self._measured = Shared[Measures](clock)
        self._pages: dict[str, Callable[[], Page]] = {
            "/livez": lambda: Page(200, _JSON, '{"live": true}'),
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }
        self._ending = False

    def end(self) -> None:
        """Say from now on that the service takes no more work."""
        self._ending = True

    def has(self, path: str) -> bool:
        """Tell whether there is such a page."""
        return path in self._pages

    def page(self, path: str) -> Page:
        """Return the page at a path.

        Raises:
            KeyError: There is none.
        """
        return self._pages[path]()

    def _ready(self) -> Page:
        checks = {**self._store_checks(), **self._job_checks()}
        if self._ending:
            checks["service"] = _problem("it is ending")
        ready = all(check["ok"] for check in checks.values())
        body: JsonObject = {"ready": ready, "checks": checks}
        return Page(200 if ready else 503, _JSON, json.dumps(body))

    def _metrics(self) -> Page:
        try:
            told = self._measured.result_of(lambda: measure(self._store))
        except (StoreError, TimeoutError):
            told = None
        return Page(200, KIND, metrics_text(told))

    def _store_checks(self) -> dict[str, JsonObject]:
        try:
            self._looked.result_of(self._store.check_contracts)
        except TimeoutError:
            said = f"the store has not answered for {PATIENCE_S:g} s"
            return {"database": _problem(said)}
        except StoreSchemaError as error:
            return {"database": {"ok": True}, "schema": _problem(str(error))}
        except StoreError as error:
            return {"database": _problem(str(error))}
        return {"database": {"ok": True}, "schema": {"ok": True}}

    def _job_checks(self) -> Mapping[str, JsonObject]:
        if self._lag is None:
            return {}
        lag_s = self._lag()
        if lag_s is None:
            found: JsonObject = _problem("they were not looked through yet")
        else:
            found = {"ok": lag_s <= LATE_S, "lag_s": round(lag_s, 1)}
            if lag_s > LATE_S:
                found = {**found, "problem": f"looks are more than {LATE_S:g} s late"}
        return {"jobs": found if self._is_decisive else {**found, "ok": True}}


def _problem(said: str) -> dict[str, Json]:
    return {"ok": False, "problem": said}
