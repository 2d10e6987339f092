"""What the API refused, or was not reached with."""

from interactions_core.exceptions.catch_all import InteractionsError


class RequestError(InteractionsError):
    """The API refused a request, or could not be reached.

    Attributes:
        status_code: The HTTP status; `None` when nobody answered.
        code: The API's own word for the error, e.g. `not_found`; "" if it gave none.
        api_message: The API's own sentence.
        retry_after_s: What `Retry-After` asked for, in seconds.
    """

    retryable = False

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
    """Nobody answered: connection refused, reset, or timed out.

    Attributes:
        sent: Whether the request may have reached the service.
        interaction_id: What it made, where what came of the answer says so; else "".
    """

    retryable = True

    def __init__(
        self,
        api_message: str,
        *,
        sent: bool,
        advice: str = "",
        interaction_id: str = "",
    ) -> None:
        super().__init__(api_message, advice=advice)
        self.sent = sent
        self.interaction_id = interaction_id
