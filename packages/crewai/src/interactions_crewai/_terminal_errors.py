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

from interactions_core import exceptions as core
from interactions_crewai import errors


def is_final(error: Exception) -> bool:
    """Tell whether nothing but harm comes of a repetition of the task.

    What a broken stream had shown is kept, where it is, for the same call again.
    """
    if isinstance(error, core.InterruptedStreamError):
        return not error.is_kept
    return isinstance(error, core.InteractionsError)


_STOPPING: Final[dict[type[Exception], type[core.InteractionsError]]] = {
    core.ConfigurationError: errors.StoppedConfigurationError,
    core.MissingPackageError: errors.StoppedMissingPackageError,
    core.AccountConflictError: errors.StoppedAccountError,
    core.ForkedError: errors.StoppedForkedError,
    core.StoreError: errors.StoppedStoreError,
    core.StoreSchemaError: errors.StoppedStoreSchemaError,
    core.RequestError: errors.StoppedRequestError,
    core.InvalidRequestError: errors.StoppedInvalidRequestError,
    core.AuthenticationError: errors.StoppedAuthenticationError,
    core.NotFoundError: errors.StoppedNotFoundError,
    core.RateLimitError: errors.StoppedRateLimitError,
    core.ServiceError: errors.StoppedServiceError,
    core.NetworkError: errors.StoppedNetworkError,
    core.UnknownStatusError: errors.StoppedUnknownStatusError,
    core.JobTakenOverError: errors.StoppedJobTakenOverError,
    core.EmptyTranscriptError: errors.StoppedEmptyTranscriptError,
    core.JobFailedError: errors.StoppedFailedError,
    core.JobCancelledError: errors.StoppedCancelledError,
    core.DeadlineExceededError: errors.StoppedDeadlineError,
    core.BudgetExceededError: errors.StoppedBudgetError,
    core.LostSubmitError: errors.StoppedSubmitError,
    core.ChangedCallError: errors.StoppedChangedCallError,
    core.EmptyReplyError: errors.StoppedReplyError,
    core.UndeclaredCallError: errors.StoppedCallError,
    core.CutOffError: errors.StoppedCutError,
    core.InterruptedStreamError: errors.StoppedStreamError,
    core.UnsupportedContentError: errors.StoppedContentError,
    # CrewAI's, for structured output that does not validate.
    ValueError: errors.StoppedAnswerError,
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
