"""Our errors as CrewAI's own stop, so that it does not ask, and pay, again.

CrewAI repeats a task from its start, at once and twice, after every error but this one.
Nothing here gets better by that: requests are repeated where they are made, as long as
it may help, and an answer or a run that came to an error was paid for.
"""

from typing import Final

from crewai.tools.tool_failure import (
    ToolExecutionFailedError,
    ToolFailure,
    ToolFailureReason,
    ToolFailureRecord,
)

from interactions_core.exceptions import (
    AuthenticationError,
    ConfigurationError,
    CutOffError,
    DeadlineExceededError,
    EmptyReplyError,
    EmptyTranscriptError,
    ForkedError,
    InteractionsError,
    InterruptedStreamError,
    InvalidRequestError,
    JobCancelledError,
    JobFailedError,
    JobTakenOverError,
    LostSubmitError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    RequestError,
    ServiceError,
    StoreError,
    StoreSchemaError,
    UndeclaredCallError,
    UnknownStatusError,
    UnsupportedContentError,
)


class StoppedConfigurationError(ConfigurationError, ToolExecutionFailedError):
    """A `ConfigurationError` after which CrewAI stops."""


class StoppedForkedError(ForkedError, ToolExecutionFailedError):
    """A `ForkedError` after which CrewAI stops."""


class StoppedStoreError(StoreError, ToolExecutionFailedError):
    """A `StoreError` after which CrewAI stops."""


class StoppedStoreSchemaError(StoreSchemaError, ToolExecutionFailedError):
    """A `StoreSchemaError` after which CrewAI stops."""


class StoppedRequestError(RequestError, ToolExecutionFailedError):
    """A `RequestError` after which CrewAI stops."""


class StoppedInvalidRequestError(InvalidRequestError, ToolExecutionFailedError):
    """An `InvalidRequestError` after which CrewAI stops."""


class StoppedAuthenticationError(AuthenticationError, ToolExecutionFailedError):
    """An `AuthenticationError` after which CrewAI stops."""


class StoppedNotFoundError(NotFoundError, ToolExecutionFailedError):
    """A `NotFoundError` after which CrewAI stops."""


class StoppedRateLimitError(RateLimitError, ToolExecutionFailedError):
    """A `RateLimitError` after which CrewAI stops."""


class StoppedServiceError(ServiceError, ToolExecutionFailedError):
    """A `ServiceError` after which CrewAI stops."""


class StoppedNetworkError(NetworkError, ToolExecutionFailedError):
    """A `NetworkError` after which CrewAI stops."""


class StoppedUnknownStatusError(UnknownStatusError, ToolExecutionFailedError):
    """An `UnknownStatusError` after which CrewAI stops."""


class StoppedJobTakenOverError(JobTakenOverError, ToolExecutionFailedError):
    """A `JobTakenOverError` after which CrewAI stops."""


class StoppedEmptyTranscriptError(EmptyTranscriptError, ToolExecutionFailedError):
    """An `EmptyTranscriptError` after which CrewAI stops."""


class StoppedFailedError(JobFailedError, ToolExecutionFailedError):
    """A `JobFailedError` after which CrewAI stops."""


class StoppedCancelledError(JobCancelledError, ToolExecutionFailedError):
    """A `JobCancelledError` after which CrewAI stops."""


class StoppedDeadlineError(DeadlineExceededError, ToolExecutionFailedError):
    """A `DeadlineExceededError` after which CrewAI stops."""


class StoppedSubmitError(LostSubmitError, ToolExecutionFailedError):
    """A `LostSubmitError` after which CrewAI stops."""


class StoppedReplyError(EmptyReplyError, ToolExecutionFailedError):
    """An `EmptyReplyError` after which CrewAI stops."""


class StoppedCallError(UndeclaredCallError, ToolExecutionFailedError):
    """An `UndeclaredCallError` after which CrewAI stops."""


class StoppedCutError(CutOffError, ToolExecutionFailedError):
    """A `CutOffError` after which CrewAI stops."""


class StoppedStreamError(InterruptedStreamError, ToolExecutionFailedError):
    """An `InterruptedStreamError` after which CrewAI stops."""


class StoppedContentError(UnsupportedContentError, ToolExecutionFailedError):
    """An `UnsupportedContentError` after which CrewAI stops."""


class StoppedAnswerError(InteractionsError, ValueError, ToolExecutionFailedError):
    """The text of a run is not of the class that was asked for; CrewAI stops."""


def is_final(error: Exception) -> bool:
    """Tell whether nothing but harm comes of a repetition of the task.

    What a broken stream had shown is kept, where it is, for the same call again.
    """
    if isinstance(error, InterruptedStreamError):
        return not error.is_kept
    return isinstance(error, InteractionsError)


_STOPPING: Final[dict[type[Exception], type[InteractionsError]]] = {
    ConfigurationError: StoppedConfigurationError,
    ForkedError: StoppedForkedError,
    StoreError: StoppedStoreError,
    StoreSchemaError: StoppedStoreSchemaError,
    RequestError: StoppedRequestError,
    InvalidRequestError: StoppedInvalidRequestError,
    AuthenticationError: StoppedAuthenticationError,
    NotFoundError: StoppedNotFoundError,
    RateLimitError: StoppedRateLimitError,
    ServiceError: StoppedServiceError,
    NetworkError: StoppedNetworkError,
    UnknownStatusError: StoppedUnknownStatusError,
    JobTakenOverError: StoppedJobTakenOverError,
    EmptyTranscriptError: StoppedEmptyTranscriptError,
    JobFailedError: StoppedFailedError,
    JobCancelledError: StoppedCancelledError,
    DeadlineExceededError: StoppedDeadlineError,
    LostSubmitError: StoppedSubmitError,
    EmptyReplyError: StoppedReplyError,
    UndeclaredCallError: StoppedCallError,
    CutOffError: StoppedCutError,
    InterruptedStreamError: StoppedStreamError,
    UnsupportedContentError: StoppedContentError,
    # CrewAI's, for structured output that does not validate.
    ValueError: StoppedAnswerError,
}


def stopping(error: Exception, name: str) -> Exception:
    """Return an error that is `error` and stops CrewAI; others as they are.

    Args:
        error: What a run came to.
        name: The model or agent that was asked.
    """
    kind = _STOPPING.get(type(error))
    if kind is None:
        return error
    failure = ToolFailure(message=str(error), reason=ToolFailureReason.EXCEPTION)
    # The constructors of both parents take something else.
    stop = kind.__new__(kind)
    stop.args = error.args
    stop.__dict__.update(error.__dict__)
    stop.__dict__["record"] = ToolFailureRecord(tool_name=name, failure=failure)
    return stop
