"""Everything one running emulator holds, and its reset."""

from collections import Counter

from interactions_emulator.answering.script import read_script
from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.payloads import JsonObject
from interactions_emulator.base.settings import Settings
from interactions_emulator.engine.engine import Engine
from interactions_emulator.engine.faults import FaultPlan
from interactions_emulator.engine.request_log import RequestLog
from interactions_emulator.store.stores import MemoryStore, SqliteStore
from interactions_emulator.upstream.upstream import Upstream
from interactions_emulator.upstream.upstream_work import UpstreamWork
from interactions_emulator.webhooks.deliveries import Deliveries
from interactions_emulator.webhooks.notices import Notices
from interactions_emulator.webhooks.webhooks import WebhookStore

_COUNTED = ("creates", "background_creates", "gets", "cancels", "deletes")


class EmulatorState:
    """Owned by the server; used on its event loop only, once it runs."""

    def __init__(self, settings: Settings, script: object = None) -> None:
        self.settings = settings
        self._first_script = script
        # A script that cannot be read must fail before a file is opened.
        first = read_script(script)
        store = MemoryStore() if settings.state is None else SqliteStore(settings.state)
        self.clock = MovableClock(settings.clock, store.get_clock_offset())
        self.engine = Engine(settings, store, self.clock)
        self.engine.script = first
        self.faults = FaultPlan()
        self.log = RequestLog()
        self.counts: Counter[str] = Counter()
        self.webhooks = WebhookStore(self.clock, settings.random().randbytes)
        self.deliveries = Deliveries(self.clock, anywhere=settings.deliver_anywhere)
        self.notices = Notices(store, self.clock, self.webhooks, self.deliveries)
        self.upstream = _upstream_work(settings, self.engine)

    def stats(self) -> JsonObject:
        """Return how often what was done, and the tokens that all answers took."""
        counted = {name: self.counts[name] for name in _COUNTED}
        refused = {"refused": self.counts["refused"]}
        taken = {"bytes_in": self.log.bytes_in, "tokens": self.engine.tokens}
        return counted | refused | taken

    def advance(self, seconds: float) -> None:
        """Move the clock on, durably if there is a file."""
        self.clock.advance(seconds)
        self.engine.store.put_clock_offset(self.clock.offset_s)

    def reset(self) -> None:
        """Go back to the state of a new emulator, first script included."""
        self.engine.store.clear()
        self.clock.offset_s = 0.0
        self.engine.script = read_script(self._first_script)
        self.engine.tokens = 0
        self.faults.clear()
        self.log.clear()
        self.counts.clear()
        self.webhooks.clear()
        self.deliveries.clear()
        self.notices.clear()
        if self.upstream is not None:
            self.upstream.clear()

    def close(self) -> None:
        """Release the state file."""
        self.engine.store.close()


def _upstream_work(settings: Settings, engine: Engine) -> UpstreamWork | None:
    if settings.upstream is None:
        return None
    key = settings.upstream_key
    return UpstreamWork(
        engine, Upstream(settings.upstream, settings.upstream_model, key=key)
    )
