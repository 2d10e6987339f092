"""What a call of `InteractionsLLM` raises: core's errors as CrewAI's own stop.

Catch them by core's name, in `interactions_core.exceptions`; CrewAI goes by
`ToolExecutionFailedError`, after which it repeats no task.
"""

from crewai.tools.tool_failure import ToolExecutionFailedError

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


class LocalAnswerError(InteractionsError):
    """A function that was run here gave no answer; CrewAI has announced that."""


class StoppedConfigurationError(ConfigurationError, ToolExecutionFailedError):
    """A `ConfigurationError` after which CrewAI stops."""


class StoppedMissingPackageError(MissingPackageError, ToolExecutionFailedError):
    """A `MissingPackageError` after which CrewAI stops."""


class StoppedAccountError(AccountConflictError, ToolExecutionFailedError):
    """An `AccountConflictError` after which CrewAI stops."""


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


class StoppedBudgetError(BudgetExceededError, ToolExecutionFailedError):
    """A `BudgetExceededError` after which CrewAI stops."""


class StoppedSubmitError(LostSubmitError, ToolExecutionFailedError):
    """A `LostSubmitError` after which CrewAI stops."""


class StoppedChangedCallError(ChangedCallError, ToolExecutionFailedError):
    """A `ChangedCallError` after which CrewAI stops."""


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
