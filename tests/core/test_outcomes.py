"""What each status means; nothing is ever answered with an empty string."""

from typing import get_args

import pytest
from google.genai import interactions

from interactions_core.canonical import JsonObject
from interactions_core.exceptions import (
    EmptyReplyError,
    JobCancelledError,
    JobFailedError,
    OutcomeError,
    UnknownStatusError,
)
from interactions_core.turns.receiving.outcomes import outcome_error
from tests.core.session import call, model, thought

SAID = (thought("s"), model("a").wire)

ERRORS: dict[str, type[OutcomeError] | None] = {
    "completed": None,
    "requires_action": None,
    "incomplete": None,
    # The SDK says: the server has completed all processing.
    "idle": None,
    "failed": JobFailedError,
    "budget_exceeded": JobFailedError,
    "cancelled": JobCancelledError,
    "queued": UnknownStatusError,
    "in_progress": UnknownStatusError,
    # Followed by the next hop before an outcome is asked for.
    "requires_continuation": UnknownStatusError,
}


def test_every_status_of_the_sdk_has_an_outcome() -> None:
    """Ours: a status that a newer SDK knows must be given a meaning here."""
    annotation = interactions.Interaction.model_fields["status"].annotation
    known = {name for choice in get_args(annotation) for name in get_args(choice)}

    assert known
    assert known - ERRORS.keys() == set()


@pytest.mark.parametrize(("status", "kind"), ERRORS.items())
def test_status_has_its_outcome(status: str, kind: type[OutcomeError] | None) -> None:
    error = outcome_error({"id": "i1", "status": status}, SAID)

    assert type(error) is (kind or type(None))
    if error is not None:
        assert (error.interaction_id, error.status) == ("i1", status)
        assert str(error).startswith(f"interaction i1 ended as {status!r}: ")


@pytest.mark.parametrize("interaction", [{"status": "dancing"}, {"status": None}, {}])
def test_unknown_status_fails_closed(interaction: JsonObject) -> None:
    assert isinstance(outcome_error(interaction, SAID), UnknownStatusError)


@pytest.mark.parametrize(
    "status", ["completed", "requires_action", "incomplete", "idle"]
)
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((), id="nothing"),
        pytest.param((thought("s"),), id="thoughts"),
        pytest.param((model("").wire,), id="an empty text"),
    ],
)
def test_reply_without_content_is_an_error(
    status: str, steps: tuple[JsonObject, ...]
) -> None:
    error = outcome_error({"status": status}, steps)

    assert isinstance(error, EmptyReplyError)
    assert ("max_output_tokens" in str(error)) == (status == "incomplete")


SIGNED = (thought("s"), model("").wire)
WORDS = {**thought("s"), "summary": [{"type": "text", "text": "Well."}]}


@pytest.mark.parametrize("steps", [(), SIGNED, (model("").wire,)])
@pytest.mark.parametrize("status", ["completed", "requires_action"])
def test_a_reply_with_nothing_in_it_is_the_callers_to_return(
    status: str, steps: tuple[JsonObject, ...]
) -> None:
    assert outcome_error({"status": status}, steps, returns_empty=True) is None
    assert outcome_error({"status": status}, steps) is not None


@pytest.mark.parametrize(
    ("interaction", "steps", "why"),
    [
        pytest.param({"status": "incomplete"}, SIGNED, "max_output", id="cut"),
        pytest.param({"status": "completed"}, (thought("s"),), "thought", id="thought"),
        pytest.param(
            {"status": "completed"}, (WORDS, model("").wire), "thought", id="summary"
        ),
        pytest.param(
            {"status": "completed", "errors": [{"message": "SAFETY"}]},
            (),
            "no content: SAFETY",
            id="blocked",
        ),
        pytest.param(
            {"status": "completed"},
            ({**model("").wire, "error": {"message": "SAFETY"}},),
            "no content: SAFETY",
            id="blocked in a step",
        ),
        pytest.param({"status": "failed"}, (), "no reason", id="failed"),
    ],
)
def test_what_was_cut_blocked_or_spent_on_thoughts_is_an_error_always(
    interaction: JsonObject, steps: tuple[JsonObject, ...], why: str
) -> None:
    assert why in str(outcome_error(interaction, steps, returns_empty=True))


def test_calls_alone_are_a_reply() -> None:
    assert outcome_error({"status": "completed"}, (call("c1").wire,)) is None


def test_failure_quotes_the_api() -> None:
    failed = {"status": "failed", "errors": [{"message": "quota"}]}

    assert "quota" in str(outcome_error(failed, ()))
    assert "no reason" in str(outcome_error({"status": "failed"}, ()))
