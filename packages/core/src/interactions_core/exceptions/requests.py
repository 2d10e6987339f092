"""What the API refused, or was not reached with."""

from collections.abc import Mapping
from typing import Any

from interactions_core.exceptions.catch_all import InteractionsError


class RequestError(InteractionsError):
    """The API refused a request, or could not be reached.

    Attributes:
        status_code: The HTTP status; `None` when nobody answered.
        code: The API's own word for the error, e.g. `not_found`; "" if it gave none.
        api_message: The API's own sentence.
        retry_after_s: What `Retry-After` asked for, in seconds.
        came_with: The HTTP status of the success that this was the body of, so that
            nobody knows whether the request was billed; `None` for a plain refusal.
    """

    retryable = False
    came_with: int | None = None

    def __init__(
        self,
        api_message: str,
        *,
        status_code: int | None = None,
        code: str = "",
        retry_after_s: float | None = None,
        advice: str = "",
    ) -> None:
        self.status_code = status_code
        self.code = code
        self.api_message = api_message
        self.retry_after_s = retry_after_s
        where = f"HTTP {status_code}" if status_code is not None else "no answer"
        label = f"{where} {code}".strip()
        said = f"{label}: {api_message}"
        super().__init__(f"{said.rstrip('.')}. {advice}" if advice else said)


class InvalidRequestError(RequestError):
    """The API refused the request itself; sending it again changes nothing."""


class AuthenticationError(RequestError):
    """The key or the credentials were refused."""


class NotFoundError(RequestError):
    """The API does not know what the request names: a model or an interaction."""


class RateLimitError(RequestError):
    """The API asks to slow down."""

    retryable = True


class ContextLengthError(RequestError):
    """The history is longer than the model's context window."""


class ServiceError(RequestError):
    """The service failed; the same request may work later."""

    retryable = True


class NetworkError(RequestError):
    """Nobody answered, or somebody else: refused, reset, timed out, or no interaction.

    Attributes:
        sent: Whether the request may have reached the service.
        answered: Whether something whole came that is no answer of the API; a create
            is then not sent again by itself, and `status_code` is what it came with.
        paid: What that says of what it took, as the API says it; empty for nothing.
        interaction_id: What it made, where what came of the answer says so; else "".
    """

    retryable = True
    answered = False
    paid: Mapping[str, Any] = {}

    def __init__(
        self,
        api_message: str,
        *,
        sent: bool,
        advice: str = "",
        interaction_id: str = "",
        answered: bool = False,
        paid: Mapping[str, Any] | None = None,
        status_code: int | None = None,
    ) -> None:
        super().__init__(api_message, status_code=status_code, advice=advice)
        self.sent = sent
        self.answered = answered
        self.paid = paid or {}
        self.interaction_id = interaction_id
