"""What a call of `ChatInteractions` raises: core's errors, each LangChain's as well.

Catch them by core's name, in `interactions_core.exceptions`, or by LangChain's, in
`langchain_core.exceptions`; the classes here say what is which.
"""

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from langchain_core.exceptions import ModelRefusalError
else:
    # Before langchain-core 1.7.5 there is none, and nothing that would catch it.
    ModelRefusalError = getattr(langchain, "ModelRefusalError", ModelError)


class ChatConfigurationError(core.ConfigurationError, ModelInvalidRequestError):
    """An option of a call is wrong; nothing was sent."""


class ChatMissingPackageError(core.MissingPackageError, ModelInvalidRequestError):
    """A package that a call needs is not installed; nothing was sent."""


class ChatAccountConflictError(core.AccountConflictError, ModelInvalidRequestError):
    """Two owners have sessions, and nobody said which ones count; nothing was sent."""


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


class ChatBudgetExceededError(core.BudgetExceededError, ModelInvalidRequestError):
    """A call might cost more than may be spent; nothing was sent."""


class ChatLostSubmitError(core.LostSubmitError, ModelError):
    """The run may exist and be billed: not to be repeated without thought."""


class ChatChangedCallError(core.ChangedCallError, ModelError):
    """A run of this call exists from before it changed, and was left as it is."""


class OffloadedPayloadError(core.InteractionsError):
    """A part of a checkpoint that was offloaded cannot be read back.

    Attributes:
        interaction_id: Who held it.
        message: Which message it belongs to, or what else it is a part of.
        thread_id: Whose message that is; "" where that is not known.
        problem: Why it cannot be read.
        retryable: Whether the same call may succeed later.
    """

    def __init__(
        self,
        interaction_id: str,
        message: str,
        problem: str,
        thread_id: str = "",
        *,
        retryable: bool = False,
    ) -> None:
        whose = f" of thread {thread_id!r}" if thread_id else ""
        super().__init__(
            f"{message}{whose} rests on interaction {interaction_id}, and {problem}"
        )
        self.interaction_id = interaction_id
        self.message = message
        self.problem = problem
        self.thread_id = thread_id
        self.retryable = retryable

    def in_thread(self, thread_id: str) -> "OffloadedPayloadError":
        """Return the same error with the thread in it."""
        return self._naming(self.message, thread_id)

    def of_message(self, message: str) -> "OffloadedPayloadError":
        """Return the same error with another name for the message."""
        return self._naming(message, self.thread_id)

    def _naming(self, message: str, thread_id: str) -> "OffloadedPayloadError":
        return OffloadedPayloadError(
            self.interaction_id,
            message,
            self.problem,
            thread_id,
            retryable=self.retryable,
        )
