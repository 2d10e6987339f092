"""Errors of runs as CrewAI's own stop, so that it does not pay for the run again.

CrewAI repeats a task after every error but this one. Requests that were refused may
be repeated; a run that failed, was cancelled, took too long or came to an answer that
cannot be handed on, and a create whose answer was lost, would be billed once more. So
would an empty answer, in the background or not.
"""

from typing import Final

from crewai.tools.tool_failure import (
    ToolExecutionFailedError,
    ToolFailure,
    ToolFailureReason,
    ToolFailureRecord,
)

from interactions_core.exceptions import (
    CutOffError,
    DeadlineExceededError,
    EmptyReplyError,
    InteractionsError,
    InterruptedStreamError,
    JobCancelledError,
    JobFailedError,
    LostSubmitError,
    UndeclaredCallError,
    UnsupportedContentError,
)


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


_ALWAYS_STOPPING: Final = (EmptyReplyError, UndeclaredCallError, CutOffError)
"""Errors that would come again with every repetition of the task, each of them paid."""


def is_dear(error: Exception) -> bool:
    """Tell whether a repetition of the task would be paid for nothing, or twice."""
    if isinstance(error, InterruptedStreamError):
        return not error.is_kept
    return isinstance(error, _ALWAYS_STOPPING)


_STOPPING: Final[dict[type[Exception], type[InteractionsError]]] = {
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
