"""What 21 team shapes ask is answered from their own lists, and chained.

`chained` is what a rule that knows every earlier list and its reply can chain: each
agent's calls after its first, and none of a selector's or an orchestrator's prompts.
"""

from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.autogen import teams
from tests.autogen.oracle import differences
from tests.autogen.witness import Witness

SHAPES = [
    pytest.param(teams.assistant, [], 4, 3, id="assistant"),
    pytest.param(teams.tool_loop, teams.TOOL_LOOP, 5, 4, id="tool_loop"),
    pytest.param(teams.reflection, teams.REFLECTION, 4, 3, id="reflection"),
    pytest.param(teams.no_new_message, [], 2, 1, id="no_new_message"),
    pytest.param(teams.monologue, [], 4, 3, id="monologue"),
    pytest.param(teams.memory, [], 3, 2, id="memory"),
    pytest.param(teams.buffered, [], 6, 1, id="buffered"),
    pytest.param(teams.token_limited, [], 6, 5, id="token_limited"),
    pytest.param(teams.head_and_tail, [], 6, 1, id="head_and_tail"),
    pytest.param(teams.round_robin, [], 8, 6, id="round_robin"),
    pytest.param(teams.round_robin_reset, [], 8, 4, id="round_robin_reset"),
    pytest.param(teams.selector, teams.SELECTOR, 13, 4, id="selector"),
    pytest.param(teams.swarm, teams.SWARM, 8, 6, id="swarm"),
    pytest.param(teams.magentic, teams.MAGENTIC, 10, 2, id="magentic"),
    pytest.param(teams.magentic_stall, teams.MAGENTIC_STALL, 17, 3, id="stall"),
    pytest.param(teams.graph_fan_out, [], 8, 4, id="graph_fan_out"),
    pytest.param(teams.graph_filter, teams.GRAPH_FILTER, 7, 4, id="graph_filter"),
    pytest.param(teams.society, teams.SOCIETY, 10, 3, id="society"),
    pytest.param(teams.agent_tool, teams.AGENT_TOOL, 8, 6, id="agent_tool"),
    pytest.param(teams.team_tool, teams.TEAM_TOOL, 7, 4, id="team_tool"),
    pytest.param(
        teams.code_executor,
        teams.CODE_EXECUTOR,
        6,
        5,
        id="code_executor",
        # Nothing is executed that a person should approve of.
        marks=pytest.mark.filterwarnings("ignore:No approval function"),
    ),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("run", "script", "calls", "chained"), SHAPES)
async def test_server_holds_what_the_team_means(
    run: Any,
    script: teams.Script,
    *,
    calls: int,
    chained: int,
    witness: Witness,
    emulator: Emulator,
) -> None:
    emulator.script(script)

    await run(witness)

    reasons = [(asked.caller[:20], asked.reason) for asked in witness.asked]
    assert (len(witness.asked), witness.chained) == (calls, chained), reasons
    assert differences(witness.asked, emulator, witness.store) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("run", "script"),
    [
        pytest.param(teams.round_robin, [], id="round_robin"),
        pytest.param(teams.swarm, teams.SWARM, id="swarm"),
        pytest.param(teams.graph_fan_out, [], id="graph_fan_out"),
        pytest.param(teams.agent_tool, teams.AGENT_TOOL, id="agent_tool"),
        pytest.param(teams.team_tool, teams.TEAM_TOOL, id="team_tool"),
    ],
)
async def test_every_agent_chains_on_every_call_after_its_first(
    run: Any, script: teams.Script, witness: Witness, emulator: Emulator
) -> None:
    emulator.script(script)

    await run(witness)

    callers = {asked.caller for asked in witness.asked}
    roots = [asked.caller for asked in witness.asked if not asked.previous]
    assert sorted(roots) == sorted(callers)
