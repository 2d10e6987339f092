"""Core's errors as LangChain's: each is both, so that either can be caught.

LangChain's retries, fallbacks and middleware go by `langchain_core.exceptions`; who
knows core's tree finds it here with all attributes.
"""

import contextlib
from collections.abc import Generator, Iterator, Mapping
from typing import Final

from langchain_core.exceptions import ModelError

from interactions_core import exceptions as core
from interactions_core.adapter import BLOCKED, status_of
from interactions_langgraph.errors import (
    ChatAccountConflictError,
    ChatAuthenticationError,
    ChatBudgetExceededError,
    ChatChangedCallError,
    ChatConfigurationError,
    ChatContextLengthError,
    ChatCutOffError,
    ChatDeadlineExceededError,
    ChatEmptyReplyError,
    ChatEmptyTranscriptError,
    ChatForkedError,
    ChatInterruptedStreamError,
    ChatInvalidRequestError,
    ChatJobCancelledError,
    ChatJobFailedError,
    ChatJobTakenOverError,
    ChatLostSubmitError,
    ChatMissingPackageError,
    ChatNetworkError,
    ChatNotFoundError,
    ChatPermissionDeniedError,
    ChatRateLimitError,
    ChatRefusedJobError,
    ChatRefusedReplyError,
    ChatRefusedRequestError,
    ChatServiceError,
    ChatTimeoutError,
    ChatUndeclaredCallError,
    ChatUnknownStatusError,
    ChatUnsupportedContentError,
)

_FORBIDDEN: Final = 403


_MEANINGS: Final[
    Mapping[type[core.InteractionsError], type[core.InteractionsError]]
] = {
    core.ConfigurationError: ChatConfigurationError,
    core.MissingPackageError: ChatMissingPackageError,
    core.AccountConflictError: ChatAccountConflictError,
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
    core.BudgetExceededError: ChatBudgetExceededError,
    core.LostSubmitError: ChatLostSubmitError,
    core.ChangedCallError: ChatChangedCallError,
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
    if isinstance(error, core.InterruptedStreamError):
        # Else the answer may have been paid for, and would be once more.
        return error.is_kept
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
