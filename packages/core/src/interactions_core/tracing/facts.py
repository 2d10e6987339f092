"""What is known of one call, as values: what spans and metrics are written from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from interactions_core.records.turn import Turn
from interactions_core.usage import Usage

CallKind = Literal["model", "agent", "wait"]
"""What a span stands for: a create that a model answers, one that an agent works on, or
the wait for a run that was begun before."""

OPERATIONS: Final[Mapping[CallKind, str]] = {
    "model": "chat",
    "agent": "invoke_agent",
    "wait": "fetch_response",
}
"""The conventions' `gen_ai.operation.name` of each."""

_PROVIDERS: Final = {"gemini": "gcp.gemini", "vertex": "gcp.vertex_ai"}


@dataclass(frozen=True, slots=True)
class Server:
    """Who is asked.

    Attributes:
        provider: The conventions' `gen_ai.provider.name`.
        address: The host; "" for unknown.
        port: Its port; `None` for that of the scheme.
    """

    provider: str
    address: str = ""
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What is known of one call when its span ends.

    Nothing of it was said in a conversation, and nothing is a secret.

    Attributes:
        kind: What the span stands for.
        target: The model or agent, as it was asked for.
        server: Who was asked.
        session_id: The user's isolation scope; "" for none.
        thread_id: The framework's conversation; "" for none.
        framework: `langgraph`, `autogen`, `crewai`; "" where no adapter says.
        stream: Whether the answer was streamed.
        background: Whether the service works on it while nobody listens.
        is_separate: Whether built-in tools were asked before a turn, apart from it.
        job: The key of the job; "" for none.
        reason: The plan's; "" where nothing was planned.
        steps_sent: Steps in the input.
        steps_avoided: Steps that the service had already; `None` for unknown.
        bytes_sent: The input as JSON, in bytes; `None` for unknown.
        bytes_avoided: What the service had already, in bytes; `None` for unknown.
        previous_id: The interaction that was chained on; "" for a root.
        attempts: Creates that were sent, by whichever process.
        maybe_billed: Those of them that may have been billed without an answer.
        recovered: What had to be worked around.
        interaction_id: The answer, or the run; "" for none, or where the service keeps
            nothing.
        status: The interaction's, as reported; "" for unknown.
        answered_by: The model or agent as the answer names it; "" for unknown.
        finish: Why the model stopped, in the conventions' words; "" for unknown.
        usage: What was reported, hops and answers that were given up included; `None`
            where nothing was.
        input_modalities: Tokens of the input by modality.
        output_modalities: Those of the output.
        cached_modalities: Those that came from a cache.
        cost_usd: What it costs, in USD; `None` for unknown.
        polls: How often a run was looked at.
        cursor: The event after which a stream was opened again; "" for none.
        error: What went wrong, a word of few; "" for nothing.
        outcome: What a run that was read well has come to instead of an answer, a
            word of few; "" for an answer.
        is_left: Whether the caller left before the end.
    """

    kind: CallKind
    target: str
    server: Server
    session_id: str = ""
    thread_id: str = ""
    framework: str = ""
    stream: bool = False
    background: bool = False
    is_separate: bool = False
    job: str = ""
    reason: str = ""
    steps_sent: int | None = None
    steps_avoided: int | None = None
    bytes_sent: int | None = None
    bytes_avoided: int | None = None
    previous_id: str = ""
    attempts: int = 0
    maybe_billed: int = 0
    recovered: tuple[str, ...] = ()
    interaction_id: str = ""
    status: str = ""
    answered_by: str = ""
    finish: str = ""
    usage: Usage | None = None
    input_modalities: Mapping[str, int] = field(default_factory=dict[str, int])
    output_modalities: Mapping[str, int] = field(default_factory=dict[str, int])
    cached_modalities: Mapping[str, int] = field(default_factory=dict[str, int])
    cost_usd: float | None = None
    polls: int = 0
    cursor: str = ""
    error: str = ""
    outcome: str = ""
    is_left: bool = False

    @property
    def conversation_id(self) -> str:
        """The conversation as the framework or the user names it; "" for none."""
        return self.thread_id or self.session_id


def server_facts(service: str) -> Server:
    """Say who is asked.

    Args:
        service: Platform with host, as `TurnStore.service` has it.
    """
    platform, _, where = service.partition("|")
    host, colon, port = where.rpartition(":")
    provider = _PROVIDERS.get(platform, platform)
    if not colon or not port.isdigit():
        return Server(provider, where)
    return Server(provider, host.strip("[]"), int(port))


def kind_of(turn: Turn) -> CallKind:
    """Say what the span of a turn's create stands for."""
    return "agent" if turn.target[0] == "agent" else "model"
