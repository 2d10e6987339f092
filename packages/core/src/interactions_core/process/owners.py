"""Who holds a lease: this process, told apart from every other.

A process that is known to be dead holds nothing, however long its lease: a program
that is started again at once finds its jobs, and need not wait for the lease.
"""

import os
import platform
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Final

from interactions_core.process.forking import PerProcess

_WATCHER = "+"
_NAMESPACE = Path("/proc/self/ns/pid")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def process_id() -> str:
    """Return the name of this process; a forked child has another one."""
    return _own_name.get()


def is_dead(owner: str) -> bool:
    """Tell whether an owner certainly lives no more.

    Only processes beside this one can be judged: those of another machine, boot or
    container are believed to live.

    Args:
        owner: What `this_process` returned, perhaps elsewhere.
    """
    process = owner.partition(_WATCHER)[0]
    machine, _, rest = process.rpartition("/")[0].rpartition("/")
    if machine != _machine() or process == process_id() or not rest.isdigit():
        return False
    if int(rest) == os.getpid():
        # It had the number before this process.
        return True
    return not _exists(int(rest))


def is_alive(owner: str) -> bool | None:
    """Tell whether an owner lives; `None` where it is not one beside this process."""
    return not is_dead(owner) if _machine_of(owner) == _machine() else None


def describe_owner(owner: str) -> str:
    """Name an owner for people: its process, and whether that lives or where it is."""
    process = owner.partition(_WATCHER)[0].rpartition("/")[0]
    machine, _, number = process.rpartition("/")
    if not machine:
        return owner
    alive = is_alive(owner)
    if alive is None:
        return f"{number} on {machine.partition(':')[0]}"
    return f"{number} {'alive' if alive else 'gone'}"


def watcher_id(name: str) -> str:
    """Return the name of something in this process that watches jobs for others.

    What it holds is still there to be taken by a call that asks for it.
    """
    return f"{process_id()}{_WATCHER}{name}"


def is_watcher(owner: str) -> bool:
    """Tell whether an owner only watches jobs for others."""
    return _WATCHER in owner


def is_mine(owner: str) -> bool:
    """Tell whether an owner is this process, or watches in it."""
    return owner.partition(_WATCHER)[0] == process_id()


def _machine_of(owner: str) -> str:
    return owner.partition(_WATCHER)[0].rpartition("/")[0].rpartition("/")[0]


@lru_cache(maxsize=1)
def _machine() -> str:
    """Name what process numbers mean something in; unique where that is unknown."""
    try:
        where = f"{_BOOT.read_text().strip()}:{_NAMESPACE.readlink()}"
    except OSError:
        where = uuid.uuid4().hex
    return f"{platform.node()}:{where}".replace("/", "_").replace(_WATCHER, "_")


def _new_name() -> str:
    return f"{_machine()}/{os.getpid()}/{uuid.uuid4().hex[:12]}"


# Not by the number, which the system gives out again.
_own_name: Final = PerProcess(_new_name)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return not _is_over(pid)


def _is_over(pid: int) -> bool:
    """Tell whether a process has ended and only its parent has not heard of it yet."""
    try:
        # Linux: the state follows the name, which may hold anything, in parentheses.
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return False
    return after_name.split()[:1] in (["Z"], ["X"])
