"""What a list of deletions says, which is kept outside the database, as values.

Pure. A restore brings back what was deleted after the backup, and the backup does not
know of those deletions; the list does. A line of it has ids and keyed hashes, neither
content nor a key.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from interactions_core.records.erasures import LATE_S, Erasure

VARIABLE: Final = "INTERACTIONS_ERASED"
"""The environment variable that names the file with the list."""


@dataclass(frozen=True, slots=True)
class DeletedThread:
    """What a database remembers of a deleted thread.

    Attributes:
        digest: The keyed hash of its id.
        mark: What names this deletion.
        at: Epoch seconds.
    """

    digest: bytes
    mark: bytes
    at: float


@dataclass(frozen=True, slots=True)
class ErasedLine:
    """A deletion, or what it has left on the server.

    Attributes:
        store: Names the store, by its secret.
        at: Epoch seconds.
        thread_id: The thread; `None` where only its hash is known, or none is meant.
        digest: The keyed hash of its id, where that is all that is known; else b"".
        mark: What names the deletion; b"" where no thread is meant.
        checkpoints: Whether those of a saver went with the thread.
        erasures: What was then listed for erasure on the server.
    """

    store: str
    at: float
    thread_id: str | None = None
    digest: bytes = b""
    mark: bytes = b""
    checkpoints: bool = False
    erasures: tuple[Erasure, ...] = ()


def write_line(line: ErasedLine) -> str:
    """Write a line of the list, as ASCII and without its end."""
    said: dict[str, object] = {"at": line.at, "store": line.store}
    if line.thread_id is not None:
        said["thread"] = line.thread_id
    if line.digest:
        said["thread_hash"] = line.digest.hex()
    if line.mark:
        said |= {"deletion": line.mark.hex(), "checkpoints": line.checkpoints}
    if line.erasures:
        said["on_server"] = [
            [each.credential, each.interaction_id, each.is_running, each.created_at]
            for each in line.erasures
        ]
    return json.dumps(said)


def read_line(text: str) -> ErasedLine:
    """Read a line of the list.

    Raises:
        ValueError: It is none; a process may have died while it wrote it.
    """
    try:
        # Whatever else it is, is found out here.
        said: dict[str, Any] = json.loads(text)
        thread_id = said.get("thread")
        return ErasedLine(
            store=_text(said["store"]),
            at=float(said["at"]),
            thread_id=None if thread_id is None else _text(thread_id),
            digest=bytes.fromhex(said.get("thread_hash", "")),
            mark=bytes.fromhex(said.get("deletion", "")),
            checkpoints=said.get("checkpoints", False) is True,
            erasures=tuple(
                Erasure(_text(owner), _text(name), running is True, float(at))
                for owner, name, running, at in said.get("on_server", ())
            ),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        msg = f"no line of a list of deletions: {exc}"
        raise ValueError(msg) from exc


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    msg = f"{value!r} is no text"
    raise TypeError(msg)


def outstanding(
    lines: Sequence[ErasedLine],
    deleted: Iterable[DeletedThread],
    *,
    digest_of: Callable[[str], bytes],
) -> list[ErasedLine]:
    """Say which deletions a database does not know of, oldest first.

    A thread that was deleted may be begun anew under its id, and a backup of the new
    one must not lose it to the deletion of the old one. So a deletion counts that is
    neither the last one that the database remembers, nor listed before that one.
    Databases forget deletions after `LATE_S`, but only while they note another one: what
    is so much older than the last that they remember was known to them.

    Args:
        lines: The list, in its order.
        deleted: What the database remembers.
        digest_of: Hashes the id of a thread, as the database does.
    """
    known = {each.digest: each for each in deleted}
    forgotten = max((each.at for each in known.values()), default=0.0) - LATE_S
    digests = [_digest(line, digest_of) for line in lines]
    last = _last_known(lines, digests, known)
    return [
        line
        for number, (line, digest) in enumerate(zip(lines, digests, strict=True))
        if _is_outstanding(number, line, known.get(digest), last.get(digest), forgotten)
    ]


def _digest(line: ErasedLine, digest_of: Callable[[str], bytes]) -> bytes:
    return line.digest if line.thread_id is None else digest_of(line.thread_id)


def _last_known(
    lines: Sequence[ErasedLine],
    digests: Sequence[bytes],
    known: Mapping[bytes, DeletedThread],
) -> dict[bytes, int]:
    """Return where the deletions stand that the database remembers."""
    return {
        digest: number
        for number, (line, digest) in enumerate(zip(lines, digests, strict=True))
        if digest in known and known[digest].mark == line.mark
    }


def _is_outstanding(
    number: int,
    line: ErasedLine,
    known: DeletedThread | None,
    last: int | None,
    forgotten: float,
) -> bool:
    if not line.mark:
        return True
    if last is not None:
        return number > last
    if known is not None:
        return line.at > known.at
    return line.at >= forgotten
