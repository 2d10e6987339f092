"""What a call of `InteractionsLLM` raises: core's errors as CrewAI's own stop.

Catch them by core's name, in `interactions_core.exceptions`; CrewAI goes by
`ToolExecutionFailedError`, after which it repeats no task.
"""

from crewai.tools.tool_failure import ToolExecutionFailedError

from interactions_core import exceptions as core


class LocalAnswerError(core.InteractionsError):
    """A function that was run here gave no answer; CrewAI has announced that."""


class StoppedConfigurationError(core.ConfigurationError, ToolExecutionFailedError):
    """A `ConfigurationError` after which CrewAI stops."""


class StoppedMissingPackageError(core.MissingPackageError, ToolExecutionFailedError):
    """A `MissingPackageError` after which CrewAI stops."""


class StoppedAccountError(core.AccountConflictError, ToolExecutionFailedError):
    """An `AccountConflictError` after which CrewAI stops."""


class StoppedForkedError(core.ForkedError, ToolExecutionFailedError):
    """A `ForkedError` after which CrewAI stops."""


class StoppedStoreError(core.StoreError, ToolExecutionFailedError):
    """A `StoreError` after which CrewAI stops."""


class StoppedStoreSchemaError(core.StoreSchemaError, ToolExecutionFailedError):
    """A `StoreSchemaError` after which CrewAI stops."""


class StoppedRequestError(core.RequestError, ToolExecutionFailedError):
    """A `RequestError` after which CrewAI stops."""


class StoppedInvalidRequestError(core.InvalidRequestError, ToolExecutionFailedError):
    """An `InvalidRequestError` after which CrewAI stops."""


class StoppedAuthenticationError(core.AuthenticationError, ToolExecutionFailedError):
    """An `AuthenticationError` after which CrewAI stops."""


class StoppedNotFoundError(core.NotFoundError, ToolExecutionFailedError):
    """A `NotFoundError` after which CrewAI stops."""


class StoppedRateLimitError(core.RateLimitError, ToolExecutionFailedError):
    """A `RateLimitError` after which CrewAI stops."""


class StoppedServiceError(core.ServiceError, ToolExecutionFailedError):
    """A `ServiceError` after which CrewAI stops."""


class StoppedNetworkError(core.NetworkError, ToolExecutionFailedError):
    """A `NetworkError` after which CrewAI stops."""


class StoppedUnknownStatusError(core.UnknownStatusError, ToolExecutionFailedError):
    """An `UnknownStatusError` after which CrewAI stops."""


class StoppedJobTakenOverError(core.JobTakenOverError, ToolExecutionFailedError):
    """A `JobTakenOverError` after which CrewAI stops."""


class StoppedEmptyTranscriptError(core.EmptyTranscriptError, ToolExecutionFailedError):
    """An `EmptyTranscriptError` after which CrewAI stops."""


class StoppedFailedError(core.JobFailedError, ToolExecutionFailedError):
    """A `JobFailedError` after which CrewAI stops."""


class StoppedCancelledError(core.JobCancelledError, ToolExecutionFailedError):
    """A `JobCancelledError` after which CrewAI stops."""


class StoppedDeadlineError(core.DeadlineExceededError, ToolExecutionFailedError):
    """A `DeadlineExceededError` after which CrewAI stops."""


class StoppedBudgetError(core.BudgetExceededError, ToolExecutionFailedError):
    """A `BudgetExceededError` after which CrewAI stops."""


class StoppedSubmitError(core.LostSubmitError, ToolExecutionFailedError):
    """A `LostSubmitError` after which CrewAI stops."""


class StoppedChangedCallError(core.ChangedCallError, ToolExecutionFailedError):
    """A `ChangedCallError` after which CrewAI stops."""


class StoppedReplyError(core.EmptyReplyError, ToolExecutionFailedError):
    """An `EmptyReplyError` after which CrewAI stops."""


class StoppedCallError(core.UndeclaredCallError, ToolExecutionFailedError):
    """An `UndeclaredCallError` after which CrewAI stops."""


class StoppedCutError(core.CutOffError, ToolExecutionFailedError):
    """A `CutOffError` after which CrewAI stops."""


class StoppedStreamError(core.InterruptedStreamError, ToolExecutionFailedError):
    """An `InterruptedStreamError` after which CrewAI stops."""


class StoppedContentError(core.UnsupportedContentError, ToolExecutionFailedError):
    """An `UnsupportedContentError` after which CrewAI stops."""


class StoppedAnswerError(core.InteractionsError, ValueError, ToolExecutionFailedError):
    """The text of a run is not of the class that was asked for; CrewAI stops."""
