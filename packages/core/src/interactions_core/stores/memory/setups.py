"""Setups in this process, gone with it."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from weakref import WeakValueDictionary

from interactions_core.process.forking import Lock
from interactions_core.records.interactions import InteractionRecord, Scope
from interactions_core.records.outlines import Sketch, unpacked
from interactions_core.records.setups import Setup, Written, read_named, write_setup
from interactions_core.stores.memory.outlines import Kept


class MemorySetupMixin:
    """The methods about setups of a store in memory; one lock, held briefly."""

    _lock: Lock
    _secret: bytes
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]
    _outlines: dict[tuple[Scope, str], Kept]

    def __init__(self) -> None:
        super().__init__()
        self._setups: dict[tuple[Scope, str], tuple[Written, Written]] = {}
        self._written: WeakValueDictionary[str, Written] = WeakValueDictionary()

    def find_setups(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, Setup]:
        """Return what is known of the setups of these records."""
        with self._lock:
            return {
                key: self._setup(scope, key)
                for key in keys
                if (scope, key) in self._records
            }

    def _setup(self, scope: Scope, key: str) -> Setup:
        record, kept = self._records[scope, key], self._outlines.get((scope, key))
        written = self._setups.get((scope, key), ())
        marks = tuple(each.mark for each in written)
        bodies = {each.mark: each.body for each in written}
        return Setup(
            target=record.target,
            digest=record.setup,
            is_outlined=kept is not None,
            instruction=next(iter(unpacked(kept.system if kept else b"")), None),
            tools=read_named(marks, 0, bodies),
            options=read_named(marks, 1, bodies),
            nearest=kept.nearest if kept else "",
        )

    def _keep_setup(self, record: InteractionRecord, sketch: Sketch) -> None:
        """Keep a setup; whoever calls holds the lock."""
        if sketch.settings is not None:
            tools, options = write_setup(sketch.settings, self._secret)
            name = (record.scope, record.key)
            self._setups[name] = (self._shared(tools), self._shared(options))

    def _shared(self, written: Written) -> Written:
        """Return the one of all that are equal."""
        return self._written.setdefault(written.mark, written)

    def _forget_setup(self, name: tuple[Scope, str]) -> None:
        """Forget a setup; whoever calls holds the lock."""
        self._setups.pop(name, None)

    def _copy_setup(self, source: tuple[Scope, str], target: tuple[Scope, str]) -> None:
        """Let another thread have a setup; whoever calls holds the lock."""
        if source in self._setups:
            self._setups.setdefault(target, self._setups[source])
