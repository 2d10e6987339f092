"""Errors are LangChain's and ours at once, and keep what they know."""

import copy
import inspect
import pickle
from typing import Any

import pytest
from langchain_core import exceptions as theirs
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import HumanMessage

from interactions_core import exceptions as ours
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from interactions_langgraph._model.errors import model_error, model_errors
from tests.langgraph.conftest import MakeModel

TOO_LONG = "The input token count exceeds the maximum number of tokens allowed."
REFUSALS = [
    (400, "Bad.", ours.InvalidRequestError, theirs.ModelInvalidRequestError),
    (
        400,
        "API key not valid.",
        ours.AuthenticationError,
        theirs.ModelAuthenticationError,
    ),
    (400, TOO_LONG, ours.ContextLengthError, theirs.ContextOverflowError),
    (401, "No.", ours.AuthenticationError, theirs.ModelAuthenticationError),
    (403, "No.", ours.AuthenticationError, theirs.ModelPermissionDeniedError),
    (404, "Model 'x' not found.", ours.NotFoundError, theirs.ModelNotFoundError),
    (429, "Slow down.", ours.RateLimitError, theirs.ModelRateLimitError),
    (500, "Oh.", ours.ServiceError, theirs.ModelAPIError),
    (503, "Oh.", ours.ServiceError, theirs.ModelAPIError),
]
RETRYABLE = {429, 500, 503}


@pytest.mark.anyio
@pytest.mark.parametrize("way", ["invoke", "stream", "ainvoke", "astream"])
@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: str(refused[:2]))
async def test_refusal_is_both_errors_in_every_way_of_calling(
    make_model: MakeModel, emulator: Emulator, refused: Any, way: str
) -> None:
    status, message, own, langchains = refused
    emulator.fault(on="create", do={"status": status, "message": message}, times=9)
    model = make_model(max_retries=0)

    with pytest.raises(langchains) as caught:
        await called(model, way)
    await model.aclose()

    assert isinstance(caught.value, own)
    assert caught.value.status_code == status
    assert caught.value.is_retryable is (status in RETRYABLE)
    assert caught.value.__cause__ is not None


async def called(model: ChatInteractions, way: str) -> object:
    match way:
        case "invoke":
            return model.invoke("Hi")
        case "stream":
            return list(model.stream("Hi"))
        case "ainvoke":
            return await model.ainvoke("Hi")
        case _:
            return [chunk async for chunk in model.astream("Hi")]


def test_rate_limit_tells_how_long_to_wait(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 429, "retry_after": 7})

    with pytest.raises(theirs.ModelRateLimitError) as caught:
        make_model(max_retries=0).invoke("Hi")

    assert isinstance(caught.value, ours.RateLimitError)
    assert caught.value.retry_after_s == 7


def test_unreachable_server_is_a_connection_error(make_model: MakeModel) -> None:
    with pytest.raises(theirs.ModelConnectionError, match="nothing was sent") as caught:
        make_model(base_url="http://127.0.0.1:9", max_retries=0).invoke("Hi")

    assert isinstance(caught.value, ours.NetworkError)
    assert caught.value.is_retryable


def test_silent_server_is_a_timeout(make_model: MakeModel, emulator: Emulator) -> None:
    emulator.fault(on="create", do={"delay_s": 2})

    with pytest.raises(theirs.ModelTimeoutError) as caught:
        make_model(max_retries=0, timeout=0.2).invoke("Hi")

    assert isinstance(caught.value, ours.NetworkError)


@pytest.mark.parametrize(
    ("reply", "own", "langchains", "retryable"),
    [
        ({"status": "failed"}, ours.JobFailedError, theirs.ModelAPIError, True),
        (
            {"status": "budget_exceeded"},
            ours.JobFailedError,
            theirs.ModelAPIError,
            False,
        ),
        ({"status": "cancelled"}, ours.JobCancelledError, theirs.ModelError, False),
    ],
)
def test_outcome_without_an_answer_is_a_model_error(
    make_model: MakeModel,
    emulator: Emulator,
    reply: Any,
    own: type[ours.OutcomeError],
    langchains: type[theirs.ModelError],
    *,
    retryable: bool,
) -> None:
    emulator.script([{"when": {}, "reply": reply}])

    with pytest.raises(langchains) as caught:
        make_model().invoke("Hi")

    assert isinstance(caught.value, own)
    assert caught.value.interaction_id
    assert caught.value.is_retryable is retryable


@pytest.mark.parametrize(
    ("messages", "options", "own"),
    [
        ([], {}, ours.EmptyTranscriptError),
        (
            [HumanMessage([{"colour": "red"}])],
            {},
            ours.UnsupportedContentError,
        ),
        ([HumanMessage("Hi")], {"temperatur": 1}, ours.ConfigurationError),
    ],
)
def test_request_that_cannot_be_sent_is_not_worth_repeating(
    make_model: MakeModel, messages: Any, options: Any, own: type[Exception]
) -> None:
    with pytest.raises(theirs.ModelInvalidRequestError) as caught:
        make_model().invoke(messages, **options)

    assert isinstance(caught.value, own)
    assert isinstance(caught.value, ValueError)
    assert not caught.value.is_retryable


def leaves() -> list[type[ours.InteractionsError]]:
    """List the errors of core that are raised themselves."""
    found = [
        kind
        for _, kind in inspect.getmembers(ours, inspect.isclass)
        if issubclass(kind, ours.InteractionsError)
    ]
    return [
        kind
        for kind in found
        if not any(other is not kind and issubclass(other, kind) for other in found)
    ]


LOCAL = {
    ours.StoreSchemaError,
    ours.UnknownInteractionError,
    ours.UnknownJobError,
    ours.WebhookRefusedError,
}
"""Not about a model: LangChain has no word for them."""


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_every_error_of_core_has_a_counterpart(
    kind: type[ours.InteractionsError],
) -> None:
    error = kind.__new__(kind)
    error.args = ("what happened",)
    error.__dict__.update(status="failed", status_code=500)

    meaning = model_error(error)

    if kind in LOCAL:
        assert meaning is None
    else:
        assert isinstance(meaning, kind)
        assert isinstance(meaning, theirs.ModelError)
        assert str(meaning) == "what happened"


@pytest.mark.parametrize("way", ["pickle", "copy"])
def test_error_survives_a_process_boundary(
    make_model: MakeModel, emulator: Emulator, way: str
) -> None:
    emulator.fault(on="create", do={"status": 429, "retry_after": 7})
    with pytest.raises(ours.RateLimitError) as caught:
        make_model(max_retries=0).invoke("Hi")
    error = caught.value

    again = (
        pickle.loads(pickle.dumps(error))  # noqa: S301
        if way == "pickle"
        else copy.copy(error)
    )

    assert type(again) is type(error)
    assert str(again) == str(error)
    assert (again.status_code, again.retry_after_s) == (429, 7)


def test_retry_of_langchain_repeats_what_may_work_again(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 503}, times=2)
    model = make_model(max_retries=0).with_retry(
        retry_if_exception_type=(theirs.ModelAPIError,),
        wait_exponential_jitter=False,
        stop_after_attempt=3,
    )

    assert model.invoke("Hello").text
    assert len(emulator.requests()) == 3


def test_fallback_answers_and_the_model_takes_over_again(
    make_model: MakeModel, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 503}, nth=2)
    other = FakeListChatModel(responses=["Somebody else said this."])
    model = make_model(max_retries=0).with_fallbacks(
        [other], exceptions_to_handle=(theirs.ModelError,)
    )
    history: list[Any] = []
    for said in ("My name is Ada.", "Hello?", "What is my name?"):
        history.append(HumanMessage(said))
        history.append(model.invoke(history))

    assert history[3].text == "Somebody else said this."
    assert history[5].text == "Your name is Ada."
    first, last = history[1].response_metadata, history[5].response_metadata
    assert last["previous_interaction_id"] == first["interaction_id"]


def test_batch_keeps_order_and_hands_errors_back(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model(max_retries=0)
    emulator.fault(on="create", do={"status": 400}, match={"contains": "two"}, times=9)

    answers = model.batch(["one", "two", "three"], return_exceptions=True)

    assert "one" in answers[0].text
    assert isinstance(answers[1], theirs.ModelInvalidRequestError)
    assert "three" in answers[2].text


@pytest.mark.anyio
async def test_abatch_keeps_order_and_hands_errors_back(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model(max_retries=0)
    emulator.fault(on="create", do={"status": 400}, match={"contains": "two"}, times=9)

    answers = await model.abatch(["one", "two", "three"], return_exceptions=True)
    await model.aclose()

    assert [getattr(answer, "status_code", 200) for answer in answers] == [
        200,
        400,
        200,
    ]


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_stream_that_broke_off_is_worth_repeating_only_where_its_answer_is_kept(
    *, is_kept: bool
) -> None:
    """LangChain's middleware repeats what says so; else it may be paid for twice."""
    error = ours.InterruptedStreamError("v1_x", "nobody knows what becomes of it.")
    error.is_kept = is_kept

    with pytest.raises(theirs.ModelConnectionError) as caught, model_errors():
        raise error

    assert caught.value.is_retryable is is_kept
