"""What a managed agent was asked and answered, as JSON that checkpoints keep.

Pure, but for the classes of CrewAI and pydantic that it fills.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, cast

from pydantic import BaseModel, Field

from interactions_core.adapter import (
    JsonObject,
    Reply,
    Step,
    Transcript,
    model_output,
    part_from_wire,
    remainder_note,
    reply_text,
    text_part,
    user_input,
    visible_reply,
)
from interactions_core.adapter.options import family_of

_DESCRIPTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "deep-research": (
        "deep_research",
        (
            "Research a question on the web for several minutes; gives a report with "
            "sources. It costs a lot: ask one whole question with all it needs."
        ),
    ),
    "antigravity": (
        "sandbox_agent",
        (
            "Have an agent work in a sandbox of its own, with files, code and the web; "
            "gives its final words. It costs a lot: give one whole task."
        ),
    ),
}


class Request(BaseModel):
    """What the model says when it uses the tool."""

    query: str = Field(description="The whole question or task, with all it needs.")
    follow_up_of: int | None = Field(
        default=None,
        description="The number of an earlier result that this asks about.",
    )


class PlanRequest(Request):
    """What the model says when it uses a tool whose agent plans first."""

    plan_decision: Literal["approve", "revise"] | None = Field(
        default=None,
        description=(
            "With follow_up_of the number of a plan: 'approve' begins its work, "
            "'revise' asks for another plan, as the query says."
        ),
    )


class Run(BaseModel):
    """One run that came to an end.

    Attributes:
        query: What was asked.
        reply: What was answered, as content blocks.
        follow_up_of: The number of the run that it goes on from, counted from 1 within
            the kickoff.
        interaction_id: Where it is on the server.
        total_tokens: What it took.
        kickoff: The kickoff that it belongs to; "" outside of any.
        is_plan: Whether it is a plan that waits to be approved.
    """

    query: str
    reply: list[dict[str, Any]]
    follow_up_of: int | None = None
    interaction_id: str = ""
    total_tokens: int = 0
    kickoff: str = ""
    is_plan: bool = False

    @property
    def text(self) -> str:
        """What it says, and what else there is on the server."""
        blocks = cast("list[JsonObject]", self.reply)
        said = {"type": "model_output", "content": blocks}
        return f"{reply_text([said])}{remainder_note(self.interaction_id, blocks)}"


def tool_identity(agent: str) -> dict[str, str]:
    """Return a name and a description of a tool for an agent."""
    family = family_of(agent)
    if family is not None and family.name in _DESCRIPTIONS:
        name, description = _DESCRIPTIONS[family.name]
        return {"name": name, "description": description}
    told = f"Ask the managed agent {agent}; it may take minutes and cost a lot."
    return {"name": agent.replace("-", "_"), "description": told}


def run_of(
    request: Request, reply: Reply, kickoff: str, *, is_plan: bool = False
) -> Run:
    """Describe an answered request."""
    usage = reply.usage
    counts = (usage.input_tokens, usage.output_tokens, usage.thought_tokens)
    return Run(
        query=request.query,
        reply=[
            dict(block)
            for step in visible_reply(reply.steps)
            for block in cast("list[JsonObject]", step.wire.get("content") or [])
        ],
        follow_up_of=request.follow_up_of,
        interaction_id=reply.interaction_id,
        total_tokens=sum(counts) + usage.tool_use_tokens,
        kickoff=kickoff,
        is_plan=is_plan,
    )


def transcript_of(request: Request, runs: Sequence[Run]) -> Transcript:
    """Write a request behind all that it follows up."""
    chain: list[Run] = []
    number = request.follow_up_of
    while number is not None:
        chain.append(runs[number - 1])
        number = chain[-1].follow_up_of
    steps = [step for run in reversed(chain) for step in _steps(run)]
    return Transcript.of([*steps, user_input([text_part(request.query)])])


def _steps(run: Run) -> Iterator[Step]:
    yield user_input([text_part(run.query)])
    yield model_output([part_from_wire(cast("JsonObject", b)) for b in run.reply])
