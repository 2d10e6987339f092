"""What is asked in one turn, and what comes of it: values only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from interactions_core.canonical import Json, JsonObject, canonical_hash
from interactions_core.protocol.agents import fit_settings
from interactions_core.protocol.combining import (
    CombineTools,
    check_combination,
    split_tools,
)
from interactions_core.records.anchors import Anchor
from interactions_core.records.interactions import Reason
from interactions_core.records.labels import Label
from interactions_core.records.questions import Question
from interactions_core.records.turn_types import check_fields
from interactions_core.transcript.asides import Asides
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.replies import reply_text
from interactions_core.transcript.steps import Thoughts
from interactions_core.usage import Usage

DEFAULT_NUDGE: Final = "Continue."
"""What is said when a list ends with the model's own words, unless it is another."""

_SETUP_KEYS = ("system_instruction", "tools")


@dataclass(frozen=True, slots=True)
class GraphPosition:
    """Where in a graph a call is made; a second run of the node is at the same place.

    Attributes:
        namespace: Of the graph's checkpoints.
        checkpoint_id: The checkpoint that the node runs on; they sort by time.
        task_id: The task.
        occurrence: How many equal calls this run of the node has made before.
    """

    namespace: str
    checkpoint_id: str
    task_id: str
    occurrence: int = 0

    @property
    def task(self) -> tuple[str, str, str]:
        """The task, whichever of its calls is made."""
        return self.namespace, self.checkpoint_id, self.task_id


def _stays(_: GraphPosition) -> bool:
    return False


def _is_current() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One request of a framework.

    Raises:
        ConfigurationError: The agent does not take one of the settings.
        TypeError: A field is of another type.

    Attributes:
        transcript: The whole message list.
        target: The `model` or `agent` field of the create, as a pair.
        settings: Body fields that the API forgets between turns and that are sent
            every time: system instruction, tools, generation config and so on. What
            an agent needs is added, and what is asked separately is left out.
        combine_tools: How tools that the server runs go together with functions.
        built_in: Those of the tools that are asked separately.
        asides: What they have answered.
        session_id: The user's isolation scope.
        thread_id: The framework's conversation.
        store: Whether the server may keep the answer.
        background: Whether the server works on it while nobody listens.
        foreground_ok: Whether a model that refuses the background may answer at once.
        suspends: Whether the graph is interrupted instead of waiting.
        deadline_s: How long such a run may take; `None` for what the client's policy
            says.
        place: Where in a graph the call is made; `None` outside.
        question: What the call asks there, and as which call of a run of the node.
        moved_on: Tells whether the thread has a checkpoint after a place; it may read
            the checkpointer.
        is_late: Tells whether the thread was deleted after what led to this turn began;
            it may read the checkpointer.
        previous_interaction_id: A parent that the caller names; "" to have one found.
        anchors: What the messages say of themselves, by the number of steps up to and
            with the message.
        thoughts: Thought steps that the messages carry with them, by the number of
            steps before them; a replay of what no store holds puts them back.
        context: The framework's execution context.
        label: What the adapter calls whoever asks; nothing depends on it.
        glued: Whether the framework glues observations to replies.
        nudge: What to say when the list ends with the model's own words.
        own_names: The framework's names of functions that have another on the wire.
        only_text: Whether the framework's replies hold text only; what else there is
            is then named at their end.
        resumes_since: When this very turn was begun, in epoch seconds, where it is
            gone on with after the framework may have lost what came of it; 0 for a
            turn that begins now.
    """

    transcript: Transcript
    target: tuple[str, str]
    # Headers of MCP servers and environment variables are in them.
    settings: Mapping[str, Json] = field(default_factory=dict[str, Json], repr=False)
    combine_tools: CombineTools | None = None
    built_in: tuple[JsonObject, ...] = field(default=(), repr=False)
    asides: Asides = field(default_factory=dict[int, JsonObject], repr=False)
    session_id: str = ""
    thread_id: str = ""
    store: bool = True
    background: bool = False
    foreground_ok: bool = False
    suspends: bool = False
    deadline_s: float | None = None
    place: GraphPosition | None = None
    question: Question | None = None
    moved_on: Callable[[GraphPosition], bool] = _stays
    is_late: Callable[[], bool] = _is_current
    previous_interaction_id: str = ""
    anchors: Mapping[int, Anchor] = field(default_factory=dict[int, Anchor])
    thoughts: Thoughts = field(default_factory=dict[int, Sequence[JsonObject]])
    context: str = ""
    label: Label = field(default_factory=Label)
    glued: bool = False
    nudge: str = DEFAULT_NUDGE
    own_names: Mapping[str, str] = field(default_factory=dict[str, str])
    only_text: bool = False
    resumes_since: float = 0.0

    def __post_init__(self) -> None:
        check_fields(self, self.target)
        if self.combine_tools is not None:
            self._separate_tools()
        # Whoever makes a turn, no agent is sent what it does not take.
        fitted = fit_settings(self.target, self.settings, store=self.store)
        object.__setattr__(self, "settings", fitted)

    def _separate_tools(self) -> None:
        kind, name = self.target
        check_combination(name if kind == "agent" else None, self.combine_tools)
        settings, others = split_tools(self.settings)
        object.__setattr__(self, "settings", settings)
        object.__setattr__(self, "built_in", (*self.built_in, *others))

    @property
    def setup(self) -> bytes:
        """The hash of system instruction and tools."""
        return canonical_hash([self.settings.get(key) for key in _SETUP_KEYS])

    @property
    def begins_run(self) -> bool:
        """Whether its create begins a run, which goes on although nobody listens."""
        return self.background or self.target[0] == "agent"

    @property
    def target_name(self) -> str:
        """`model:NAME` or `agent:NAME`."""
        return ":".join(self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer.

    Attributes:
        interaction_id: Its id; "" if the server did not keep it.
        previous_interaction_id: What it was chained on; "" for a root.
        reason: Why it was sent as it was.
        status: As reported.
        steps: All steps of the answer, hidden ones included, as wire steps.
        usage: Tokens, the hops of a continued answer added up, and answers that were
            given up on the way, for a replay for instance.
        interaction: The answer as the API gave it, without its steps and what its
            create was given.
        anchor: What a message may carry to be recognised again; `None` if unstored.
        recovered: What had to be worked around on the way.
        sent: The input steps of the request that was answered.
        key: The record in the session store; "" if it could not be written.
        separate_id: The interaction in which built-in tools were asked before it; ""
            for none, or where the server keeps nothing.
        job: The key of the job in the background that it answers; "" for none.
        note: What a framework whose replies hold text only is told of the rest.
        own_names: The framework's names of functions that have another in `steps`.
    """

    interaction_id: str
    previous_interaction_id: str
    reason: Reason
    status: str
    steps: tuple[JsonObject, ...]
    usage: Usage
    interaction: JsonObject
    anchor: Anchor | None = None
    recovered: tuple[str, ...] = ()
    sent: tuple[JsonObject, ...] = ()
    key: str = ""
    separate_id: str = ""
    job: str = ""
    note: str = ""
    own_names: Mapping[str, str] = field(default_factory=dict[str, str])

    def own_name(self, name: str) -> str:
        """Return what the framework calls a function of this name on the wire."""
        return self.own_names.get(name, name)

    @property
    def text(self) -> str:
        """The text of the answer, and what is said of the rest."""
        return f"{reply_text(self.steps)}{self.note}"

    @property
    def model_name(self) -> str:
        """The model or agent that answered."""
        name = self.interaction.get("model") or self.interaction.get("agent")
        return str(name or "")
