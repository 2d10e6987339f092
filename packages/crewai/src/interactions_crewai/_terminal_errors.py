"""Our errors as CrewAI's own stop, so that it does not ask, and pay, again.

CrewAI repeats a task from its start, at once and twice, after every error but this one.
Nothing here gets better by that: requests are repeated where they are made, as long as
it may help, and an answer or a run that came to an error was paid for.
"""

from typing import Final

from crewai.tools.tool_failure import (
    ToolFailure,
    ToolFailureReason,
    ToolFailureRecord,
)

from interactions_core.exceptions import (
    AccountConflictError,
    AuthenticationError,
    BudgetExceededError,
    ChangedCallError,
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
    MissingPackageError,
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
from interactions_crewai.errors import (
    StoppedAccountError,
    StoppedAnswerError,
    StoppedAuthenticationError,
    StoppedBudgetError,
    StoppedCallError,
    StoppedCancelledError,
    StoppedChangedCallError,
    StoppedConfigurationError,
    StoppedContentError,
    StoppedCutError,
    StoppedDeadlineError,
    StoppedEmptyTranscriptError,
    StoppedFailedError,
    StoppedForkedError,
    StoppedInvalidRequestError,
    StoppedJobTakenOverError,
    StoppedMissingPackageError,
    StoppedNetworkError,
    StoppedNotFoundError,
    StoppedRateLimitError,
    StoppedReplyError,
    StoppedRequestError,
    StoppedServiceError,
    StoppedStoreError,
    StoppedStoreSchemaError,
    StoppedStreamError,
    StoppedSubmitError,
    StoppedUnknownStatusError,
)


def is_final(error: Exception) -> bool:
    """Tell whether nothing but harm comes of a repetition of the task.

    What a broken stream had shown is kept, where it is, for the same call again.
    """
    if isinstance(error, InterruptedStreamError):
        return not error.is_kept
    return isinstance(error, InteractionsError)


_STOPPING: Final[dict[type[Exception], type[InteractionsError]]] = {
    ConfigurationError: StoppedConfigurationError,
    MissingPackageError: StoppedMissingPackageError,
    AccountConflictError: StoppedAccountError,
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
    BudgetExceededError: StoppedBudgetError,
    LostSubmitError: StoppedSubmitError,
    ChangedCallError: StoppedChangedCallError,
    EmptyReplyError: StoppedReplyError,
    UndeclaredCallError: StoppedCallError,
    CutOffError: StoppedCutError,
    InterruptedStreamError: StoppedStreamError,
    UnsupportedContentError: StoppedContentError,
    # CrewAI's, for structured output that does not validate.
    ValueError: StoppedAnswerError,
}


def as_terminal(error: Exception, name: str) -> Exception:
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
