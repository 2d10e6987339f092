"""The options of the model client, and what of them goes into a component.

Holds values only: no secret can be read from its JSON, its repr or its errors.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal, cast

from autogen_core.models import ModelInfo
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)

from interactions_autogen._secrets import (
    hidden,
    is_masked,
    masked_in,
    revealed,
    secret_text,
)
from interactions_autogen._vocabulary import own_options
from interactions_core.adapter import (
    DEFAULT_DEADLINE_S,
    DEFAULT_MAX_RETRIES,
    DEFAULT_POLL,
    DEFAULT_RETENTION_S,
    DEFAULT_TIMEOUT_S,
    Mirror,
)
from interactions_core.adapter.options import (
    CombineTools,
    OnEmpty,
    check_names,
    check_values,
    explain_values,
)
from interactions_core.adapter.secrets import shown_store
from interactions_core.exceptions import ConfigurationError

OWNER: Final = "InteractionsChatCompletionClient"


class InteractionsClientConfig(BaseModel):
    """Every option of `InteractionsChatCompletionClient`.

    A dump holds what was given and leaves out the defaults. Through JSON, secrets
    become asterisks: such an `api_key` counts as not given, so that the environment
    decides, and a masked header or password is an error that names it.
    """

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )

    model: str | None = None
    """A model's name, e.g. `"gemini-3.8-flash"`; exactly one of `model` and `agent`."""
    agent: str | None = None
    """A managed agent's name."""
    agent_config: dict[str, Any] | None = Field(default=None, repr=False)
    """What the agent is told beside the input; its `type` is the family's."""
    environment: str | dict[str, Any] | None = Field(default=None, repr=False)
    """The sandbox of an agent, or `"remote"` for a new one."""
    sessions: str = Field(default="memory:", repr=False)
    """The URL of a session store; the constructor also takes a store, or the path of
    a file. `"memory:"` is one store for all clients of the process."""
    session_id: str = ""
    """The isolation scope: a tenant, a user, a team."""
    store: bool = True
    """`False` keeps nothing on the server and sends everything with every call."""
    background: bool | Literal["prefer"] | None = None
    """Whether the server works on it while nobody listens; the call waits for it, and
    after a crash the same call waits for the same run. `"prefer"`: models that refuse
    it answer at once. `None`: agents do if they are stored, models do not."""
    deadline_s: float = Field(default=DEFAULT_DEADLINE_S, gt=0)
    """How long a run in the background may take; then it is cancelled."""
    poll: tuple[float, float] = DEFAULT_POLL
    """The first and the longest pause between two looks at such a run, in seconds."""
    on_lost_submit: Literal["raise", "resubmit"] = "raise"
    """What to do when the answer to the create of such a run was lost."""
    on_empty: OnEmpty = "return"
    """What an answer with neither text nor calls becomes: a result whose content is "",
    with a warning that names its interaction, or an `EmptyReplyError`."""
    webhook_config: dict[str, Any] | None = Field(default=None, repr=False)
    """Who is told when a run in the background is over; see `docs/jobs.md`."""
    stateless_prompts: bool = False
    """Send calls of one message, no system text and no tools with `store=False`."""
    mirror: Mirror = "full"
    """What a session store opened by URL keeps of the content."""
    retention: timedelta = timedelta(seconds=DEFAULT_RETENTION_S)
    """How long the server keeps interactions: 55 days paid, 1 day on the free tier."""
    timeout_s: float = Field(default=DEFAULT_TIMEOUT_S, gt=0)
    """Of one request, in seconds."""
    max_retries: int = Field(default=DEFAULT_MAX_RETRIES, ge=0)
    """How often a request is repeated after errors that allow it."""
    tools: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]], repr=False
    )
    """Built-in tools and MCP servers of every call; functions belong to agents."""
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
    response_modalities: list[str] | None = None
    """Kinds of content that may be answered, e.g. `["text", "image"]`."""
    service_tier: str | None = None
    """The tier that serves the request, e.g. `"flex"`."""
    labels: dict[str, str] | None = None
    """Names and values that the bill is sorted by."""
    safety_settings: list[dict[str, Any]] | dict[str, Any] | None = None
    """What is blocked, by category."""
    nudge: str = "Continue."
    """What is said when a message list ends with the model's own words."""
    add_name_prefixes: bool = True
    """Put `critic: ` before what another speaker says; the API has no field for it."""
    model_info: dict[str, Any] | None = None
    """Replaces entries of the `ModelInfo` that is assumed."""
    token_limit: int = 1_048_576
    """What `remaining_tokens` counts down from: the input of current Gemini models."""
    api_key: SecretStr | None = None
    """`None` reads GOOGLE_API_KEY or GEMINI_API_KEY."""
    base_url: str | None = Field(default=None, repr=False)
    """Another server, with its scheme, e.g. the emulator's `url`."""
    api_version: str | None = None
    """The version of the API, e.g. `"v1beta"`."""
    vertexai: bool | None = None
    """Whether to ask the enterprise platform."""
    project: str | None = None
    """The project on the enterprise platform."""
    location: str | None = None
    """The location on the enterprise platform."""

    @model_validator(mode="before")
    @classmethod
    def _check_names(cls, given: dict[str, Any]) -> dict[str, Any]:
        return _checked(given)

    @field_validator("api_key", mode="before")
    @classmethod
    def _unmasked_key(cls, value: Any) -> Any:
        return None if is_masked(value) else value

    @field_validator("base_url", "sessions", mode="before")
    @classmethod
    def _unmasked_url(cls, value: Any, field: ValidationInfo) -> Any:
        if is_masked(value):
            where = f"{field.field_name}, which had a password,"
            raise _masked_error(where)
        return secret_text(value)

    @field_validator("tools", "environment", "agent_config", "webhook_config")
    @classmethod
    def _revealed(cls, value: Any) -> Any:
        masked = [*masked_in(value)]
        if masked:
            raise _masked_error(", ".join(masked))
        return revealed(value)

    @field_validator("tools")
    @classmethod
    def _built_in(cls, tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for tool in tools:
            if tool.get("type") in {None, "function"}:
                msg = (
                    f"{OWNER}: tools takes built-in tools and MCP servers such as "
                    "{'type': 'google_search'}; give functions to the agent, which "
                    "runs them"
                )
                raise ConfigurationError(msg)
        return tools

    @field_serializer("retention")
    def _iso(self, retention: timedelta) -> str:
        return f"PT{retention.total_seconds():.0f}S"

    @field_serializer("tools", "environment", "agent_config", "webhook_config")
    def _hidden(self, value: Any) -> Any:
        return hidden(value)

    @field_serializer("base_url")
    def _hidden_password(self, url: str | None) -> SecretStr | str | None:
        # In one process it loads again; through JSON it is asterisks as a whole.
        return hidden(url, "address")

    @field_serializer("sessions")
    def _hidden_sessions(self, url: str) -> SecretStr | str:
        return url if shown_store(url) == url else SecretStr(url)

    @model_serializer(mode="wrap")
    def _only_given(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {k: v for k, v in dump(self).items() if k in self.model_fields_set}

    def given(self) -> dict[str, Any]:
        """Return the options that were given."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def read_options(options: Mapping[str, Any]) -> InteractionsClientConfig:
    """Read the options of a constructor.

    Raises:
        ConfigurationError: One is unknown, or not what it should be.
    """
    read = _checked(options)
    try:
        return InteractionsClientConfig(**read)
    except ValidationError as exc:
        found = exc.errors(include_input=False, include_url=False)
        raise ConfigurationError(explain_values(OWNER, found)) from None


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check names and values; what is sealed or masked is left to its own check."""
    given = own_options(OWNER, given, InteractionsClientConfig.model_fields)
    plain = {
        name: value
        for name, value in given.items()
        if not isinstance(value, SecretStr) and not is_masked(value)
    }
    return {**given, **check_values(OWNER, plain)}


def info_of(given: Mapping[str, Any] | None, family: str) -> ModelInfo:
    """Return what AutoGen is told of a model: able, unless said otherwise."""
    info = ModelInfo(
        vision=True,
        function_calling=True,
        json_output=True,
        structured_output=True,
        multiple_system_messages=True,
        family=family,
    )
    check_names(f"{OWNER}: model_info", given or (), ModelInfo.__annotations__)
    return cast("ModelInfo", {**info, **(given or {})})


def _masked_error(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{OWNER}: {what} is masked: it was left out when the component was written; "
        "give it again"
    )
