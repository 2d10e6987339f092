"""Team shapes that AutoGen's users build, with a script for the model behind them."""

import json
from typing import Any

from autogen_agentchat.agents import (
    AssistantAgent,
    CodeExecutorAgent,
    MessageFilterAgent,
    MessageFilterConfig,
    PerSourceFilter,
    SocietyOfMindAgent,
)
from autogen_agentchat.conditions import (
    HandoffTermination,
    MaxMessageTermination,
    TextMentionTermination,
)
from autogen_agentchat.messages import HandoffMessage
from autogen_agentchat.teams import (
    DiGraphBuilder,
    GraphFlow,
    MagenticOneGroupChat,
    RoundRobinGroupChat,
    SelectorGroupChat,
    Swarm,
)
from autogen_agentchat.tools import AgentTool, TeamTool
from autogen_core import CancellationToken
from autogen_core.code_executor import CodeBlock, CodeExecutor, CodeResult
from autogen_core.memory import ListMemory, MemoryContent
from autogen_core.model_context import (
    BufferedChatCompletionContext,
    ChatCompletionContext,
    HeadAndTailChatCompletionContext,
    TokenLimitedChatCompletionContext,
)
from autogen_core.models import ChatCompletionClient

Script = list[dict[str, Any]]


def get_weather(city: str) -> str:
    """Get the weather of a city."""
    return f"{city}: 21 degrees"


def agent(name: str, client: ChatCompletionClient, **options: Any) -> AssistantAgent:
    """Make an agent whose instruction names it, for scripts to go by."""
    return AssistantAgent(name, client, system_message=f"You are {name}.", **options)


def says(name: str, *replies: Any) -> dict[str, Any]:
    """Script what an agent says: texts, or calls as `(name, arguments)`."""
    return {
        "when": {"system_contains": f"You are {name}."},
        "sequence": [_reply(reply) for reply in replies],
    }


def _reply(reply: Any) -> dict[str, Any]:
    if isinstance(reply, str):
        return {"text": reply}
    calls = reply if isinstance(reply, list) else [reply]
    return {"calls": [{"name": name, "arguments": args} for name, args in calls]}


async def talk(one: AssistantAgent, turns: int) -> None:
    for i in range(turns):
        await one.run(task=f"Question {i}")


async def assistant(client: ChatCompletionClient) -> None:
    await talk(agent("worker", client), 4)


async def tool_loop(client: ChatCompletionClient) -> None:
    """Five calls: two of them ask for tools, once for two at a time; streaming."""
    worker = agent(
        "worker",
        client,
        tools=[get_weather],
        max_tool_iterations=5,
        model_client_stream=True,
    )
    await worker.run(task="Compare the weather.")
    await worker.run(task="Thanks.")
    await worker.run(task="Bye.")


TOOL_LOOP = [
    says(
        "worker",
        [("get_weather", {"city": "Rome"}), ("get_weather", {"city": "Oslo"})],
        ("get_weather", {"city": "Lima"}),
        "Rome is warm.",
        "You are welcome.",
        "Bye.",
    )
]


async def reflection(client: ChatCompletionClient) -> None:
    worker = agent("worker", client, tools=[get_weather], reflect_on_tool_use=True)
    await worker.run(task="The weather in Rome?")
    await worker.run(task="And in Oslo?")


REFLECTION = [
    says(
        "worker",
        ("get_weather", {"city": "Rome"}),
        "Warm.",
        ("get_weather", {"city": "Oslo"}),
        "Cold.",
    )
]


async def memory(client: ChatCompletionClient) -> None:
    kept = ListMemory()
    await kept.add(MemoryContent(content="Ada likes tea.", mime_type="text/plain"))
    await talk(agent("worker", client, memory=[kept]), 3)


async def in_context(
    client: ChatCompletionClient, context: ChatCompletionContext
) -> None:
    await talk(agent("worker", client, model_context=context), 6)


async def buffered(client: ChatCompletionClient) -> None:
    await in_context(client, BufferedChatCompletionContext(buffer_size=4))


async def token_limited(client: ChatCompletionClient) -> None:
    context = TokenLimitedChatCompletionContext(client, token_limit=100)
    await in_context(client, context)


async def head_and_tail(client: ChatCompletionClient) -> None:
    await in_context(client, HeadAndTailChatCompletionContext(1, 3))


def pair(client: ChatCompletionClient) -> RoundRobinGroupChat:
    return RoundRobinGroupChat(
        [agent("writer", client), agent("critic", client)],
        termination_condition=MaxMessageTermination(5),
    )


async def round_robin(client: ChatCompletionClient) -> None:
    team = pair(client)
    await team.run(task="Write a poem.")
    await team.run(task="Another one.")


async def round_robin_reset(client: ChatCompletionClient) -> None:
    team = pair(client)
    await team.run(task="Write a poem.")
    await team.reset()
    await team.run(task="Another one.")


async def monologue(client: ChatCompletionClient) -> None:
    """An agent speaks twice in a row, two times."""
    team = RoundRobinGroupChat([agent("worker", client)], max_turns=2)
    await team.run(task="Think.")
    await team.run(task="Think more.")


async def no_new_message(client: ChatCompletionClient) -> None:
    worker = agent("worker", client)
    await worker.run(task="Think.")
    await worker.run()


async def selector(client: ChatCompletionClient) -> None:
    """Six turns, and one bad answer of the model that selects."""
    names = ("planner", "coder", "tester")
    team = SelectorGroupChat(
        [agent(name, client, description=name) for name in names],
        model_client=client,
        termination_condition=MaxMessageTermination(7),
    )
    await team.run(task="Build it.")


SELECTOR = [
    {
        "when": {"last_user_contains": "role play game"},
        "sequence": [
            {"text": name}
            for name in ("planner", "coder", "?", "coder", "tester", "planner")
        ],
    },
    {"when": {"last_user_contains": "No valid"}, "reply": {"text": "tester"}},
    says("planner", "Plan.", "Replan."),
    says("coder", "Code.", "More code."),
    says("tester", "Tested.", "Tested again."),
]


async def swarm(client: ChatCompletionClient) -> None:
    """Tools, and handoffs: one beside a tool's call, one to a person."""
    triage = agent("triage", client, tools=[get_weather], handoffs=["flights", "user"])
    flights = agent("flights", client, tools=[get_weather], handoffs=["triage"])
    team = Swarm(
        [triage, flights],
        termination_condition=HandoffTermination("user")
        | TextMentionTermination("END"),
    )
    await team.run(task="Fly me to Rome.")
    await team.run(
        task=HandoffMessage(source="user", target="triage", content="On Monday.")
    )


SWARM = [
    says(
        "triage",
        ("transfer_to_flights", {}),
        ("transfer_to_user", {}),
        ("transfer_to_flights", {}),
        "END",
    ),
    says(
        "flights",
        ("get_weather", {"city": "Rome"}),
        [("get_weather", {"city": "Oslo"}), ("transfer_to_triage", {})],
        "It is booked.",
        ("transfer_to_triage", {}),
    ),
]


async def graph_fan_out(client: ChatCompletionClient) -> None:
    """Two branches at once, joined; run twice."""
    writer, one, two, final = (
        agent(name, client) for name in ("writer", "editor1", "editor2", "final")
    )
    graph = DiGraphBuilder()
    for node in (writer, one, two, final):
        graph.add_node(node)
    graph.add_edge(writer, one).add_edge(writer, two)
    graph.add_edge(one, final).add_edge(two, final)
    team = GraphFlow([writer, one, two, final], graph=graph.build())
    await team.run(task="Write.")
    await team.run(task="Write more.")


async def graph_filter(client: ChatCompletionClient) -> None:
    """A loop with an exit, and an agent that sees only a part of what was said."""
    a, b = agent("gen", client), agent("review", client)
    c = MessageFilterAgent(
        name="fin",
        wrapped_agent=agent("fin", client),
        filter=MessageFilterConfig(
            per_source=[PerSourceFilter(source="gen", position="last", count=1)]
        ),
    )
    graph = DiGraphBuilder()
    graph.add_node(a).add_node(b).add_node(c)
    graph.add_edge(a, b)
    graph.add_edge(b, a, condition=lambda m: "APPROVE" not in m.to_model_text())
    graph.add_edge(b, c, condition=lambda m: "APPROVE" in m.to_model_text())
    graph.set_entry_point(a)
    team = GraphFlow([a, b, c], graph=graph.build(), max_turns=9)
    await team.run(task="Write.")


GRAPH_FILTER = [says("review", "Again.", "Again!", "APPROVE")]


def ledger(
    speaker: str, *, done: bool = False, progress: bool = True, loops: bool = False
) -> dict[str, Any]:
    """Script one entry of the orchestrator's ledger."""
    entry: dict[str, Any] = {
        "is_request_satisfied": {"reason": "r", "answer": done},
        "is_in_loop": {"reason": "r", "answer": loops},
        "is_progress_being_made": {"reason": "r", "answer": progress},
        "next_speaker": {"reason": "r", "answer": speaker},
        "instruction_or_question": {"reason": "r", "answer": f"Go on, {speaker}."},
    }
    return {"text": json.dumps(entry)}


async def magentic(client: ChatCompletionClient, *, stalls: int = 3) -> None:
    team = MagenticOneGroupChat(
        [agent(name, client, description=name) for name in ("web", "coder")],
        model_client=client,
        max_stalls=stalls,
    )
    await team.run(task="Find it.")


async def magentic_stall(client: ChatCompletionClient) -> None:
    await magentic(client, stalls=2)


def magentic_script(*entries: dict[str, Any]) -> Script:
    return [
        {
            "when": {"last_user_contains": "is_request_satisfied"},
            "sequence": list(entries),
        },
        says("web", "Found.", "Found more.", "Found all."),
        says("coder", "Coded.", "Coded more.", "Coded all."),
        {"when": {}, "sequence": [{"text": f"Thought {i}."} for i in range(9)]},
    ]


MAGENTIC = magentic_script(
    ledger("web"), ledger("coder"), ledger("web"), ledger("web", done=True)
)
MAGENTIC_STALL = magentic_script(
    ledger("web"),
    ledger("coder"),
    ledger("coder", progress=False),
    ledger("coder", progress=False),
    ledger("coder"),
    ledger("web"),
    ledger("web", done=True),
)


async def society(client: ChatCompletionClient) -> None:
    """An inner team speaks as one; two outer turns."""
    inner = RoundRobinGroupChat(
        [agent("writer", client), agent("critic", client)],
        termination_condition=TextMentionTermination("APPROVE"),
    )
    team = RoundRobinGroupChat(
        [SocietyOfMindAgent("society", inner, client), agent("translator", client)],
        max_turns=4,
    )
    await team.run(task="A story.")


SOCIETY = [
    says("writer", "Once.", "Once upon. APPROVE", "Then.", "The end. APPROVE"),
    says("critic", "Hm.", "Well."),
    says("translator", "Es war.", "Und dann."),
]


async def agent_tool(client: ChatCompletionClient) -> None:
    inner = agent("writer", client, description="Writes.")
    outer = agent("chief", client, tools=[AgentTool(inner)], max_tool_iterations=3)
    await outer.run(task="A poem.")
    await outer.run(task="Another.")


AGENT_TOOL = [
    says(
        "chief",
        ("writer", {"task": "Write a poem."}),
        ("writer", {"task": "Mend it."}),
        "There.",
        ("writer", {"task": "Write another."}),
        "There again.",
    ),
    says("writer", "Roses.", "Red roses.", "Violets."),
]


async def team_tool(client: ChatCompletionClient) -> None:
    team = RoundRobinGroupChat(
        [agent("writer", client), agent("critic", client)], max_turns=2
    )
    tool = TeamTool(team, name="duo", description="Writes.")
    outer = agent("chief", client, tools=[tool], max_tool_iterations=3)
    await outer.run(task="A poem, twice.")


TEAM_TOOL = [
    says("chief", ("duo", {"task": "One."}), ("duo", {"task": "Two."}), "There."),
]


class PretendExecutor(CodeExecutor):
    """Fails code that says `bad`; runs nothing."""

    component_type = "code_executor"

    async def execute_code_blocks(
        self,
        code_blocks: list[CodeBlock],
        cancellation_token: CancellationToken,  # noqa: ARG002 - AutoGen's signature
    ) -> CodeResult:
        failed = any("bad" in block.code for block in code_blocks)
        return CodeResult(exit_code=int(failed), output="out")

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def restart(self) -> None: ...


async def code_executor(client: ChatCompletionClient) -> None:
    """Bad code, a retry, a reflection; then a turn without trouble."""
    coder = CodeExecutorAgent(
        "coder",
        PretendExecutor(),
        model_client=client,
        system_message="You are coder.",
        max_retries_on_error=1,
    )
    await coder.run(task="Print it.")
    await coder.run(task="Again.")


CODE_EXECUTOR = [
    {
        "when": {"last_user_contains": "retry"},
        "reply": {"text": '{"reason": "r", "retry": true}'},
    },
    says(
        "coder",
        "```python\nbad()\n```",
        "```python\ngood()\n```",
        "It worked.",
        "```python\ngood()\n```",
        "It worked again.",
    ),
]
