"""What crews and flows ask is answered from their own lists, and chained.

`chained` is what a rule that knows every earlier list, with the system text pulled
out, can chain: each agent's calls after its first in a task, and no call that begins
a conversation or asks for help with one.
"""

from typing import Any

import pytest

from interactions_core import open_store
from interactions_emulator import Emulator
from tests.crewai import crews, flows, helped
from tests.crewai.conftest import MakeLLM
from tests.crewai.oracle import differences
from tests.crewai.witness import TextWitness, Witness

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def case(run: Any, script: Any, calls: int, chained: int, kind: Any = Witness) -> Any:
    name = run.__name__ + ("_text" if kind is TextWitness else "")
    return pytest.param(run, script, calls, chained, kind, id=name)


def text(run: Any, script: Any, calls: int, chained: int) -> Any:
    return case(run, script, calls, chained, TextWitness)


CASES = [
    case(crews.sequential, crews.TOWNS, 4, 2),
    case(crews.parallel_calls, crews.PARALLEL, 4, 2),
    text(crews.sequential, crews.TEXT_TOWNS, 4, 2),
    case(crews.awaited, crews.TOWNS, 4, 2),
    case(crews.in_a_thread, crews.TOWNS, 4, 2),
    case(crews.second_kickoff, crews.TWICE, 6, 2),
    case(crews.for_each, crews.TWICE, 6, 2),
    case(crews.for_each_at_once, crews.TWICE, 6, 2),
    case(crews.replayed, crews.TOWNS, 5, 2),
    case(crews.async_tasks, crews.ASYNC_TASKS, 6, 3),
    case(crews.hierarchical, crews.HIERARCHICAL, 12, 6),
    text(crews.hierarchical, crews.TEXT_HIERARCHICAL, 12, 6),
    case(crews.agent_guardrail, crews.GUARDED, 4, 2),
    case(crews.task_guardrail, crews.GUARDED, 4, 2),
    case(crews.text_guardrail, crews.TEXT_GUARDED, 3, 1),
    case(crews.pydantic_with_tools, crews.PYDANTIC_WITH_TOOLS, 3, 1),
    text(crews.pydantic_with_tools, crews.TEXT_PYDANTIC, 3, 1),
    case(crews.pydantic_alone, [{"reply": {"text": crews.FACTS}}], 1, 0),
    case(
        crews.forced_answer, [crews.says("Worker", crews.ROME, crews.OSLO, "Ok.")], 3, 2
    ),
    case(crews.overflow, crews.BOOKS, 9, 5),
    case(crews.refused_overflow, crews.REFUSED, 5, 2),
    case(crews.agent_plans, crews.PLANNED, 5, 1),
    case(crews.agent_plans_hard, crews.PLANNED, 7, 1),
    case(crews.crew_plans, crews.CREW_PLANNED, 4, 1),
    case(helped.memory, helped.MEMORY, 6, 2),
    case(helped.knowledge, [], 2, 0),
    case(helped.feedback, helped.FEEDBACK, 3, 2),
    case(helped.feedback_alone, [], 2, 0),
    case(helped.training, helped.TRAINING, 4, 2),
    case(helped.hook_before, crews.TOWNS, 4, 2),
    case(helped.hook_trims, crews.TOWNS, 4, 2),
    case(helped.hook_after, helped.REWRITTEN, 3, 2),
    case(helped.empty_answer, helped.EMPTY, 4, 2),
    case(helped.big_result, helped.BIG, 2, 1),
    case(flows.mixed, flows.MIXED, 8, 3),
    case(flows.conversation, [], 3, 2),
    case(flows.kickoffs, flows.KICKOFFS, 3, 2),
    case(flows.plain_transcript, [], 3, 0),
    case(flows.local_functions, flows.LOCAL, 2, 1),
]


@pytest.mark.parametrize(("run", "script", "calls", "chained", "kind"), CASES)
def test_server_holds_what_the_crew_means(
    run: Any,
    script: crews.Script,
    *,
    calls: int,
    chained: int,
    kind: type[Witness],
    make_llm: MakeLLM,
    emulator: Emulator,
) -> None:
    emulator.script(script)
    llm = make_llm(kind=kind)

    run(llm)

    said = [(a.role, a.reason) for a in llm.log.asked]
    # An answer without anything in it is read once more by its id.
    creates = [each for each in emulator.requests() if each["method"] == "POST"]
    bodies = [request["body"] for request in creates]
    assert len(bodies) == len(said) == calls, said
    assert sum("previous_interaction_id" in body for body in bodies) == chained, said
    assert differences(llm.log, emulator, open_store(llm.sessions)) == []


@pytest.mark.parametrize("kind", [Witness, TextWitness])
def test_twins_with_equal_texts_keep_their_own_chains(
    kind: type[Witness], make_llm: MakeLLM, emulator: Emulator
) -> None:
    """Two agents, one task text, one tool, equal replies; the roles differ."""
    emulator.script(
        [
            crews.says(role, *replies)
            for role in ("One", "Two")
            for replies in [crews.TWIN if kind is Witness else crews.TEXT_TWIN]
        ]
    )
    llm = make_llm(kind=kind)

    crews.twins(llm)
    crews.twins(llm)

    rows = emulator.requests()
    role_of = {row["interaction"]: row["body"]["system_instruction"] for row in rows}
    chained = [row["body"] for row in rows if "previous_interaction_id" in row["body"]]
    assert len(rows) == 12
    assert len(chained) == 8
    for body in chained:
        assert role_of[body["previous_interaction_id"]] == body["system_instruction"]
    assert differences(llm.log, emulator, open_store(llm.sessions)) == []
