"""`InteractionsAgentTool`: managed agents as a tool of CrewAI's agents."""

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import Any, Final, Literal, cast

from crewai.events.base_events import BaseEvent
from crewai.events.event_bus import crewai_event_bus
from crewai.tools import BaseTool
from crewai.tools.tool_failure import ToolFailure
from pydantic import BaseModel, Field, PrivateAttr

from interactions_core.adapter import (
    JsonObject,
    Label,
    Lock,
    Reply,
    StreamEvent,
    TextDelta,
    ThoughtDelta,
    Turn,
    in_thread,
)
from interactions_core.adapter.options import (
    PLANS,
    Allowance,
    ObjectTokens,
    PlanDecision,
    decide,
    options_for,
    options_of_kind,
    planning_config,
    settings_of,
)
from interactions_core.exceptions import (
    BudgetExceededError,
    ConfigurationError,
    InteractionsError,
    LostSubmitError,
    OutcomeError,
)
from interactions_crewai._contexts import current_kickoff
from interactions_crewai._options import SharedOptions, checked
from interactions_crewai._research import (
    PlanRequest,
    Request,
    Run,
    run_of,
    tool_identity,
    transcript_of,
)
from interactions_crewai._tools import declaration

_counting: Final = Lock()
_OF_AGENTS: Final = frozenset({"agent_config", "environment", "webhook_config"})
"""Fields of the body that a model of `follow_up_model` does not take."""


class AgentProgressEvent(BaseEvent):
    """A managed agent is at work: what it thinks, or a piece of its report."""

    # CrewAI reads events back by this literal, which its own events declare so too.
    type: Literal["interactions_agent_progress"] = "interactions_agent_progress"  # pyright: ignore[reportIncompatibleVariableOverride]
    agent: str
    tool_name: str
    kind: Literal["thought", "text"]
    text: str


class InteractionsAgentTool(SharedOptions, BaseTool):
    """A managed agent as a tool: Deep Research, Antigravity or one of your own.

    Runs in the background and waits; `AgentProgressEvent` tells how it goes. Results
    are numbered within a kickoff, and a question about one of them continues its
    interaction; no kickoff reaches the results of another. What was found is in
    `runs`, which checkpoints keep; no key is.

    `docs/crewai.md` has the table of options.

    Raises:
        ConfigurationError: An option is unknown or wrong, or there is no `agent`.
    """

    name: str = ""
    description: str = ""
    args_schema: type[BaseModel] = Request
    max_usage_count: int | None = 3
    """How often it may be used; `None` for no limit."""
    max_total_tokens: int | None = Field(default=None, gt=0)
    """When all its runs have taken so many, it refuses to begin another.

    What a run under way may take counts too.
    """
    max_run_tokens: int = Field(default=1_000_000, gt=0)
    """What a run puts aside of that while it is under way, or what is left of it."""
    follow_up_model: str | None = None
    """A model to answer follow-ups, in the agent's place: faster and cheaper."""
    runs: list[Run] = Field(default_factory=list[Run])
    """What it has found in all kickoffs, in order."""
    failed_tokens: int = 0
    """What runs took that came to nothing."""
    _tokens: ObjectTokens | None = PrivateAttr(default=None)

    def __init__(self, **options: Any) -> None:
        owner, agent = type(self).__name__, options.get("agent")
        if not agent:
            msg = f"{owner}: agent is missing, e.g. 'deep-research-preview-04-2026'"
            raise ConfigurationError(msg)
        given = {name: value for name, value in options.items() if name != "tool_type"}
        chosen: dict[str, Any] = {
            **tool_identity(str(agent)),
            **options_for(str(agent)),
            **given,
        }
        config: Mapping[str, Any] = chosen.get("agent_config") or {}
        if config.get(PLANS):
            chosen.setdefault("args_schema", PlanRequest)
        known = set(type(self).model_fields)
        checked(owner, chosen, known, lambda read: BaseTool.__init__(self, **read))
        self._check()

    def _run(
        self,
        query: str,
        follow_up_of: int | None = None,
        plan_decision: Literal["approve", "revise"] | None = None,
    ) -> Any:
        if plan_decision and not query.strip():
            query = PlanDecision(plan_decision == "approve").text
        request = PlanRequest(
            query=query, follow_up_of=follow_up_of or None, plan_decision=plan_decision
        )
        refusal = self._refusal(request)
        if refusal:
            return ToolFailure(message=refusal)
        with self._clients.waits.begin():
            try:
                run = self._ask(self._turn(request), request)
            # An error that left here would have CrewAI begin the run once more.
            except (OutcomeError, LostSubmitError, BudgetExceededError) as error:
                with _counting:
                    self.failed_tokens += error.usage.total_tokens
                is_refused = isinstance(error, BudgetExceededError)
                advice = " Answer with what there is." if is_refused else ""
                return ToolFailure(message=f"{error}{advice}", retryable=False)
        self.runs.append(run)
        return self._describe(run)

    async def _arun(
        self,
        query: str,
        follow_up_of: int | None = None,
        plan_decision: Literal["approve", "revise"] | None = None,
    ) -> Any:
        # It may wait for an hour.
        asked = (query, follow_up_of, plan_decision)
        return await in_thread(partial(self._run, *asked))

    def _refusal(self, request: PlanRequest) -> str:
        if not request.query.strip():
            return "nothing was run: the query is empty"
        number = request.follow_up_of
        count = len(self._within_reach())
        if number is not None and not 1 <= number <= count:
            there = f"1 to {count}" if count else "none yet"
            return f"nothing was run: there is no result {number} ({there})"
        if request.plan_decision and self._plan_before(request) is None:
            return (
                "nothing was run: plan_decision goes with follow_up_of the number of "
                "a plan"
            )
        return ""

    def _plan_before(self, request: Request) -> Run | None:
        """Return the plan that a request goes on from, if it is one."""
        number = request.follow_up_of
        run = self._within_reach()[number - 1] if number else None
        return run if run is not None and run.is_plan else None

    def _agent_config(self, request: PlanRequest) -> dict[str, Any] | None:
        """Begin the work of a plan that is approved, and plan otherwise."""
        plan = self._plan_before(request)
        if plan is None:
            return self.agent_config
        said = request.plan_decision
        decision = decide(
            request.query if said is None else said == "approve",
            plan_id=plan.interaction_id,
            tokens=plan.total_tokens,
        )
        return planning_config(self.agent_config, decision)

    def _turn(self, request: PlanRequest) -> Turn:
        follows = request.follow_up_of and self._plan_before(request) is None
        model = self.follow_up_model if follows else None
        known = type(self).model_fields.keys()
        options: dict[str, Any] = {
            name: getattr(self, name)
            for name in options_of_kind("body", adapter="crewai")
            if name in known and not (model and name in _OF_AGENTS)
        }
        if not model:
            options |= {"agent": self.agent}
            options["agent_config"] = self._agent_config(request)
        return Turn(
            transcript=transcript_of(request, self._within_reach()),
            target=("model", model) if model else ("agent", str(self.agent)),
            settings=settings_of(
                cast("JsonObject", options),
                system_instruction="",
                tools=[declaration(tool) for tool in self.tools],
            ),
            session_id=self.session_id,
            background=not model,
            foreground_ok=True,
            deadline_s=self.deadline_s,
            label=Label(framework="crewai"),
        )

    def _ask(self, turn: Turn, request: Request) -> Run:
        client = self._ready(self._allowance()).sync
        kickoff, plans = current_kickoff(), _plans(turn)

        def hand_on(reply: Reply) -> Run:
            return run_of(request, reply, kickoff, is_plan=plans)

        with closing(client.stream(turn, self._store(), hand_on)) as events:
            for event in events:
                if isinstance(event, Run):
                    return event
                self._clients.waits.check()
                self._show(event)
        raise InteractionsError  # pragma: no cover - a stream ends with its run

    def _allowance(self) -> Allowance:
        """Return what the tool may take: what it has taken before counts."""
        with _counting:
            if self._tokens is None:
                spent = sum(run.total_tokens for run in self.runs) + self.failed_tokens
                self._tokens = ObjectTokens("this tool", spent=spent)
        return self._tokens.within(self.max_total_tokens, run=self.max_run_tokens)

    def _within_reach(self) -> list[Run]:
        """Return the results of this kickoff; those of others are none of its."""
        kickoff = current_kickoff()
        return [run for run in self.runs if run.kickoff == kickoff]

    def _show(self, event: StreamEvent) -> None:
        if not isinstance(event, TextDelta | ThoughtDelta):
            return
        kind = "text" if isinstance(event, TextDelta) else "thought"
        progress = AgentProgressEvent(
            agent=str(self.agent), tool_name=self.name, kind=kind, text=event.text
        )
        crewai_event_bus.emit(self, event=progress)

    def _describe(self, run: Run) -> str:
        """Say what was found, and how to ask about it."""
        if self.result_as_answer:
            return run.text
        # Other uses of the tool may have ended since.
        found = enumerate(self._within_reach(), 1)
        number = next(i for i, one in found if one is run)
        if run.is_plan:
            return (
                f"{run.text}\n\n[Result {number}, interaction {run.interaction_id}, is "
                f"a plan. With follow_up_of={number}, plan_decision='approve' begins "
                "the work, and plan_decision='revise' makes another plan; the last one "
                f"took {run.total_tokens} tokens.]"
            )
        return (
            f"{run.text}\n\n[Result {number}, interaction {run.interaction_id}. "
            f"For a question about it, use follow_up_of={number}.]"
        )


def _plans(turn: Turn) -> bool:
    """Tell whether a turn asks for a plan."""
    config = cast("Mapping[str, Any]", turn.settings.get("agent_config") or {})
    return bool(config.get(PLANS))
