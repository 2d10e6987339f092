"""What log records say beside their text: ids and words, never what was said.

Every call of a logger in these packages passes `extra=log_fields(...)`, and names an
error by `shown_error`, with a traceback of `bare_error`: the API repeats what it was
sent, a driver quotes rows, and a graph's own errors may hold anything.
"""

import re
from collections.abc import Mapping
from typing import Final, TypedDict, Unpack

from interactions_core.exceptions import (
    BudgetExceededError,
    ChangedCallError,
    ForkedError,
    InteractionsError,
    LostSubmitError,
    OutcomeError,
    RequestError,
    StoreError,
    WebhookRefusedError,
)

PREFIX: Final = "interactions_"
"""What the name of every field begins with, which no attribute of a record does."""

_OWN_WORDS: Final = (
    BudgetExceededError,
    ChangedCallError,
    ForkedError,
    LostSubmitError,
    StoreError,
    WebhookRefusedError,
)
"""Errors whose text is written here, of ids, numbers and what a driver says first."""

_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Known(TypedDict, total=False):
    """What a record may name; what is empty is left out.

    Attributes:
        id: The interaction.
        job: The key of the job.
        thread: The framework's conversation.
        session: The user's isolation scope.
        target: `model:NAME` or `agent:NAME`.
        reason: Why a request is sent as it is, or what had to be worked around.
        status: The interaction's, verbatim.
    """

    id: str
    job: str
    thread: str
    session: str
    target: str
    reason: str
    status: str


def log_fields(
    event: str,
    known: Known | None = None,
    /,
    *,
    error: BaseException | None = None,
    **own: Unpack[Known],
) -> dict[str, object]:
    """Return the `extra` of a log record: its fields under `PREFIX`.

    Args:
        event: What has happened, in a word that stays; `docs/logs.md` lists them.
        error: What failed: its class and HTTP status are fields, and the interaction
            that it names, unless another one is given.
        known: What the turn or the job says of itself.
        own: What is known beside that, or better.
    """
    told = {"event": event, **_named_by(error), **(known or {}), **own}
    return {f"{PREFIX}{name}": value for name, value in told.items() if value}


def _named_by(error: BaseException | None) -> Mapping[str, object]:
    if error is None:
        return {}
    if not isinstance(error, InteractionsError):
        # What others call so may hold anything, and may raise.
        return {"error": type(error).__qualname__}
    return {
        "error": type(error).__qualname__,
        "http_status": getattr(error, "status_code", None),
        "id": getattr(error, "interaction_id", ""),
    }


def shown_error(error: BaseException) -> str:
    """Say what failed, in no words but those of these packages.

    Returns:
        The text of errors that hold ids and numbers only; of others the class, and of
        the API's its HTTP status and code.
    """
    facts = _facts(error)
    if isinstance(error, _OWN_WORDS):
        return facts
    name = type(error).__qualname__
    return f"{name} ({facts})" if facts else name


def _facts(error: BaseException) -> str:
    if isinstance(error, _OWN_WORDS):
        return str(error)
    if isinstance(error, RequestError):
        status = error.status_code
        code = error.code if _CODE.fullmatch(error.code) else ""
        return f"HTTP {status} {code}".strip() if status is not None else "no answer"
    if isinstance(error, OutcomeError):
        return f"{error.interaction_id or 'unstored'}: {error.status}"
    return ""


def bare_error(error: BaseException) -> BaseException:
    """Return what to pass as `exc_info`: the same classes and places, without texts.

    Those of the errors that led to it are as bare; notes and groups are left out.
    """
    # By place: an error of somebody else may be no key of a dict. And not by calls of
    # itself: errors of a loop lead to each other by the thousand.
    made, waiting = {id(error): _bare(error)}, [error]
    while waiting:
        each = waiting.pop()
        bare = made[id(each)]
        for name in ("__cause__", "__context__"):
            led: BaseException | None = getattr(each, name)
            if led is None:
                continue
            if id(led) not in made:
                made[id(led)] = _bare(led)
                waiting.append(led)
            setattr(bare, name, made[id(led)])
        bare.__suppress_context__ = each.__suppress_context__
    return made[id(error)]


def _bare(error: BaseException) -> BaseException:
    kind = type(error)
    place = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    bare = type(kind.__name__, (_BareError,), place)(_facts(error))
    bare.__traceback__ = error.__traceback__
    return bare


class _BareError(InteractionsError):
    """Stands in for an error in a traceback."""
