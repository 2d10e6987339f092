"""The options of `ChatInteractions`, and what they make of core's clients.

No call is made here.
"""

from collections.abc import Callable
from datetime import timedelta
from time import time
from typing import Annotated, Any, Final, Literal, Never

from langchain_core.language_models import BaseChatModel
from pydantic import (
    ConfigDict,
    Field,
    FieldSerializationInfo,
    PrivateAttr,
    SecretStr,
    SkipValidation,
    ValidationError,
    field_serializer,
)

from interactions_core.adapter import (
    DEFAULT_DEADLINE_S,
    DEFAULT_MAX_RETRIES,
    DEFAULT_POLL,
    DEFAULT_RETENTION_S,
    DEFAULT_TIMEOUT_S,
    ClientPolicy,
    Connection,
    Mirror,
    SessionStore,
    aopen_store,
    open_store,
)
from interactions_core.adapter.options import (
    CombineTools,
    OnEmpty,
    check_unnamed,
    check_values,
    explain_values,
)
from interactions_core.adapter.secrets import shown_store
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._model.graph_run import current_run
from interactions_langgraph._model.option_aliases import normalize_options
from interactions_langgraph._model.sealed import (
    revealed,
    sealed,
    sealed_headers,
    sealed_url,
)
from interactions_langgraph._model.settings import target_of
from interactions_langgraph._model.tools import declare

_OF_CLIENT: Final = (
    "api_key",
    "base_url",
    "api_version",
    "additional_headers",
    "vertexai",
    "project",
    "location",
    "credentials",
)
"""Options that say how a client is made."""


class ModelOptions(BaseChatModel):
    """What can be given to a `ChatInteractions`, under its own or another name."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    model: str | None = None
    """A model's name, e.g. `"gemini-3.8-flash"`; exactly one of `model` and `agent`."""
    agent: str | None = None
    """A managed agent's name."""
    agent_config: dict[str, Any] | None = None
    """What the agent is told beside the input; its `type` is the family's."""
    environment: str | dict[str, Any] | None = None
    """The sandbox of an agent, or `"remote"` for a new one."""
    sessions: str | Any = Field(default=None, repr=False)
    """A session store, its URL, or the path of its file. `None`: the store of the
    graph's `InteractionsSaver`, or else `"memory:"`."""
    session_id: str = ""
    """The isolation scope: a tenant, a user. `thread_id` is added by itself."""
    store: bool = True
    """`False` keeps nothing on the server and sends everything with every call."""
    background: bool | Literal["prefer", "suspend"] | None = None
    """Whether the server works on it while nobody listens; this call waits for it,
    and after a crash the same call waits for the same run. `"prefer"`: models that
    refuse it answer at once. `"suspend"`: the graph is interrupted instead of waiting.
    `None`: agents do if they may (Deep Research must), models do not."""
    deadline_s: float = Field(default=DEFAULT_DEADLINE_S, gt=0)
    """How long a run in the background may take; then it is cancelled."""
    poll: tuple[float, float] = DEFAULT_POLL
    """The first and the longest pause between two looks at such a run, in seconds."""
    on_lost_submit: Literal["raise", "resubmit"] = "raise"
    """What to do when the answer to the create of such a run was lost: the run may
    exist, and a second one would be billed as well."""
    on_empty: OnEmpty = "return"
    """What an answer with neither text nor calls becomes: an empty message, with a
    warning that names its interaction, or an `EmptyReplyError`."""
    mirror: Mirror = "full"
    """What a session store opened by URL keeps of the content."""
    retention: timedelta = timedelta(seconds=DEFAULT_RETENTION_S)
    """How long the server keeps interactions: 55 days paid, 1 day on the free tier."""
    timeout_s: float = DEFAULT_TIMEOUT_S
    """Of one request, in seconds."""
    max_retries: int = Field(default=DEFAULT_MAX_RETRIES, ge=0)
    """How often a request is repeated after errors that allow it."""
    streaming: bool = False
    """Let `invoke` stream, for callbacks that show tokens."""
    tools: list[Any] = Field(default_factory=list[Any])
    """Tools of every call, beside those of `bind_tools`."""
    combine_tools: CombineTools | None = None
    """`"separate"`: built-in tools are asked before a turn with functions, in a call of
    its own that is billed as well. `None`: both are sent, which some models refuse."""
    temperature: float | None = None
    """How freely the model chooses its words."""
    top_p: float | None = None
    """The part of the likeliest words that the model chooses among."""
    seed: int | None = None
    """Asks for the same answer to the same request, as far as the model can."""
    stop_sequences: list[str] | None = None
    """Texts at which an answer ends."""
    max_output_tokens: int | None = None
    """The most tokens of an answer, thoughts included."""
    thinking_level: str | None = None
    """How much the model thinks, in the API's words, e.g. `"low"`."""
    thinking_summaries: Literal["auto", "none"] | None = None
    """Whether answers carry summaries of thoughts."""
    response_format: dict[str, Any] | list[dict[str, Any]] | None = None
    """The form of the answer: a JSON schema, or the API's own objects."""
    response_modalities: list[str] | None = None
    """Kinds of content that may be answered, e.g. `["text", "image"]`."""
    speech_config: dict[str, Any] | list[dict[str, Any]] | None = None
    """Voices of spoken answers."""
    image_config: dict[str, Any] | None = None
    """Form and size of pictures."""
    video_config: dict[str, Any] | None = None
    """Form and length of films."""
    transcription_config: dict[str, Any] | None = None
    """How speech is written down."""
    service_tier: str | None = None
    """The tier that serves the request, e.g. `"flex"`."""
    labels: dict[str, str] | None = None
    """Names and values that the bill is sorted by."""
    safety_settings: list[dict[str, Any]] | None = None
    """What is blocked, by category."""
    model_kwargs: dict[str, Any] | None = None
    """Fields of the create body that have no option of their own."""
    nudge: str = "Continue."
    """What is said when a message list ends with the model's own words."""
    api_key: SecretStr | None = None
    """`None` reads GOOGLE_API_KEY or GEMINI_API_KEY."""
    base_url: Annotated[str | None, SkipValidation] = None
    """Another server, with its scheme, e.g. the emulator's `url`."""
    api_version: str | None = None
    """The version of the API, e.g. `"v1beta"`."""
    additional_headers: Annotated[Any, SkipValidation] = None
    """HTTP headers of every request."""
    vertexai: bool | None = None
    """Whether to ask the enterprise platform."""
    project: str | None = None
    """The project on the enterprise platform."""
    location: str | None = None
    """The location on the enterprise platform."""
    credentials: Any = Field(default=None, exclude=True, repr=False)
    """`google.auth` credentials, for the enterprise platform."""
    client: Any = Field(default=None, exclude=True, repr=False)
    """A `google.genai.Client` to use instead; its owner closes it."""
    anchor_key: SecretStr | None = None
    """Signs what messages say of their interactions: chains then continue behind any
    checkpointer, in every process that knows the key, without a shared store."""
    trust_anchors: bool = False
    """Believe unsigned messages too; for programs with a single tenant."""

    _clock: Callable[[], float] = PrivateAttr(default=time)

    def __init__(self, *unnamed: Never, **options: Any) -> None:
        owner = type(self).__name__
        check_unnamed(owner, unnamed)
        known = type(self).model_fields
        own = known.keys() - BaseChatModel.model_fields.keys()
        theirs = {name: options[name] for name in options if name in known.keys() - own}
        given = {name: options[name] for name in options if name not in theirs}
        chosen = check_values(owner, normalize_options(owner, given, own))
        target_of(chosen)
        try:
            super().__init__(**theirs, **_protected(chosen))
        except ValidationError as exc:
            found = exc.errors(include_input=False, include_url=False)
            raise ConfigurationError(explain_values(owner, found)) from None
        self._check()

    def _check(self) -> None:
        """Refuse now what the first call would refuse, or not notice."""
        ignored = [name for name in _OF_CLIENT if getattr(self, name) is not None]
        if self.client is not None and ignored:
            msg = f"`client` brings its own {', '.join(ignored)}; give one or the other"
            raise ConfigurationError(msg)
        if not isinstance(self.additional_headers, str | None):
            msg = "additional_headers must be a dict of names and texts"
            raise ConfigurationError(msg)
        self._connection()

    @field_serializer("sessions")
    def _name_sessions(self, sessions: Any, info: FieldSerializationInfo) -> Any:
        if isinstance(sessions, str):
            # Without a password, which PostgreSQL takes from elsewhere as well.
            return shown_store(sessions)
        return getattr(sessions, "url", sessions) if info.mode_is_json() else sessions

    def _store(self) -> SessionStore:
        return self._checked(open_store(self._place(), mirror=self.mirror))

    async def _astore(self) -> SessionStore:
        return self._checked(await aopen_store(self._place(), mirror=self.mirror))

    def _place(self) -> str | SessionStore:
        sessions = self.sessions
        return sessions if sessions is not None else current_run().sessions or "memory:"

    def _checked(self, store: SessionStore) -> SessionStore:
        if store.mirror != self.mirror and "mirror" in self.model_fields_set:
            msg = (
                f"mirror={self.mirror!r} has no effect: {store.url} was opened with "
                f"mirror={store.mirror!r}; give the option to whoever opens the store"
            )
            raise ConfigurationError(msg)
        return store

    def _connection(self) -> Connection:
        key, anchor_key = self.api_key, self.anchor_key
        return Connection(
            api_key=key.get_secret_value() if key else None,
            base_url=revealed(self.base_url),
            api_version=self.api_version,
            headers=revealed(self.additional_headers) or {},
            vertexai=self.vertexai,
            project=self.project,
            location=self.location,
            credentials=self.credentials,
            client=self.client,
            timeout_s=self.timeout_s,
            anchor_key=anchor_key.get_secret_value().encode(errors="surrogatepass")
            if anchor_key
            else b"",
            trust_anchors=self.trust_anchors,
        )

    def _policy(self) -> ClientPolicy:
        return ClientPolicy(
            max_retries=self.max_retries,
            retention_s=self.retention.total_seconds(),
            clock=self._clock,
            poll=self.poll,
            resubmits=self.on_lost_submit == "resubmit",
            returns_empty=self.on_empty == "return",
        )


def _protected(options: dict[str, Any]) -> dict[str, Any]:
    """Check tools, and seal what is secret, before anything can show it."""
    ways: dict[str, Callable[[Any], Any]] = {
        "additional_headers": sealed_headers,
        "base_url": sealed_url,
        "agent_config": sealed,
        "environment": sealed,
        "model_kwargs": sealed,
        "tools": declare,
    }
    kept = {name: value for name, value in options.items() if value is not None}
    return {
        name: ways[name](value) if name in ways else value
        for name, value in kept.items()
    }
