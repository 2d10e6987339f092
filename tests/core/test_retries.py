"""When a create is sent again, and after how long."""

import pytest

from interactions_core.exceptions import RateLimitError, RequestError
from interactions_core.protocol.refusals import network_error, refusal
from interactions_core.protocol.retries import may_repeat, wait_s


@pytest.mark.parametrize(
    "error",
    [
        *(refusal(status, {}) for status in (408, 409, 429, 500, 502, 503, 504)),
        network_error("reset", sent=True),
        network_error("refused", sent=False),
    ],
    ids=str,
)
def test_what_may_pass_is_repeated(error: RequestError) -> None:
    assert may_repeat(error)


@pytest.mark.parametrize(
    "error",
    [
        *(refusal(status, {}) for status in (400, 401, 403, 404, 422, 501)),
        refusal(400, {"message": "The token count exceeds the maximum"}),
    ],
    ids=str,
)
def test_what_stays_refused_is_not_repeated(error: RequestError) -> None:
    assert not may_repeat(error)


@pytest.mark.parametrize(
    ("attempt", "retry_after_s", "jitter", "seconds"),
    [
        pytest.param(1, None, 1.0, 0.5, id="the first wait"),
        pytest.param(1, None, 0.0, 0.375, id="with the most jitter"),
        pytest.param(3, None, 1.0, 2.0, id="doubled twice"),
        pytest.param(20, None, 1.0, 30.0, id="never longer than this"),
        pytest.param(1, 7.0, 1.0, 7.0, id="the service asks for more"),
        pytest.param(5, 1.0, 1.0, 8.0, id="the service asks for less"),
        pytest.param(1, 120.0, 1.0, 120.0, id="the service asks for much more"),
    ],
)
def test_wait_doubles_and_heeds_the_service(
    attempt: int, retry_after_s: float | None, jitter: float, seconds: float
) -> None:
    assert wait_s(attempt, retry_after_s, jitter) == seconds


def test_whoever_is_told_to_come_back_much_later_is_told_so() -> None:
    soon = RateLimitError("slow down", status_code=429, retry_after_s=120)
    late = RateLimitError("slow down", status_code=429, retry_after_s=86_400)

    assert may_repeat(soon)
    assert not may_repeat(late)
