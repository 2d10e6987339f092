"""Every refusal of the API, and every error of the SDK, has its meaning."""

import importlib
import json
import pkgutil
from collections.abc import Iterator

import pytest
from google import genai

from interactions_core.client.sdk_errors import meaning_of
from interactions_core.exceptions import (
    AuthenticationError,
    ContextLengthError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    RequestError,
    ServiceError,
)
from interactions_core.protocol.refusals import (
    error_of,
    is_about_parent,
    network_error,
    refusal,
)

UNAVAILABLE = "The service is currently unavailable."
OBJECT = {"error": {"message": UNAVAILABLE, "code": "service_unavailable"}}
FRONT_END = [{"error": {"code": 503, "message": UNAVAILABLE, "status": "UNAVAILABLE"}}]
FRAME = f"event: error\ndata: {json.dumps(OBJECT)}\n\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(OBJECT, "service_unavailable", id="an object"),
        pytest.param(FRONT_END[0], "unavailable", id="the front end's object"),
        pytest.param(FRONT_END, "unavailable", id="the front end's array"),
        pytest.param(json.dumps(OBJECT), "service_unavailable", id="text"),
        pytest.param(json.dumps(FRONT_END).encode(), "unavailable", id="bytes"),
        pytest.param(FRAME, "service_unavailable", id="a frame of a stream"),
        pytest.param(OBJECT["error"], "service_unavailable", id="the error alone"),
    ],
)
def test_body_of_any_shape_is_read(body: object, code: str) -> None:
    assert error_of(body) == (code, UNAVAILABLE)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param([], "", id="an empty array"),
        pytest.param("<html>502</html>", "<html>502</html>", id="a web page"),
        pytest.param(b"\xff\xfe", "\ufffd\ufffd", id="no text"),
        pytest.param("x" * 2000, "x" * 500, id="a long text"),
        pytest.param({"error": "denied"}, "denied", id="a bare word"),
        pytest.param({"error": {}}, "", id="an empty error"),
    ],
)
def test_body_without_the_usual_shape_is_quoted(body: object, said: str) -> None:
    assert error_of(body) == ("", said)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "Request contains an invalid argument.", InvalidRequestError),
        (400, "API key not valid. Please pass a valid API key.", AuthenticationError),
        (400, "The input token count (9) exceeds the maximum", ContextLengthError),
        (400, "Input exceeds the context window", ContextLengthError),
        (401, "", AuthenticationError),
        (403, "", AuthenticationError),
        (404, "Requested entity was not found.", NotFoundError),
        (405, "", InvalidRequestError),
        (408, "", ServiceError),
        (409, "", ServiceError),
        (413, "", InvalidRequestError),
        (422, "", InvalidRequestError),
        (429, "", RateLimitError),
        (500, "", ServiceError),
        (501, "", ServiceError),
        (502, "", ServiceError),
        (503, UNAVAILABLE, ServiceError),
        (504, "", ServiceError),
    ],
)
def test_status_has_its_error(
    status: int, message: str, kind: type[RequestError]
) -> None:
    error = refusal(status, {"error": {"message": message}})

    assert type(error) is kind
    assert error.status_code == status
    assert str(error).startswith(f"HTTP {status}")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("invalid_request", 400),
        ("INVALID_ARGUMENT", 400),
        ("UNAUTHENTICATED", 401),
        ("permission_denied", 403),
        ("not_found", 404),
        ("model_not_found", 404),
        ("request_timeout", 408),
        ("aborted", 409),
        ("too_many_requests", 429),
        ("RESOURCE_EXHAUSTED", 429),
        ("api_error", 500),
        ("never_heard_of", 500),
        ("not_implemented", 501),
        ("UNAVAILABLE", 503),
        ("gateway_timeout", 504),
        ("prohibited_content", 400),
    ],
)
def test_error_event_of_a_stream_is_read_by_its_code(code: str, status: int) -> None:
    error = refusal(None, {"code": code, "message": "m"})

    assert (error.status_code, error.code) == (status, code.lower())


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("soon", None), ("", None), (None, None)],
)
def test_retry_after_is_read_in_seconds(
    header: str | None, seconds: float | None
) -> None:
    assert refusal(429, {}, retry_after=header).retry_after_s == seconds


def test_only_a_404_that_names_no_model_is_about_the_parent() -> None:
    parent = refusal(404, {"error": {"message": "Requested entity was not found."}})
    model = refusal(404, {"error": {"message": "Model 'x' not found."}})

    assert isinstance(parent, NotFoundError)
    assert isinstance(model, NotFoundError)
    assert (is_about_parent(parent), is_about_parent(model)) == (True, False)


def test_lost_request_says_whether_it_may_have_arrived() -> None:
    assert network_error("reset", sent=True).sent
    assert "nothing was sent" in str(network_error("refused", sent=False))


WITH_STATUS = {
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "AuthenticationError",
    "BadRequestError",
    "ClientError",
    "ConflictError",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "UnprocessableEntityError",
}
NOBODY_ANSWERED = {"APIConnectionError", "APITimeoutError"}
NEVER_REACHES_US = {
    # Wrapped by the SDK's interactions client into the classes above.
    "CancelInteractionByIDClientError",
    "CancelInteractionByIDServerError",
    "CreateInteractionClientError",
    "CreateInteractionServerError",
    "DeleteInteractionClientError",
    "DeleteInteractionServerError",
    "GenAiDefaultError",
    "GenAiError",
    "GetInteractionByIDClientError",
    "GetInteractionByIDServerError",
    "NoResponseError",
    "PermanentError",
    "ResponseValidationError",
    "TemporaryError",
    # Automatic continuation and function calling are never on.
    "ContinuationInterruptedError",
    "ContinuationTimeoutError",
    "FunctionInvocationError",
    "UnknownFunctionCallArgumentError",
    "UnsupportedFunctionError",
    # Live connections are never opened.
    "APIWebSocketError",
    # The root of the tree, and errors of other APIs.
    "EphemeralTokenAPIKeyError",
    "ExperimentalWarning",
    "GeminiNextGenAPIClientError",
    "UnknownApiResponseError",
}


def sdk_errors() -> set[type[BaseException]]:
    """Import what may hold error classes and collect those of the SDK."""
    for module in pkgutil.walk_packages(genai.__path__, "google.genai."):
        last = module.name.rpartition(".")[2]
        if ".tests" not in module.name and any(
            word in last for word in ("error", "exception", "retries", "continuation")
        ):
            importlib.import_module(module.name)
    return {
        kind
        for kind in _descendants(Exception)
        if kind.__module__.startswith("google.genai")
    }


def _descendants(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def test_every_error_of_the_sdk_is_accounted_for() -> None:
    names = {kind.__name__ for kind in sdk_errors()}

    assert names - WITH_STATUS - NOBODY_ANSWERED - NEVER_REACHES_US == set()


def test_every_error_that_reaches_us_has_a_meaning() -> None:
    for kind in sdk_errors():
        error = kind.__new__(kind)
        if kind.__name__ in WITH_STATUS and isinstance(error, Exception):
            error.__dict__.update(status_code=429, code=429, body=OBJECT)
            assert isinstance(meaning_of(error), RateLimitError), kind
        elif kind.__name__ in NOBODY_ANSWERED and isinstance(error, Exception):
            error.__dict__.update(message="refused")
            assert isinstance(meaning_of(error), NetworkError), kind


def test_error_that_is_not_about_a_request_has_none() -> None:
    assert meaning_of(ValueError("a bug")) is None
