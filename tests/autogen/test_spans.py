"""Our spans beside AutoGen's own: under its agents, and nothing told twice."""

from collections.abc import Iterator

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import SingleThreadedAgentRuntime
from opentelemetry import trace

from interactions_emulator import Emulator
from tests.autogen.conftest import MakeClient
from tests.spans import Told, attributes, told

pytestmark = pytest.mark.anyio


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with told(monkeypatch) as found:
        yield found


async def get_weather(city: str) -> str:
    """Tell the weather."""
    return f"21 degrees in {city}"


@pytest.mark.parametrize("stream", [False, True], ids=["create", "stream"])
async def test_calls_and_tools_stand_under_the_agent_that_makes_them(
    make_client: MakeClient,
    emulator: Emulator,
    spans: Told,
    *,
    stream: bool,
) -> None:
    emulator.script(
        [
            {"when": {"last_step": "function_result"}, "reply": {"text": "Warm."}},
            {"reply": {"calls": [{"name": "get_weather", "arguments": {"city": "R"}}]}},
        ]
    )
    agent = AssistantAgent(
        "guide",
        make_client(),
        tools=[get_weather],
        reflect_on_tool_use=True,
        model_client_stream=stream,
    )

    await agent.run(task="Weather?")

    [around] = spans.named("invoke_agent guide")
    [tool] = spans.named("execute_tool get_weather")
    first, second = spans.spans
    assert around.context is not None
    for span in (first, second, tool):
        assert span.name
        assert span.parent is not None
        assert span.parent.span_id == around.context.span_id
    assert attributes(first)["gen_ai.response.finish_reasons"] == ("tool_call",)
    assert attributes(second)["gen_ai.response.finish_reasons"] == ("stop",)


async def test_tokens_are_on_our_spans_alone(
    make_client: MakeClient, spans: Told
) -> None:
    client = make_client()

    await AssistantAgent("guide", client).run(task="Hello")

    counted = [
        (span.name, span.attributes["gen_ai.usage.input_tokens"])
        for span in spans.exporter.get_finished_spans()
        if span.attributes and "gen_ai.usage.input_tokens" in span.attributes
    ]
    assert counted == [("chat gemini-3.5-flash", client.actual_usage().prompt_tokens)]


@pytest.mark.parametrize("has_own", [True, False], ids=["with the program's", "alone"])
async def test_the_provider_of_a_runtime_is_given_none_of_our_spans(
    make_client: MakeClient,
    spans: Told,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_own: bool,
) -> None:
    """AutoGen: a runtime takes a tracer provider of its own and sets no global one."""
    if not has_own:
        monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    runtimes = Told()
    runtime = SingleThreadedAgentRuntime(tracer_provider=runtimes.tracers)
    team = RoundRobinGroupChat(
        [AssistantAgent("guide", make_client())],
        termination_condition=MaxMessageTermination(2),
        runtime=runtime,
    )
    runtime.start()

    await team.run(task="Hello")

    await runtime.stop_when_idle()
    assert runtimes.exporter.get_finished_spans()
    assert runtimes.spans == []
    assert [span.name for span in spans.spans] == ["chat gemini-3.5-flash"] * has_own
    assert (trace.get_tracer_provider() is spans.tracers) is has_own
    runtimes.tracers.shutdown()
    runtimes.meters.shutdown()
