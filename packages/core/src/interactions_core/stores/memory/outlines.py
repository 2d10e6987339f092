"""Outlines in this process, gone with it."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from interactions_core.process.forking import Lock
from interactions_core.records.interactions import (
    InteractionRecord,
    LedgerEntry,
    Scope,
)
from interactions_core.records.outlines import (
    DEEPEST,
    NEAREST_OF,
    Earlier,
    Outline,
    Sketch,
    begins_with,
    cut,
    find_nearest,
    pack,
    pack_list,
    pack_system,
    unpacked,
)

_Place = tuple[Scope, str]
"""Whose, and where: the framework's context, or "" where it has threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one list adds to that of its base, which lives as long as this does."""

    key: str
    place: str
    created_at: float
    base: "Kept | None"
    shared: int
    asked: int
    steps: bytes
    system: bytes
    nearest: str
    differs: int
    sought: bool

    @property
    def packed(self) -> bytes:
        """All steps."""
        parts, limit, each = [self.steps], self.shared, self.base
        while each is not None:
            parts.append(cut(each.steps, limit - each.shared))
            limit, each = min(limit, each.shared), each.base
        return b"".join(reversed(parts))

    @property
    def depth(self) -> int:
        """From how many others it is put together."""
        return 0 if self.base is None else self.base.depth + 1


class MemoryOutlineMixin:
    """The methods about outlines of a store in memory; one lock, held briefly."""

    _lock: Lock
    _secret: bytes
    _records: OrderedDict[tuple[Scope, str], InteractionRecord]
    _entries: dict[tuple[Scope, str], tuple[LedgerEntry, ...]]

    def __init__(self) -> None:
        super().__init__()
        self._outlines: dict[tuple[Scope, str], Kept] = {}
        self._placed: dict[_Place, dict[str, None]] = {}

    def locate(self, key: str) -> list[Scope]:
        """Say whose conversations have a record of this key."""
        with self._lock:
            return [scope for scope, name in self._records if name == key]

    def find_outline(self, scope: Scope, key: str) -> Outline | None:
        """Return the outline of a record."""
        with self._lock:
            kept = self._outlines.get((scope, key))
        if kept is None:
            return None
        return Outline(
            key=key,
            created_at=kept.created_at,
            asked=kept.asked,
            shapes=unpacked(kept.packed),
            system=next(iter(unpacked(kept.system)), None),
            nearest=kept.nearest,
            differs=kept.differs,
            sought=kept.sought,
        )

    def is_known_elsewhere(self, scope: Scope, key: str) -> bool:
        """Tell whether another owner has asked something that begins alike."""
        with self._lock:
            kept = self._outlines.get((scope, key))
            if kept is None:
                return False
            steps = unpacked(cut(kept.packed, kept.asked))
            return any(
                begins_with(steps, unpacked(other.packed))
                for (whose, _), other in self._outlines.items()
                if _is_beside(whose, scope) and other.place == kept.place
            )

    def count_without_outline(self) -> int:
        """Count the turns that sent everything, and of which that cannot be explained."""
        with self._lock:
            seen, found = set[Scope](), 0
            for (scope, key), entries in self._entries.items():
                outline = self._outlines.get((scope, key))
                later = entries if scope in seen else entries[1:]
                seen.add(scope)
                if outline is None or not outline.sought:
                    found += sum(each.reason == "root" for each in later)
        return found

    def _keep_outline(self, record: InteractionRecord, sketch: Sketch) -> None:
        """Keep an outline; whoever calls holds the lock."""
        name, place = (record.scope, record.key), (record.scope, sketch.place)
        if name in self._outlines:
            return
        nearest, differs = "", 0
        if sketch.seeks:
            earlier = [*self._newest(place, sketch.base)]
            packed = pack_list(sketch, earlier, self._secret)
            nearest, differs = find_nearest(packed, earlier, repeats=sketch.repeats)
        base = self._outlines.get((record.scope, sketch.base))
        if base is not None and base.depth >= DEEPEST - 1:
            base = None
        shared = sketch.shared if base is not None else 0
        self._outlines[name] = Kept(
            key=record.key,
            place=sketch.place,
            created_at=record.created_at,
            base=base,
            shared=shared,
            asked=len(sketch.steps),
            steps=pack((*sketch.steps[shared:], *sketch.reply), self._secret),
            system=pack_system(sketch.system, self._secret),
            nearest=nearest,
            differs=differs,
            sought=sketch.seeks,
        )
        self._placed.setdefault(place, {}).setdefault(record.key)

    def _newest(self, place: _Place, base: str) -> Iterator[Earlier]:
        """Yield the newest of a place, and the base of what is compared with them."""
        scope, _ = place
        newest = [*islice(reversed(self._placed.get(place, {})), NEAREST_OF)]
        for key in dict.fromkeys((*newest, base)):
            kept = self._outlines.get((scope, key))
            if kept is not None:
                yield Earlier(key, kept.asked, kept.packed)

    def _forget_outline(self, scope: Scope, key: str) -> None:
        """Forget an outline; whoever calls holds the lock."""
        kept = self._outlines.pop((scope, key), None)
        if kept is None:
            return
        keys = self._placed[scope, kept.place]
        del keys[key]
        if not keys:
            del self._placed[scope, kept.place]

    def _copy_outline(self, source: Scope, target: Scope, key: str) -> None:
        """Let another thread have an outline; whoever calls holds the lock."""
        kept = self._outlines.get((source, key))
        if kept is not None and (target, key) not in self._outlines:
            self._outlines[target, key] = kept
            self._placed.setdefault((target, kept.place), {}).setdefault(key)


def _is_beside(other: Scope, scope: Scope) -> bool:
    """Tell whether a scope is that of another owner in the same conversation."""
    return (
        other.credential != scope.credential
        and other.session_id == scope.session_id
        and other.thread_id == scope.thread_id
    )
