"""CrewAI, which repeats a task after any error, stops at those that would come again."""

import asyncio
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from crewai.events.types.llm_events import LLMCallStartedEvent
from crewai.tools.tool_failure import ToolExecutionFailedError
from crewai.utilities.converter import ConverterError

from interactions_core import exceptions as ours
from interactions_core.secret_options import MASK
from interactions_crewai import InteractionsConverter
from interactions_crewai._terminal_errors import as_terminal, is_final
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.crews import (
    DELEGATE,
    FACTS,
    IN_ROME,
    ROME,
    TOWNS,
    Facts,
    GetWeather,
    agent,
    hierarchical,
    one,
    says,
    structured,
    two_agents,
)
from tests.crewai.event_bus import events_of
from tests.crewai.helped import memory

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

NOBODY = "http://127.0.0.1:9"


def refusal(status: int) -> dict[str, Any]:
    return {"error": {"status": status, "message": "no such project"}}


def awaited(llm: Any) -> None:
    asyncio.run(two_agents(llm).akickoff(inputs=IN_ROME))


def alone(llm: Any) -> None:
    agent("Worker", llm).kickoff("The weather?")


def with_a_time_limit(llm: Any) -> None:
    one(llm, max_execution_time=600)


REFUSED = [
    pytest.param(400, ours.InvalidRequestError, 1),
    pytest.param(403, ours.AuthenticationError, 1),
    pytest.param(404, ours.NotFoundError, 1),
    pytest.param(429, ours.RateLimitError, 3),
    pytest.param(503, ours.ServiceError, 3),
]


@pytest.mark.parametrize("run", [one, awaited, alone, with_a_time_limit])
@pytest.mark.parametrize(("status", "kind", "requests"), REFUSED)
def test_refusal_is_asked_for_once_and_an_outage_as_often_as_max_retries_says(
    run: Callable[[Any], object],
    *,
    status: int,
    kind: type[Exception],
    requests: int,
    make_llm: MakeLLM,
    emulator: Emulator,
) -> None:
    # Said of nothing that another form of the request could mend.
    do = {"status": status, "retry_after": 0, "message": "It is not taken."}
    emulator.fault(on="create", do=do, times=99)

    with pytest.raises(kind) as caught:
        run(make_llm(max_retries=2))

    assert len(emulator.requests()) == requests
    assert isinstance(caught.value, ToolExecutionFailedError)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"base_url": NOBODY, "max_retries": 0}, ours.NetworkError),
        ({"sessions": "sqlite:////dev/null/s.db"}, ours.StoreError),
        ({"tools": [{"type": "mcp_server", "url": MASK}]}, ours.ConfigurationError),
    ],
    ids=["nobody there", "no store", "masked"],
)
def test_crew_asks_once_where_nothing_can_be_sent(
    options: dict[str, Any], kind: type[Exception], make_llm: MakeLLM
) -> None:
    def act() -> None:
        with pytest.raises(kind):
            one(make_llm(**options))

    assert len(events_of(act, LLMCallStartedEvent)) == 1


def test_run_that_failed_in_the_foreground_is_paid_once(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "Rome", "status": "failed"}}])

    with pytest.raises(ours.JobFailedError):
        one(make_llm())

    assert len(emulator.requests()) == 1


def test_coworkers_error_is_told_to_the_manager_after_one_request(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    manager = says("Crew Manager", DELEGATE, "Done.", "Done.")
    emulator.script([manager, says("Researcher", refusal(403))])

    hierarchical(make_llm())

    said = [row["body"]["system_instruction"] for row in emulator.requests()]
    assert len([text for text in said if "You are Researcher" in text]) == 1


def kinds() -> list[type[ours.InteractionsError]]:
    return [
        kind
        for _, kind in inspect.getmembers(ours, inspect.isclass)
        if issubclass(kind, ours.InteractionsError)
    ]


GOES_ON = {ours.ContextLengthError, ours.InterruptedStreamError}
"""CrewAI shortens the list; the answer that broke off is kept for the repetition."""
OF_NO_CALL = {
    ours.InteractionsError,
    ours.OutcomeError,
    ours.UnknownInteractionError,
    ours.UnknownJobError,
    ours.WebhookRefusedError,
}


@pytest.mark.parametrize(
    "kind",
    [kind for kind in kinds() if kind not in GOES_ON | OF_NO_CALL],
    ids=lambda kind: kind.__name__,
)
def test_every_error_of_core_stops_crewai(kind: type[ours.InteractionsError]) -> None:
    error = kind.__new__(kind)
    error.args = ("what happened",)

    stop = as_terminal(error, "gemini-3.8-flash")

    assert is_final(error)
    assert isinstance(stop, kind)
    assert isinstance(stop, ToolExecutionFailedError)
    copied = pickle.loads(pickle.dumps(stop))  # noqa: S301
    assert (type(copied), str(copied)) == (type(stop), "what happened")


@pytest.mark.parametrize("output", ["output_pydantic", "output_json"])
def test_converter_asks_once_what_is_refused(
    output: str, make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([says("Worker", ROME, "21 degrees."), {"reply": refusal(403)}])
    asking = {output: Facts, "converter_cls": InteractionsConverter}

    with pytest.raises(ours.AuthenticationError):
        structured(make_llm(), GetWeather(), **asking)

    assert len(emulator.requests()) == 3


def test_converter_asks_again_for_json_that_does_not_fit(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    wrong = {"text": '{"city": "Rome"}'}
    said = {"sequence": [wrong, {"text": FACTS}]}
    emulator.script([says("Worker", ROME, "21 degrees."), said])
    asking = {"output_pydantic": Facts, "converter_cls": InteractionsConverter}

    done = structured(make_llm(), GetWeather(), **asking)

    assert done.pydantic == Facts(city="Rome", degrees=21)
    assert len(emulator.requests()) == 4


def test_converter_gives_up_after_three_answers_that_do_not_fit(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    """The second is the first once more: what was refused is given to an equal call."""
    wrong = {"reply": {"text": '{"city": "Rome"}'}}
    emulator.script([says("Worker", ROME, "21 degrees."), wrong])
    asking = {"output_pydantic": Facts, "converter_cls": InteractionsConverter}

    with pytest.raises(ConverterError, match="Failed to parse response into Facts"):
        structured(make_llm(), GetWeather(), **asking)

    assert len(emulator.requests()) == 4


def test_guardrail_in_words_takes_an_error_for_a_verdict(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([says("Worker", "Oslo.", "Rome."), {"reply": refusal(403)}])

    with pytest.raises(Exception, match="guardrail validation after 1 retries"):
        structured(make_llm(), guardrail="It names a town.", guardrail_max_retries=1)

    assert len(emulator.requests()) == 4


def test_converter_of_crewai_asks_three_times_whatever_the_error(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([says("Worker", ROME, "21 degrees."), {"reply": refusal(403)}])

    with pytest.raises(ConverterError, match="no such project"):
        structured(make_llm(), GetWeather(), output_pydantic=Facts)

    assert len(emulator.requests()) == 5


def test_crew_goes_on_without_its_memory(make_llm: MakeLLM, emulator: Emulator) -> None:
    emulator.script([*TOWNS, {"reply": refusal(403)}])

    memory(make_llm())

    assert any(row["status"] == 403 for row in emulator.requests())
