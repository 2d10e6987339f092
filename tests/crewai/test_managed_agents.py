"""Managed agents behind an LLM and as a tool: they run in the background."""

import asyncio
import itertools
import json
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crewai import Agent, Crew, Task
from crewai.events.types.llm_events import LLMCallCompletedEvent
from crewai.tools.base_tool import _resolve_tool_dict
from crewai.tools.tool_failure import ToolFailure
from pydantic import BaseModel

from interactions_core.adapter.options import options_of_kind
from interactions_core.exceptions import (
    AuthenticationError,
    ConfigurationError,
    DeadlineExceededError,
    EmptyReplyError,
    JobCancelledError,
    JobFailedError,
    LostSubmitError,
)
from interactions_core.records.spending.budgets import (
    Amount,
    Spending,
    budget_name,
    read_budget,
)
from interactions_core.stores import open_store
from interactions_crewai import AgentProgressEvent, InteractionsAgentTool
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.event_bus import events_of
from tests.patience import PATIENCE_S
from tests.waiting import go_by

RESEARCH = "deep-research-preview-04-2026"
ANTIGRAVITY = "antigravity-preview-09-2026"
NO_BACKGROUND = {
    "status": 400,
    "message": "The agent does not support using background=True",
}
QUICK = {"poll": (0.01, 0.02)}

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def emulator() -> Any:
    """Make an emulator whose background work takes 50 ms."""
    with Emulator(job_s=0.05) as running:
        yield running


@pytest.fixture
def make_tool(emulator: Emulator, tmp_path: Any) -> Any:
    """Make tools on the emulator, each with a session store of its own."""
    numbers = itertools.count()

    def make(**options: Any) -> InteractionsAgentTool:
        defaults: dict[str, Any] = {
            "agent": RESEARCH,
            "base_url": emulator.url,
            "api_key": "k",
            "sessions": f"memory:{tmp_path}tool{next(numbers)}",
        }
        return InteractionsAgentTool(**defaults | QUICK | options)

    return make


def creates(emulator: Emulator) -> list[Any]:
    return [
        row["body"]
        for row in emulator.requests()
        if row["method"] == "POST" and row["path"].endswith("/interactions")
    ]


def of_user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def test_all_that_the_tool_takes_for_the_body_is_sent(
    make_tool: Any, emulator: Emulator
) -> None:
    taken = set(options_of_kind("body")) & set(InteractionsAgentTool.model_fields)
    given: dict[str, Any] = {
        "agent_config": {"type": "antigravity"},
        "environment": "remote",
        "service_tier": "flex",
        "webhook_config": {"uris": ["https://example.com/hook"]},
    }

    make_tool(agent=ANTIGRAVITY, **given).run(query="Which year is it?")

    [body] = creates(emulator)
    assert taken - {"labels"} == given.keys()
    assert given.keys() <= body.keys()


def test_agent_that_is_a_managed_agent_runs_in_the_background(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(agent=RESEARCH, **QUICK)
    worker = Agent(role="Analyst", goal="Find out", backstory="Curious", llm=llm)
    task = Task(description="Trains in Italy", expected_output="text", agent=worker)

    result = Crew(agents=[worker], tasks=[task]).kickoff()

    [body] = creates(emulator)
    assert result.raw.startswith("# Report")
    assert body["background"] is True
    assert "system_instruction" not in body
    assert "You are Analyst." in body["input"][0]["content"][0]["text"]
    assert llm.get_context_window_size() < 1_000_000
    assert not llm.supports_function_calling()


def test_the_event_of_a_call_in_the_background_names_its_job(
    make_llm: MakeLLM, tmp_path: Path
) -> None:
    sessions = f"sqlite:///{tmp_path / 'sessions.db'}"
    llm = make_llm(agent=RESEARCH, sessions=sessions, **QUICK)

    [done] = events_of(lambda: llm.call("Trains in Italy"), LLMCallCompletedEvent)

    with closing(open_store(sessions)) as store:
        assert [job.key for job in store.list_jobs()] == [done.usage["job"]]


def test_an_agent_that_takes_no_background_is_asked_at_once(
    make_llm: MakeLLM, make_tool: Any, emulator: Emulator
) -> None:
    """API: Antigravity said so from May to September 2026."""
    emulator.fault(do=NO_BACKGROUND, times=9, match={"background": True})
    llm, tool = make_llm(agent=ANTIGRAVITY, **QUICK), make_tool(agent=ANTIGRAVITY)

    for question in ("Count the files", "Name them"):
        assert llm.call([of_user(question)])
        assert tool.run(query=question)

    asked = [body.get("background") for body in creates(emulator)]
    assert asked == [True, None, True, None, None, None]


def test_system_text_of_an_agent_is_told_once(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(agent=RESEARCH, **QUICK)
    said = [{"role": "system", "content": "Be brief."}, of_user("Trains")]
    said += [{"role": "assistant", "content": llm.call(said)}, of_user("And buses?")]

    llm.call(said)

    first, second = [
        [step["content"][0]["text"] for step in body["input"]]
        for body in creates(emulator)
    ]
    assert first == ["Be brief.", "Trains"]
    assert second == ["And buses?"]


def test_functions_for_an_agent_are_refused_before_they_are_sent(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    function = {"name": "fetch", "description": "Fetch", "parameters": {}}

    with pytest.raises(ConfigurationError, match=r"takes no functions \(fetch\)"):
        make_llm(agent=RESEARCH).call(
            "Trains", tools=[{"type": "function", "function": function}]
        )

    assert creates(emulator) == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("way", ["call", "acall"])
def test_every_way_to_call_waits_for_the_report(
    make_llm: MakeLLM, way: str, *, stream: bool
) -> None:
    llm = make_llm(agent=RESEARCH, stream=stream, **QUICK)

    said = llm.call("Trains") if way == "call" else asyncio.run(llm.acall("Trains"))

    assert said.startswith("# Report: Trains")


def test_sandboxed_agent_gets_an_environment_and_keeps_it(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(agent=ANTIGRAVITY, **QUICK)
    said = llm.call("Write a file.")

    llm.call(
        [
            {"role": "user", "content": "Write a file."},
            {"role": "assistant", "content": said},
            {"role": "user", "content": "Read it."},
        ]
    )

    first, second = creates(emulator)
    assert first["environment"] == "remote"
    assert second["environment"] not in {"remote", None}


class Answer(BaseModel):
    town: str


@pytest.mark.parametrize("way", ["call", "acall"])
def test_structured_output_of_a_sandboxed_agent_is_asked_for_in_words(
    make_llm: MakeLLM, emulator: Emulator, way: str
) -> None:
    asked = ["Be exact.", "JSON", json.dumps(Answer.model_json_schema())]
    emulator.script(
        [
            {"when": {"system_contains": asked}, "reply": {"text": '{"town": "Rome"}'}},
            {"reply": {"text": "It is Rome."}},
        ]
    )
    llm = make_llm(agent=ANTIGRAVITY, **QUICK)
    messages = [
        {"role": "system", "content": "Be exact."},
        {"role": "user", "content": "Which?"},
    ]

    if way == "call":
        answer = llm.call(messages, response_model=Answer)
    else:
        answer = asyncio.run(llm.acall(messages, response_model=Answer))

    assert answer == Answer(town="Rome")
    assert "response_format" not in creates(emulator)[0]


def test_words_for_the_form_of_an_answer_leave_the_conversation_one(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": 'Here: {"town": "Rome"}'}}])
    llm = make_llm(agent=ANTIGRAVITY, **QUICK)
    said = [{"role": "user", "content": "Which?"}]

    answer = llm.call(said, response_model=Answer)
    reply = {"role": "assistant", "content": 'Here: {"town": "Rome"}'}
    llm.call([*said, reply, {"role": "user", "content": "And then?"}])

    first, second = creates(emulator)
    assert answer == Answer(town="Rome")
    assert second["previous_interaction_id"]
    assert "JSON" in first["system_instruction"]
    assert "system_instruction" not in second


def slow(emulator: Emulator) -> None:
    emulator.fault(on="create", do={"stall": True})


def one_task(llm: Any, **options: Any) -> Crew:
    worker = Agent(role="Analyst", goal="g", backstory="b", llm=llm, **options)
    task = Task(description="Trains", expected_output="text", agent=worker)
    return Crew(agents=[worker], tasks=[task])


def test_time_limit_of_the_agent_is_the_deadline_of_the_run(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    """CrewAI: `max_execution_time` ends no call by itself."""
    slow(emulator)
    llm = make_llm(agent=RESEARCH, **QUICK)
    go_by(llm, ticking())

    with pytest.raises((DeadlineExceededError, TimeoutError)):
        one_task(llm, max_execution_time=60).kickoff()

    assert len(creates(emulator)) == 1
    assert cancelled(emulator) == 1


def ticking() -> Any:
    """Make a clock on which ten seconds pass between two looks."""
    return itertools.count(1_790_000_000.0, 10.0).__next__


def cancelled(emulator: Emulator) -> int:
    rows = [row for row in emulator.requests() if row["path"].endswith("/cancel")]
    return [row["status"] for row in rows].count(200)


def test_run_that_takes_too_long_is_cancelled_and_not_begun_again(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    """CrewAI: a task is repeated twice after any other error."""
    slow(emulator)
    llm = make_llm(agent=RESEARCH, deadline_s=60, **QUICK)
    go_by(llm, ticking())

    with pytest.raises(DeadlineExceededError, match="60 s") as failed:
        one_task(llm).kickoff()

    assert len(creates(emulator)) == 1
    assert cancelled(emulator) == 1
    assert pickle.loads(pickle.dumps(failed.value)).deadline_s == 60  # noqa: S301 - our own bytes


FAILS = {
    "when": {"background": True},
    "reply": {
        "status": "failed",
        "errors": [{"code": "internal", "message": "no luck"}],
        "steps": [],
    },
}


def test_failed_run_is_not_begun_again(make_llm: MakeLLM, emulator: Emulator) -> None:
    emulator.script([FAILS])

    with pytest.raises(JobFailedError, match="no luck"):
        one_task(make_llm(agent=RESEARCH, **QUICK)).kickoff()

    assert len(creates(emulator)) == 1


def test_run_that_keeps_telling_how_it_goes_has_a_deadline_too(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    llm = make_llm(agent=RESEARCH, stream=True, deadline_s=60, **QUICK)
    go_by(llm, ticking())

    with pytest.raises(DeadlineExceededError, match="60 s"):
        one_task(llm).kickoff()

    assert len(creates(emulator)) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ({"text": "  "}, EmptyReplyError),
        ({"steps": []}, EmptyReplyError),
    ],
)
def test_run_whose_answer_cannot_be_handed_on_is_not_begun_again(
    make_llm: MakeLLM,
    emulator: Emulator,
    reply: dict[str, Any],
    error: type[Exception],
) -> None:
    emulator.script([{"reply": reply}])

    with pytest.raises(error) as failed:
        one_task(make_llm(agent=RESEARCH, **QUICK)).kickoff()

    assert len(creates(emulator)) == 1
    assert pickle.loads(pickle.dumps(failed.value)).args == failed.value.args  # noqa: S301 - our own bytes


def test_report_with_a_picture_is_handed_on(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "The report.", "image": True}}])

    raw = one_task(make_llm(agent=RESEARCH, **QUICK)).kickoff().raw

    assert raw.startswith("The report.\n\n[Not shown here: image (image/png, ")
    assert len(creates(emulator)) == 1


def test_run_whose_text_is_not_of_the_asked_class_is_not_begun_again(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "No town."}}])
    crew = one_task(make_llm(agent=ANTIGRAVITY, **QUICK))
    crew.tasks[0].output_pydantic = Answer

    with pytest.raises(ValueError, match="Answer"):
        crew.kickoff()

    assert len(creates(emulator)) == 1


def test_lost_create_is_not_sent_again(make_llm: MakeLLM, emulator: Emulator) -> None:
    emulator.fault(on="create", do={"close": "after"})

    with pytest.raises(LostSubmitError):
        one_task(make_llm(agent=RESEARCH, **QUICK)).kickoff()

    assert len(creates(emulator)) == 1


@pytest.mark.parametrize("way", ["call", "acall"])
def test_cancel_ends_the_wait_and_the_run(
    make_llm: MakeLLM, emulator: Emulator, way: str
) -> None:
    slow(emulator)
    llm = make_llm(agent=RESEARCH, **QUICK)
    looked = threading.Event()
    llm._clients.waits = watched(llm._clients.waits, looked)
    canceller = threading.Thread(target=lambda: (looked.wait(PATIENCE_S), llm.cancel()))
    canceller.start()

    with pytest.raises(JobCancelledError, match=r"^cancel\(\) was called"):
        _ = llm.call("Trains") if way == "call" else asyncio.run(llm.acall("Trains"))

    canceller.join()
    assert cancelled(emulator) == 1


def watched(waits: Any, looked: threading.Event) -> Any:
    """Note when something is waited for."""
    kind = type(waits)

    class Watched(kind):  # type: ignore[misc, valid-type]
        def sleep(self, seconds: float) -> None:
            looked.set()
            super().sleep(seconds)

        async def asleep(self, seconds: float) -> None:
            looked.set()
            await super().asleep(seconds)

    return Watched()


def test_cancelled_llm_answers_again(make_llm: MakeLLM) -> None:
    llm = make_llm(agent=RESEARCH, **QUICK)

    llm.cancel()

    assert llm.call("Trains").startswith("# Report")


def test_tool_researches_and_tells_how_it_goes(make_tool: Any) -> None:
    tool = make_tool()
    told: list[str] = []

    seen = events_of(lambda: told.append(tool.run(query="Trains")), AgentProgressEvent)

    assert told[0].startswith("# Report: Trains")
    assert "use follow_up_of=1" in told[0]
    assert {event.kind for event in seen} == {"thought", "text"}
    assert {event.agent for event in seen} == {RESEARCH}


def test_follow_up_continues_the_interaction_it_is_about(
    make_tool: Any, emulator: Emulator
) -> None:
    tool = make_tool()
    tool.run(query="My name is Ada. Find trains.")
    tool.run(query="Find planes.")

    tool.run(query="What is my name?", follow_up_of=1)

    first, _, third = creates(emulator)
    assert "previous_interaction_id" not in first
    assert third["previous_interaction_id"] == tool.runs[0].interaction_id
    assert len(third["input"]) == 1
    assert "Ada" in tool.runs[2].text


def test_results_of_uses_at_once_keep_their_numbers(make_tool: Any) -> None:
    tool = make_tool()

    class Busy(list[Any]):
        def append(self, run: Any) -> None:
            super().append(run)
            # What another thread found in the same moment.
            super().append(run.model_copy(update={"reply": [], "query": "Planes"}))

    tool.runs = Busy()

    told = tool.run(query="Trains")

    assert told.startswith("# Report: Trains")
    assert "use follow_up_of=1" in told


def test_model_answers_follow_ups_where_one_is_named(
    make_tool: Any, emulator: Emulator
) -> None:
    tool = make_tool(follow_up_model="gemini-3.5-flash")
    tool.run(query="My name is Ada. Find trains.")

    told = tool.run(query="What is my name?", follow_up_of=1)

    body = creates(emulator)[1]
    assert told.startswith("Your name is Ada.")
    assert body["model"] == "gemini-3.5-flash"
    assert body["previous_interaction_id"] == tool.runs[0].interaction_id
    assert "background" not in body


def test_follow_ups_reach_no_result_of_another_kickoff(
    make_llm: MakeLLM, make_tool: Any, emulator: Emulator
) -> None:
    """Two customers, one crew: a number of the one means nothing to the other."""
    asks = {"query": "secret plans of ACME"}, {"query": "more?", "follow_up_of": 1}
    ours = {"system_contains": "You are R", "last_step": "user_input"}
    emulator.script(
        [
            {
                "when": {**ours, "last_user_contains": customer},
                "reply": {"calls": [{"name": "deep_research", "arguments": ask}]},
            }
            for customer, ask in zip(("ACME", "Globex"), asks, strict=True)
        ]
    )
    tool = make_tool(max_usage_count=None)
    agent = Agent(role="R", goal="g", backstory="b", llm=make_llm(), tools=[tool])
    task = Task(description="{customer} asks", expected_output="x", agent=agent)

    Crew(agents=[agent], tasks=[task]).kickoff_for_each(
        [{"customer": "ACME"}, {"customer": "Globex"}]
    )

    assert [run.query for run in tool.runs] == ["secret plans of ACME"]
    told = emulator.transcript(emulator.requests()[-1]["interaction"])
    assert "there is no result 1 (none yet)" in str(told)
    assert "ACME" not in str(told)


def test_report_of_a_tool_names_what_is_not_text(
    make_tool: Any, emulator: Emulator
) -> None:
    emulator.script([{"reply": {"text": "The report.", "image": True}}])

    told = make_tool().run(query="TPUs")

    assert told.startswith("The report.\n\n[Not shown here: image (image/png, ")
    assert "use follow_up_of=1" in told


def test_unknown_result_costs_nothing(make_tool: Any, emulator: Emulator) -> None:
    failure = make_tool().run(query="More?", follow_up_of=4)

    assert isinstance(failure, ToolFailure)
    assert "no result 4 (none yet)" in failure.message
    assert emulator.requests() == []


PLANNING = {"type": "deep-research", "collaborative_planning": True}


def planned(emulator: Emulator) -> list[bool]:
    """Return for each create whether it asked for a plan."""
    return [
        body["agent_config"]["collaborative_planning"] for body in creates(emulator)
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"query": "Start with 2016.", "plan_decision": "approve"},
        {"query": "", "plan_decision": "approve"},
        {"query": "LGTM"},
        {"query": "Yes, go ahead."},
        {"query": "Approved, please proceed"},
        {"query": "Sounds good, thanks"},
    ],
    ids=str,
)
def test_plan_is_a_result_that_is_approved_by_an_argument_or_in_words(
    said: dict[str, Any], make_tool: Any, emulator: Emulator
) -> None:
    tool = make_tool(agent_config=PLANNING, follow_up_model="gemini-3.5-flash")
    plan = tool.run(query="The history of TPUs")

    report = tool.run(follow_up_of=1, **said)

    assert "plan_decision='approve'" in plan
    assert f"{tool.runs[0].total_tokens} tokens" in plan
    assert "agreed plan" in report
    assert [run.is_plan for run in tool.runs] == [True, False]
    assert planned(emulator) == [True, False]


@pytest.mark.parametrize(
    ("said", "notices"),
    [
        ({"query": "Go ahead.", "plan_decision": "revise"}, 0),
        ({"query": "Yes, but shorter."}, 0),
        ({"query": "Hmm."}, 1),
    ],
    ids=str,
)
def test_plan_that_is_not_approved_is_made_anew(
    said: dict[str, Any],
    notices: int,
    make_tool: Any,
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tool = make_tool(agent_config=PLANNING)
    tool.run(query="The history of TPUs")

    tool.run(follow_up_of=1, **said)

    assert planned(emulator) == [True, True]
    told = [one for one in caplog.messages if "neither approves" in one]
    assert len(told) == notices
    assert all(tool.runs[0].interaction_id in one for one in told)


@pytest.mark.parametrize("number", [None, 2])
def test_decision_on_no_plan_costs_nothing(
    number: int | None, make_tool: Any, emulator: Emulator
) -> None:
    tool = make_tool(agent_config=PLANNING)
    tool.run(query="The history of TPUs")
    tool.run(query="Go.", follow_up_of=1, plan_decision="approve")

    told = tool._run("Go.", follow_up_of=number, plan_decision="approve")

    assert "number of a plan" in told.message
    assert len(creates(emulator)) == 2


def test_only_a_tool_whose_agent_plans_offers_the_decision(make_tool: Any) -> None:
    plans, works = make_tool(agent_config=PLANNING), make_tool()

    assert "plan_decision" in plans.args_schema.model_fields
    assert "plan_decision" not in works.args_schema.model_fields


def test_empty_query_costs_nothing(make_tool: Any, emulator: Emulator) -> None:
    told = make_tool().run(query=" ")

    assert isinstance(told, ToolFailure)
    assert "the query is empty" in told.message
    assert creates(emulator) == []


def test_tokens_of_failed_runs_are_spent_too(
    make_tool: Any, emulator: Emulator
) -> None:
    emulator.script([FAILS])
    tool = make_tool(max_total_tokens=1)

    told = [tool._run(f"The history of TPUs, {number}").message for number in "12"]

    assert "no luck" in told[0]
    assert "6 tokens of 1 tokens for this tool are spent" in told[1]
    assert tool.failed_tokens == emulator.stats()["tokens"] > 0
    assert len(creates(emulator)) == 1


def test_spent_tokens_end_the_tools_use(make_tool: Any, emulator: Emulator) -> None:
    tool = make_tool(max_total_tokens=1)
    tool.run(query="Trains")

    failure = tool.run(query="Planes")

    assert failure.message.startswith("max_total_tokens would be exceeded")
    assert len(creates(emulator)) == 1


def in_threads(tool: InteractionsAgentTool, number: int) -> list[Any]:
    together = threading.Barrier(number)

    def use(query: str) -> Any:
        together.wait(PATIENCE_S)
        return tool._run(query)

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(use, [f"{n} " + "long " * 60 for n in range(number)]))


@pytest.mark.parametrize(
    "options",
    [
        {"max_total_tokens": 10},
        {"budget": {"max_total_tokens": 100, "max_run_tokens": 100}},
        {"max_total_tokens": 10, "budget": {"max_calls": 6}},
    ],
    ids=str,
)
def test_runs_at_once_keep_to_what_the_tool_may_take(
    options: dict[str, Any], make_tool: Any, emulator: Emulator
) -> None:
    """Whichever is first takes more than there is, and nothing is left for others."""
    tool = make_tool(**options, max_usage_count=None)

    told = in_threads(tool, 6)

    refused = [one for one in told if isinstance(one, ToolFailure)]
    assert [len(tool.runs), len(refused), len(creates(emulator))] == [1, 5, 1]
    assert all("would be exceeded" in one.message for one in refused)


def test_runs_that_state_what_they_take_run_at_once(
    make_tool: Any, emulator: Emulator
) -> None:
    tool = make_tool(max_total_tokens=6_000, max_run_tokens=1_000)

    in_threads(tool, 6)

    assert len(tool.runs) == 6
    assert sum(run.total_tokens for run in tool.runs) == emulator.stats()["tokens"]


def test_a_lost_run_has_taken_what_was_put_aside_for_it(
    make_tool: Any, emulator: Emulator
) -> None:
    tool = make_tool(max_total_tokens=1_000, max_run_tokens=900)
    emulator.fault(do={"close": "after"})

    for query in ("Trains", "Planes"):
        tool._run(query)
    told = tool._run("Ships")

    # The second had 100 left, and took more.
    spent = 900 + tool.runs[0].total_tokens
    assert f"{spent} tokens of 1000 tokens for this tool" in told.message
    assert len(creates(emulator)) == 2


@pytest.fixture
def stands() -> Callable[[InteractionsAgentTool], list[Spending]]:
    """Say how the budget of a tool's store stands, and the tool's own."""

    def both(tool: InteractionsAgentTool) -> list[Spending]:
        own = tool._allowance()
        store = open_store(str(tool.sessions))
        [scope] = {job.scope for job in store.list_jobs()}
        row = budget_name(read_budget(tool.budget), scope, 0.0)
        return [store.spending(row), own.store.spending(own.owner)]

    return both


BOTH: dict[str, Any] = {
    "max_total_tokens": 200_000,
    "max_run_tokens": 900,
    "budget": {"max_total_tokens": 200_000, "max_run_tokens": 900},
}


def test_a_run_that_is_abandoned_costs_what_was_put_aside_once(
    make_tool: Any,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    stands: Callable[[InteractionsAgentTool], list[Spending]],
) -> None:
    """It is cancelled, and nobody says what it took; the next run is another."""
    tool = make_tool(**BOTH)

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(InteractionsAgentTool, "_show", leave)
        with pytest.raises(KeyboardInterrupt):
            tool._run("Trains")
    left = stands(tool)
    tool._run("Trains")

    assert left == [Spending(Amount(0, 900))] * 2
    assert stands(tool) == [Spending(Amount(0, 900 + tool.runs[0].total_tokens))] * 2
    assert len(creates(emulator)) == 2


def test_a_run_that_could_not_be_read_stays_put_aside_until_it_is_taken_up(
    make_tool: Any,
    emulator: Emulator,
    stands: Callable[[InteractionsAgentTool], list[Spending]],
) -> None:
    emulator.fault(on="get", do={"status": 401})
    emulator.fault(do={"truncate_after_events": 1})
    tool = make_tool(**BOTH)

    with pytest.raises(AuthenticationError):
        tool._run("Trains")
    left = stands(tool)
    tool._run("Trains")

    assert left == [Spending(Amount(), Amount(0, 900), 1)] * 2
    taken = Amount(0, tool.runs[0].total_tokens)
    assert stands(tool) == [Spending(taken)] * 2
    assert taken.tokens == emulator.stats()["tokens"] > 0
    assert len(creates(emulator)) == 1


def test_a_follow_up_of_a_model_is_settled_beside_the_run_once(
    make_tool: Any,
    emulator: Emulator,
    stands: Callable[[InteractionsAgentTool], list[Spending]],
) -> None:
    tool = make_tool(**BOTH, follow_up_model="gemini-3.5-flash")

    tool._run("My name is Ada. Find trains.")
    tool._run("What is my name?", follow_up_of=1)

    assert "model" in creates(emulator)[1]
    taken = Amount(0, emulator.stats()["tokens"])
    assert taken.tokens == sum(run.total_tokens for run in tool.runs) > 0
    assert stands(tool) == [Spending(taken)] * 2


def test_a_follow_up_of_a_model_that_the_budget_has_no_room_for_gives_all_back(
    make_tool: Any,
    emulator: Emulator,
    stands: Callable[[InteractionsAgentTool], list[Spending]],
) -> None:
    """The tool's own is asked first, and must not keep what it had put aside."""
    shared = {"max_total_tokens": 5_000, "max_run_tokens": 900}
    tool = make_tool(**BOTH | {"budget": shared}, follow_up_model="gemini-3.5-flash")
    tool._run("My name is Ada. Find trains.")

    told = tool._run("What is my name?", follow_up_of=1)

    assert "it can never be sent" in told.message
    assert "lower max_output_tokens" in told.message.lower()
    assert len(creates(emulator)) == 1
    assert stands(tool) == [Spending(Amount(0, tool.runs[0].total_tokens))] * 2


def test_a_run_that_can_never_fit_is_not_told_of_a_limit_that_agents_do_not_take(
    make_tool: Any, emulator: Emulator
) -> None:
    told = make_tool(budget={"max_total_tokens": 800, "max_run_tokens": 900})._run(
        "Go."
    )

    assert "take up to 900 tokens, more than the whole budget of 800" in told.message
    assert "Set max_run_tokens to less, or raise the budget." in told.message
    assert "max_output_tokens" not in told.message
    assert creates(emulator) == []


def test_what_a_restored_tool_has_taken_counts(
    make_tool: Any, emulator: Emulator
) -> None:
    before = make_tool()
    before.run(query="Trains")
    tool = make_tool(
        runs=before.runs, failed_tokens=5, max_total_tokens=before.runs[0].total_tokens
    )

    failure = tool.run(query="Planes")

    assert f"{before.runs[0].total_tokens + 5} tokens of" in failure.message
    assert len(creates(emulator)) == 1


def test_tool_is_used_three_times_unless_told_otherwise(
    make_tool: Any, emulator: Emulator
) -> None:
    tool = make_tool()

    told = [tool.run(query=f"Question {i}") for i in range(4)]

    assert isinstance(told[3], ToolFailure)
    assert len(creates(emulator)) == 3


def test_failed_run_of_a_tool_is_told_to_the_model_and_not_repeated(
    make_tool: Any, make_llm: MakeLLM, emulator: Emulator
) -> None:
    use = {"calls": [{"name": "deep_research", "arguments": {"query": "Trains"}}]}
    emulator.script(
        [
            FAILS,
            {"sequence": [use, {"text": "It failed."}]},
        ]
    )
    llm = make_llm()
    worker = Agent(
        role="Analyst", goal="g", backstory="b", llm=llm, tools=[make_tool()]
    )
    task = Task(description="Trains", expected_output="text", agent=worker)

    result = Crew(agents=[worker], tasks=[task]).kickoff()

    assert result.raw == "It failed."
    assert len([body for body in creates(emulator) if "agent" in body]) == 1


def test_report_may_be_the_answer_as_it_is(
    make_tool: Any, make_llm: MakeLLM, emulator: Emulator
) -> None:
    use = {"calls": [{"name": "deep_research", "arguments": {"query": "Trains"}}]}
    emulator.script([{"when": {"has_tool": "deep_research"}, "reply": use}])
    tool = make_tool(result_as_answer=True)
    worker = Agent(
        role="Analyst", goal="g", backstory="b", llm=make_llm(), tools=[tool]
    )
    task = Task(description="Trains", expected_output="text", agent=worker)

    result = Crew(agents=[worker], tasks=[task]).kickoff()

    assert result.raw == tool.runs[0].text
    assert len(creates(emulator)) == 2


def test_tool_comes_back_from_a_checkpoint_with_its_results_and_no_key(
    make_tool: Any, emulator: Emulator
) -> None:
    tool = make_tool(api_key="hunter2-the-key")
    tool.run(query="My name is Ada.")

    kept = json.dumps(tool.model_dump(mode="json"))
    restored = _resolve_tool_dict(json.loads(kept))
    restored.api_key = "hunter2-the-key"
    restored.run(query="What is my name?", follow_up_of=1)

    assert "hunter2" not in kept
    assert restored.current_usage_count == 2
    assert (
        creates(emulator)[1]["previous_interaction_id"] == tool.runs[0].interaction_id
    )


def test_async_use_of_a_tool_leaves_the_loop_free(make_tool: Any) -> None:
    told = asyncio.run(make_tool().arun(query="Trains"))

    assert told.startswith("# Report")


@pytest.mark.parametrize(
    ("agent", "name", "environment"),
    [
        (RESEARCH, "deep_research", None),
        (ANTIGRAVITY, "sandbox_agent", "remote"),
        ("my-own-agent", "my_own_agent", None),
    ],
)
def test_tool_is_named_after_its_agent(
    make_tool: Any, agent: str, name: str, environment: str | None
) -> None:
    tool = make_tool(agent=agent)

    assert (tool.name, tool.environment) == (name, environment)
    assert "cost" in tool.description


def test_refused_request_of_a_run_is_the_apis_error(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    emulator.fault(on="create", do={"status": 403, "message": "no such project"})

    with pytest.raises(AuthenticationError, match="no such project"):
        make_llm(agent=RESEARCH, **QUICK).call("Trains")


def test_tool_without_an_agent_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="agent is missing"):
        InteractionsAgentTool()
    with pytest.raises(ConfigurationError, match="did you mean 'deadline_s'"):
        InteractionsAgentTool(agent=RESEARCH, deadline=3)


def test_webhook_of_a_tool_is_told_which_job_it_hears_of(
    make_tool: Any, emulator: Emulator
) -> None:
    hook = {"uris": ["https://hooks.example/in"]}

    make_tool(webhook_config=hook).run(query="Trains")

    [body] = creates(emulator)
    told = body["webhook_config"]
    assert told["uris"] == hook["uris"]
    assert told["user_metadata"]["interactions_job"].startswith("job_")
