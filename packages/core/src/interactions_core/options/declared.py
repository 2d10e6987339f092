"""The options that all adapters take with the same type, each declared once.

Pure; knows no framework and no pydantic. Adapters make fields of `CommonOptions`, which
every object of theirs takes, and of `AnswerOptions`, which those take besides that
answer messages; `ClientArguments` has both as keywords of a constructor. What all take
is declared here only, and an option whose kind is `generation` or `body` is sent by
that alone.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, TypedDict

from interactions_core.client.connection import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT_S
from interactions_core.options.said import Said
from interactions_core.protocol.combining import CombineTools
from interactions_core.protocol.retention import DEFAULT_RETENTION_S
from interactions_core.records.mirror import Mirror
from interactions_core.records.turn import DEFAULT_NUDGE
from interactions_core.turns.context import DEFAULT_DEADLINE_S, DEFAULT_POLL

OnEmpty = Literal["return", "raise"]
"""What an answer with neither text nor calls becomes: a reply, or an error."""

OnLostSubmit = Literal["raise", "resubmit"]
"""What becomes of a run whose create was not answered: an error, or another create."""


@dataclass(kw_only=True)
class CommonOptions:
    """What every object of an adapter takes."""

    agent: Annotated[str | None, Said("target", "a managed agent's name")] = None
    agent_config: Annotated[
        dict[str, Any] | None,
        Said(
            "body",
            "what the agent is told beside the input; `type` is that of a built-in agent unless it is given",
            may_hide=True,
        ),
    ] = None
    environment: Annotated[
        str | dict[str, Any] | None,
        Said(
            "body",
            "an agent's environment; that of a conversation is kept along its chain, and "
            'Antigravity begins with `"remote"`',
            may_hide=True,
        ),
    ] = None
    session_id: Annotated[
        str, Said("turn", "the isolation scope: a tenant, a user")
    ] = ""
    deadline_s: Annotated[
        float,
        Said(
            "runs",
            "seconds that a run in the background may take; then it is cancelled",
            above=0,
        ),
    ] = DEFAULT_DEADLINE_S
    poll: Annotated[
        tuple[float, float],
        Said(
            "runs",
            "the first and the longest pause between two looks at such a run, in seconds",
        ),
    ] = DEFAULT_POLL
    on_lost_submit: Annotated[
        OnLostSubmit,
        Said(
            "runs",
            '`"resubmit"` sends a background create again whose answer was lost: the first '
            "run may exist, and both would be billed",
        ),
    ] = "raise"
    mirror: Annotated[
        Mirror,
        Said(
            "sessions",
            '`"full"` or `"signatures"`: what a store that is opened by URL keeps of the '
            "content",
        ),
    ] = "full"
    retention: Annotated[
        timedelta,
        Said(
            "policy", "how long the server keeps interactions; 1 day on the free tier"
        ),
    ] = timedelta(seconds=DEFAULT_RETENTION_S)
    timeout_s: Annotated[float, Said("policy", "seconds, for one request", above=0)] = (
        DEFAULT_TIMEOUT_S
    )
    max_retries: Annotated[
        int,
        Said("policy", "repetitions of a request after errors that allow it", least=0),
    ] = DEFAULT_MAX_RETRIES
    budget: Annotated[
        dict[str, Any] | None,
        Said(
            "policy",
            'what may be spent, e.g. `{"max_cost": 5, "per": "day"}`: a call that might '
            "exceed it is refused before it is sent",
        ),
    ] = None
    service_tier: Annotated[
        str | None, Said("body", 'the tier that serves the request, e.g. `"flex"`')
    ] = None
    labels: Annotated[
        dict[str, str] | None,
        Said(
            "body",
            "names and values that the bill of the enterprise platform is sorted by; the Gemini API takes none, and an "
            "error says so before anything is sent",
        ),
    ] = None
    base_url: Annotated[
        str | None, Said("connection", "another server, with its scheme", may_hide=True)
    ] = None
    api_version: Annotated[
        str | None, Said("connection", 'the version of the API, e.g. `"v1beta"`')
    ] = None
    vertexai: Annotated[
        bool | None, Said("connection", "`True` asks the enterprise platform")
    ] = None
    project: Annotated[
        str | None, Said("connection", "the project on the enterprise platform")
    ] = None
    location: Annotated[
        str | None, Said("connection", "the location on the enterprise platform")
    ] = None
    account: Annotated[
        str | None,
        Said(
            "connection",
            "what to call the account whose sessions these are, where there is no project; it "
            "stays when the key is rotated. `None` reads INTERACTIONS_ACCOUNT",
        ),
    ] = None


@dataclass(kw_only=True)
class AnswerOptions:
    """What an object takes besides that answers message lists."""

    store: Annotated[
        bool,
        Said(
            "turn",
            "`False` keeps nothing on the server and sends everything with every call",
        ),
    ] = True
    combine_tools: Annotated[
        CombineTools | None,
        Said(
            "turn",
            '`"separate"`: built-in tools are asked before a turn with functions, in a call '
            "of their own that is billed as well; `None` sends both, which some models "
            "refuse",
        ),
    ] = None
    temperature: Annotated[
        float | None, Said("generation", "how freely the model chooses its words")
    ] = None
    top_p: Annotated[
        float | None,
        Said(
            "generation", "the part of the likeliest words that the model chooses among"
        ),
    ] = None
    seed: Annotated[
        int | None,
        Said(
            "generation",
            "asks for the same answer to the same request, as far as the model can",
        ),
    ] = None
    max_output_tokens: Annotated[
        int | None,
        Said("generation", "the most tokens of an answer, thoughts included"),
    ] = None
    thinking_level: Annotated[
        str | None,
        Said(
            "generation", 'how much the model thinks, in the API\'s words, e.g. `"low"`'
        ),
    ] = None
    thinking_summaries: Annotated[
        Literal["auto", "none"] | None,
        Said(
            "generation",
            '`"auto"` or `"none"`: whether answers carry summaries of thoughts',
        ),
    ] = None
    response_modalities: Annotated[
        list[str] | None,
        Said(
            "body",
            'kinds of content that may be answered, e.g. `["text", "image"]`; in capitals too',
        ),
    ] = None
    safety_settings: Annotated[
        list[dict[str, Any]] | dict[str, Any] | None,
        Said(
            "body",
            'the API\'s list, or `{"HARM_CATEGORY_…": "BLOCK_…"}`; the enterprise platform '
            "takes them; the Gemini API takes none, and an error says so before anything is "
            "sent",
        ),
    ] = None
    on_empty: Annotated[
        OnEmpty,
        Said(
            "policy",
            "what an answer with neither text nor calls becomes: an empty reply, and a "
            'warning in the log that names its interaction; `"raise"`: an `EmptyReplyError`',
        ),
    ] = "return"
    nudge: Annotated[
        str, Said("policy", "what is said when a list ends with the model's own words")
    ] = DEFAULT_NUDGE


class ClientArguments(TypedDict, total=False):
    """`CommonOptions` and `AnswerOptions` as keywords of a constructor."""

    agent: str | None
    agent_config: dict[str, Any] | None
    environment: str | dict[str, Any] | None
    session_id: str
    deadline_s: float
    poll: tuple[float, float]
    on_lost_submit: OnLostSubmit
    mirror: Mirror
    retention: timedelta
    timeout_s: float
    max_retries: int
    budget: dict[str, Any] | None
    service_tier: str | None
    labels: dict[str, str] | None
    base_url: str | None
    api_version: str | None
    vertexai: bool | None
    project: str | None
    location: str | None
    account: str | None
    store: bool
    combine_tools: CombineTools | None
    temperature: float | None
    top_p: float | None
    seed: int | None
    max_output_tokens: int | None
    thinking_level: str | None
    thinking_summaries: Literal["auto", "none"] | None
    response_modalities: list[str] | None
    safety_settings: list[dict[str, Any]] | dict[str, Any] | None
    on_empty: OnEmpty
    nudge: str
