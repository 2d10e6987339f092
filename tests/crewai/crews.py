"""Crews that CrewAI's users build, with scripts for the model behind them."""

import asyncio
import json
from typing import Any

from crewai import Agent, Crew, Process, Task
from crewai.agent.planning_config import PlanningConfig
from crewai.tools import BaseTool
from pydantic import BaseModel

from tests.crewai.witness import Witness

Script = list[dict[str, Any]]


class GetWeather(BaseTool):
    name: str = "get_weather"
    description: str = "Get the weather of a city."

    def _run(self, city: str) -> str:
        return f"{city}: 21 degrees"


class AddNumbers(BaseTool):
    name: str = "add_numbers"
    description: str = "Add two numbers."

    def _run(self, a: int, b: int) -> str:
        return str(a + b)


class ReadBook(BaseTool):
    name: str = "read_book"
    description: str = "Read a book."

    def _run(self, title: str) -> str:
        return f"{title}: " + "word " * 3000


class Facts(BaseModel):
    city: str
    degrees: int


def agent(role: str, llm: Witness, *tools: BaseTool, **options: Any) -> Agent:
    return Agent(
        role=role,
        goal="Help",
        backstory="Knows towns",
        llm=llm,
        tools=list(tools),
        **options,
    )


def task(description: str, worker: Agent | None = None, **options: Any) -> Task:
    return Task(
        description=description, expected_output="text", agent=worker, **options
    )


def says(role: str, *replies: Any, **when: Any) -> dict[str, Any]:
    """Script what an agent says: texts, or calls as `(name, arguments)`."""
    return {
        "when": {"system_contains": f"You are {role}.", **when},
        "sequence": [_reply(reply) for reply in replies],
    }


def _reply(reply: Any) -> dict[str, Any]:
    if isinstance(reply, str):
        return {"text": reply}
    if isinstance(reply, dict):
        return reply
    calls = reply if isinstance(reply, list) else [reply]
    return {"calls": [{"name": name, "arguments": args} for name, args in calls]}


def action(name: str, arguments: str) -> str:
    return f"Thought: I need it\nAction: {name}\nAction Input: {arguments}"


def final(text: str) -> str:
    return f"Thought: I now know the final answer\nFinal Answer: {text}"


ROME = ("get_weather", {"city": "Rome"})
OSLO = ("get_weather", {"city": "Oslo"})
TWO = ("add_numbers", {"a": 1, "b": 1})
TOWNS = [says("Researcher", ROME, TWO, "Sunny."), says("Writer", "A text.")]
TWICE = [
    says("Researcher", ROME, "Sunny.", ROME, "Sunny."),
    says("Writer", "A text.", "A text."),
]
TEXT_TOWNS = [
    says(
        "Researcher",
        action("get_weather", '{"city": "Rome"}'),
        action("add_numbers", '{"a": 1, "b": 1}'),
        final("Sunny."),
    ),
    says("Writer", final("A text.")),
]
PARALLEL = [
    says("Researcher", [ROME, OSLO], [OSLO, TWO], "Sunny."),
    says("Writer", "A text."),
]


def two_agents(llm: Witness, **options: Any) -> Crew:
    researcher = agent("Researcher", llm, GetWeather(), AddNumbers())
    writer = agent("Writer", llm)
    tasks = [task("The weather in {city}?", researcher), task("Write it.", writer)]
    return Crew(agents=[researcher, writer], tasks=tasks, **options)


IN_ROME = {"city": "Rome"}


def twins(llm: Witness) -> None:
    """Two agents that differ in nothing but their roles do the same task."""
    workers = [agent(role, llm, GetWeather()) for role in ("One", "Two")]
    tasks = [task("The weather?", worker, context=[]) for worker in workers]
    Crew(agents=workers, tasks=tasks).kickoff()


TWIN = [ROME, OSLO, "Sunny."] * 2
TEXT_TWIN = [
    action("get_weather", '{"city": "Rome"}'),
    action("get_weather", '{"city": "Oslo"}'),
    final("Sunny."),
] * 2


def sequential(llm: Witness) -> None:
    two_agents(llm).kickoff(inputs=IN_ROME)


def parallel_calls(llm: Witness) -> None:
    sequential(llm)


def awaited(llm: Witness) -> None:
    asyncio.run(two_agents(llm).akickoff(inputs=IN_ROME))


def in_a_thread(llm: Witness) -> None:
    asyncio.run(two_agents(llm).kickoff_async(inputs=IN_ROME))


def second_kickoff(llm: Witness) -> None:
    crew = two_agents(llm)
    crew.kickoff(inputs=IN_ROME)
    crew.kickoff(inputs=IN_ROME)


def for_each(llm: Witness) -> None:
    two_agents(llm).kickoff_for_each([IN_ROME, {"city": "Oslo"}])


def for_each_at_once(llm: Witness) -> None:
    crew = two_agents(llm)
    asyncio.run(crew.kickoff_for_each_async([IN_ROME, {"city": "Oslo"}]))


def replayed(llm: Witness) -> None:
    crew = two_agents(llm)
    crew.kickoff(inputs=IN_ROME)
    crew.replay(str(crew.tasks[1].id))


def async_tasks(llm: Witness) -> None:
    workers = [agent(f"Worker {i}", llm, GetWeather()) for i in range(3)]
    first, second = (
        task(f"Part {i}", workers[i], async_execution=True) for i in range(2)
    )
    join = task("Join", workers[2], context=[first, second])
    Crew(agents=workers, tasks=[first, second, join]).kickoff()


ASYNC_TASKS = [says(f"Worker {i}", ROME, "Sunny.") for i in range(3)]


def hierarchical(llm: Witness) -> None:
    researcher = agent("Researcher", llm, GetWeather())
    writer = agent("Writer", llm)
    Crew(
        agents=[researcher, writer],
        tasks=[task("First"), task("Second")],
        process=Process.hierarchical,
        manager_llm=llm,
    ).kickoff()


DELEGATE = (
    "delegate_work_to_coworker",
    {"task": "Get weather", "context": "Rome", "coworker": "Researcher"},
)
ASK = (
    "ask_question_to_coworker",
    {"question": "Is it warm?", "context": "Rome", "coworker": "Writer"},
)
HIERARCHICAL = [
    says("Crew Manager", DELEGATE, ASK, "Done.", DELEGATE, ASK, "Done."),
    says("Researcher", ROME, "Sunny.", ROME, "Sunny."),
    says("Writer", "Yes.", "Yes."),
]
TEXT_DELEGATE = action(
    "Delegate work to coworker",
    '{"task": "Get weather", "context": "Rome", "coworker": "Researcher"}',
)
TEXT_ASK = action(
    "Ask question to coworker",
    '{"question": "Is it warm?", "context": "Rome", "coworker": "Writer"}',
)
TEXT_HIERARCHICAL = [
    says("Crew Manager", *[TEXT_DELEGATE, TEXT_ASK, final("Done.")] * 2),
    says(
        "Researcher",
        *[action("get_weather", '{"city": "Rome"}'), final("Sunny.")] * 2,
    ),
    says("Writer", *[final("Yes.")] * 2),
]


def one(llm: Witness, *tools: BaseTool, **options: Any) -> None:
    worker = agent("Worker", llm, *(tools or (GetWeather(),)), **options)
    Crew(agents=[worker], tasks=[task("Work", worker)]).kickoff()


def agent_guardrail(llm: Witness) -> None:
    tries = iter([False, True])
    worker = agent(
        "Worker", llm, GetWeather(), guardrail=lambda out: (next(tries), out.raw)
    )
    worker.kickoff("Work")


def task_guardrail(llm: Witness) -> None:
    tries = iter([False, True])
    worker = agent("Worker", llm, GetWeather())
    guarded = task("Work", worker, guardrail=lambda out: (next(tries), out.raw))
    Crew(agents=[worker], tasks=[guarded]).kickoff()


GUARDED = [says("Worker", ROME, "Cold.", ROME, "Sunny.")]


def text_guardrail(llm: Witness) -> None:
    worker = agent("Worker", llm, GetWeather())
    guarded = task("Work", worker, guardrail="It names a town.")
    Crew(agents=[worker], tasks=[guarded]).kickoff()


TEXT_GUARDED = [
    says("Worker", ROME, "Rome."),
    {"reply": {"text": '{"valid": true, "feedback": null}'}},
]


def structured(llm: Witness, *tools: BaseTool, **options: Any) -> Any:
    worker = agent("Worker", llm, *tools)
    done = task("Work", worker, **options)
    return Crew(agents=[worker], tasks=[done]).kickoff()


def pydantic_with_tools(llm: Witness) -> None:
    done = structured(llm, GetWeather(), output_pydantic=Facts)
    assert done.pydantic == Facts(city="Rome", degrees=21)


def pydantic_alone(llm: Witness) -> None:
    done = structured(llm, output_pydantic=Facts)
    assert done.pydantic == Facts(city="Rome", degrees=21)


FACTS = '{"city": "Rome", "degrees": 21}'
PYDANTIC_WITH_TOOLS = [
    says("Worker", ROME, "Rome has 21 degrees."),
    {"reply": {"text": FACTS}},
]
TEXT_PYDANTIC = [
    says("Worker", action("get_weather", '{"city": "Rome"}'), final("21 degrees.")),
    {"reply": {"text": FACTS}},
]


def forced_answer(llm: Witness) -> None:
    one(llm, max_iter=2)


def overflow(llm: Witness) -> None:
    """Compacts before the request that would not fit."""
    llm.window = 20_000
    one(llm, ReadBook())


BOOKS = [
    says("Worker", *[("read_book", {"title": f"Book {i}"}) for i in range(6)], "Read."),
    {
        "when": {"system_contains": "summaries"},
        "reply": {"text": "<summary>S</summary>"},
    },
]


def refused_overflow(llm: Witness) -> None:
    """Compacts after a request that the API refused."""
    one(llm, ReadBook())


TOO_LONG = {
    "error": {
        "status": 400,
        "message": "The input token count (9) exceeds the maximum number of tokens "
        "allowed (8).",
    }
}
REFUSED = [
    says("Worker", BOOK := ("read_book", {"title": "Book"}), BOOK, TOO_LONG, "Read."),
    BOOKS[1],
]


def agent_plans(llm: Witness) -> None:
    one(llm, planning_config=PlanningConfig(reasoning_effort="low", max_attempts=1))


def agent_plans_hard(llm: Witness) -> None:
    one(llm, planning_config=PlanningConfig(reasoning_effort="high", max_attempts=1))


STEPS = [
    {"step_number": 1, "description": "weather", "tool_to_use": "get_weather"},
    {"step_number": 2, "description": "write", "depends_on": [1]},
]
PLAN = ("create_reasoning_plan", {"plan": "P", "steps": STEPS, "ready": True})
SEEN = {"text": '{"step_completed_successfully": true, "key_information_learned": "k"}'}
PLANNED = [
    {"when": {"has_tool": "create_reasoning_plan"}, "reply": _reply(PLAN)},
    {"when": {"system_contains": "Planning Agent"}, "reply": SEEN},
    says("Worker", ROME, "Sunny.", "Written.", "All."),
]


def crew_plans(llm: Witness) -> None:
    two_agents(llm, planning=True, planning_llm=llm).kickoff(inputs=IN_ROME)


CREW_PLANNED = [
    {
        "when": {"system_contains": "Task Execution Planner"},
        "reply": {
            "text": json.dumps(
                {
                    "list_of_plans_per_task": [
                        {"task_number": i, "task": f"t{i}", "plan": "Do it."}
                        for i in (1, 2)
                    ]
                }
            )
        },
    },
    says("Researcher", ROME, "Sunny."),
    says("Writer", "A text."),
]
