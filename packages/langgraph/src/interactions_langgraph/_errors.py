"""Core's errors as LangChain's: each is both, so that either can be caught.

LangChain's retries, fallbacks and middleware go by `langchain_core.exceptions`; who
knows core's tree finds it here with all attributes.
"""

import contextlib
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from langchain_core import exceptions as langchain
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
)
from langchain_core.messages import BaseMessage

from interactions_core import exceptions as core
from interactions_core.blocking import BLOCKED
from interactions_core.statuses import status_of

if TYPE_CHECKING:
    from langchain_core.exceptions import ModelRefusalError
else:
    # Before langchain-core 1.7.5 there is none, and nothing that would catch it.
    ModelRefusalError = getattr(langchain, "ModelRefusalError", ModelError)

_FORBIDDEN: Final = 403


class ChatConfigurationError(core.ConfigurationError, ModelInvalidRequestError):
    """An option of a call is wrong; nothing was sent."""


class ChatForkedError(core.ForkedError, ModelInvalidRequestError):
    """A forked child uses what its parent had open; nothing was sent."""


class ChatUnsupportedContentError(
    core.UnsupportedContentError, ModelInvalidRequestError
):
    """A message cannot be sent; nothing was."""


class ChatEmptyTranscriptError(core.EmptyTranscriptError, ModelInvalidRequestError):
    """There is nothing to send."""


class ChatInvalidRequestError(core.InvalidRequestError, ModelInvalidRequestError):
    """400 and its kin."""


class ChatAuthenticationError(core.AuthenticationError, ModelAuthenticationError):
    """401, or a 400 that names the key."""


class ChatPermissionDeniedError(core.AuthenticationError, ModelPermissionDeniedError):
    """403."""


class ChatNotFoundError(core.NotFoundError, ModelNotFoundError):
    """404."""


class ChatRateLimitError(core.RateLimitError, ModelRateLimitError):
    """429."""


class ChatContextLengthError(core.ContextLengthError, ContextOverflowError):
    """The history is longer than the model takes."""


class ChatServiceError(core.ServiceError, ModelAPIError):
    """5xx, 408 and 409."""


class ChatNetworkError(core.NetworkError, ModelConnectionError):
    """Nobody answered."""


class ChatTimeoutError(core.NetworkError, ModelTimeoutError):
    """Nobody answered in time."""


class ChatJobFailedError(core.JobFailedError, ModelAPIError):
    """The run failed on the server; it may work again, unless a budget was spent."""


class ChatJobCancelledError(core.JobCancelledError, ModelError):
    """Somebody cancelled the run."""


class ChatUnknownStatusError(core.UnknownStatusError, ModelError):
    """Nobody knows whether the run goes on; it is not asked again."""


class ChatInterruptedStreamError(core.InterruptedStreamError, ModelConnectionError):
    """A stream broke off after something was shown."""


class ChatEmptyReplyError(core.EmptyReplyError, ModelAPIError):
    """An answer without anything in it."""


class ChatCutOffError(core.CutOffError, ModelAPIError):
    """An answer that was cut at the output limit; again it would be cut again."""


class ChatUndeclaredCallError(core.UndeclaredCallError, ModelAPIError):
    """A call of a function that nobody declared."""


class _RefusedError(ModelRefusalError):
    raw_message: BaseMessage | None = None
    """There is none: nothing of an answer came."""


class ChatRefusedRequestError(
    _RefusedError, core.InvalidRequestError, ModelInvalidRequestError
):
    """A policy of the API blocked the request."""


class ChatRefusedReplyError(_RefusedError, core.EmptyReplyError):
    """A policy of the API kept the whole answer back."""


class ChatRefusedJobError(_RefusedError, core.JobFailedError):
    """A policy of the API ended the run."""


class ChatDeadlineExceededError(core.DeadlineExceededError, ModelTimeoutError):
    """The run took too long and was cancelled."""


class ChatJobTakenOverError(core.JobTakenOverError, ModelError):
    """Another process waits for the run."""


class ChatLostSubmitError(core.LostSubmitError, ModelError):
    """The run may exist and be billed: not to be repeated without thought."""


_MEANINGS: Final[
    Mapping[type[core.InteractionsError], type[core.InteractionsError]]
] = {
    core.ConfigurationError: ChatConfigurationError,
    core.ForkedError: ChatForkedError,
    core.UnsupportedContentError: ChatUnsupportedContentError,
    core.EmptyTranscriptError: ChatEmptyTranscriptError,
    core.InvalidRequestError: ChatInvalidRequestError,
    core.AuthenticationError: ChatAuthenticationError,
    core.NotFoundError: ChatNotFoundError,
    core.RateLimitError: ChatRateLimitError,
    core.ContextLengthError: ChatContextLengthError,
    core.ServiceError: ChatServiceError,
    core.NetworkError: ChatNetworkError,
    core.JobFailedError: ChatJobFailedError,
    core.JobCancelledError: ChatJobCancelledError,
    core.UnknownStatusError: ChatUnknownStatusError,
    core.InterruptedStreamError: ChatInterruptedStreamError,
    core.EmptyReplyError: ChatEmptyReplyError,
    core.CutOffError: ChatCutOffError,
    core.UndeclaredCallError: ChatUndeclaredCallError,
    core.DeadlineExceededError: ChatDeadlineExceededError,
    core.JobTakenOverError: ChatJobTakenOverError,
    core.LostSubmitError: ChatLostSubmitError,
}


@contextlib.contextmanager
def model_errors() -> Generator[None]:
    """Raise LangChain's exceptions for core's, with cause, notes and traceback."""
    try:
        yield
    except core.InteractionsError as exc:
        meaning = model_error(exc)
        if meaning is None:
            raise
        raise meaning.with_traceback(exc.__traceback__) from exc.__cause__


def model_error(error: core.InteractionsError) -> core.InteractionsError | None:
    """Return the error that is LangChain's too; `None` where LangChain has none."""
    kind = _kind(error)
    if kind is None:
        return None
    meaning = kind.__new__(kind, *error.args)
    meaning.args = error.args
    meaning.__dict__.update(error.__dict__)
    if not _may_work_again(error) and isinstance(meaning, ModelError):
        meaning.is_retryable = False
    return meaning


def _kind(error: core.InteractionsError) -> type[core.InteractionsError] | None:
    if isinstance(error, core.AuthenticationError) and error.status_code == _FORBIDDEN:
        return ChatPermissionDeniedError
    if isinstance(error, core.NetworkError) and _timed_out(error):
        return ChatTimeoutError
    return _refused(error) or _MEANINGS.get(type(error))


def _refused(error: core.InteractionsError) -> type[core.InteractionsError] | None:
    match error:
        case core.InvalidRequestError(code=code) if code in BLOCKED:
            return ChatRefusedRequestError
        case core.EmptyReplyError(blocked_by=code) if code:
            return ChatRefusedReplyError
        case core.JobFailedError(blocked_by=code) if code:
            return ChatRefusedJobError
        case _:
            return None


def _may_work_again(error: core.InteractionsError) -> bool:
    """Tell whether the same request may get another answer."""
    if isinstance(error, core.JobFailedError | core.EmptyReplyError):
        return status_of(error.status).may_work_again
    if isinstance(error, core.CutOffError):
        return False
    # The next run would take as long, and cost as much.
    return not isinstance(error, core.DeadlineExceededError)


def _timed_out(error: BaseException) -> bool:
    return any("Timeout" in type(cause).__name__ for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__
