"""The options of `ChatInteractions`, and what they make of core's clients.

No call is made here.
"""

from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Never

from langchain_core.language_models import BaseChatModel
from pydantic import (
    ConfigDict,
    Field,
    FieldSerializationInfo,
    PrivateAttr,
    SecretStr,
    SkipValidation,
    ValidationError,
    create_model,
    field_serializer,
)

from interactions_core.adapter import (
    ClientPolicy,
    Connection,
    OnChangedCall,
    SessionStore,
    aopen_store,
    open_store,
)
from interactions_core.adapter.options import (
    AnswerOptions,
    CommonOptions,
    check_mirror,
    check_unnamed,
    check_values,
    connection_from_options,
    explaining_values,
    fields_of,
    policy_from_options,
    target_of,
    told,
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


if TYPE_CHECKING:
    _Common, _Answers = CommonOptions, AnswerOptions
else:
    # Their secrets are sealed, so that a `repr` may show them.
    _common = fields_of(CommonOptions, Field, "langgraph", shows=True)
    _answers = fields_of(AnswerOptions, Field, "langgraph", shows=True)
    _Common = create_model("_Common", **_common)
    _Answers = create_model("_Answers", **_answers)


class ModelOptions(_Common, _Answers, BaseChatModel):
    """What can be given to a `ChatInteractions`, under its own or another name.

    Options of all adapters are declared in core.
    """

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    model: str | None = Field(default=None, description=told("langgraph", "model"))
    sessions: str | Any = Field(
        default=None, description=told("langgraph", "sessions"), repr=False
    )
    background: bool | Literal["prefer", "suspend"] | None = Field(
        default=None, description=told("langgraph", "background")
    )
    on_changed_call: OnChangedCall = "adopt"
    """What a call in a graph does with the run of an earlier run of its node that was
    asked for with other settings. `"adopt"`: go on with it where nothing but generation
    config, labels, tier, or titles and descriptions in schemas differ, and else as
    `"resubmit"`: cancel it and begin another. `"raise"`: leave it and name it in a
    `ChangedCallError`."""
    streaming: bool = False
    """Let `invoke` stream, for callbacks that show tokens."""
    tools: list[Any] = Field(
        default_factory=list[Any], description=told("langgraph", "tools")
    )
    stop_sequences: list[str] | None = Field(
        default=None, description=told("langgraph", "stop_sequences")
    )
    response_format: dict[str, Any] | list[dict[str, Any]] | None = None
    """The form of the answer: a JSON schema, or the API's own objects."""
    speech_config: dict[str, Any] | list[dict[str, Any]] | None = None
    """Voices of spoken answers."""
    image_config: dict[str, Any] | None = None
    """Form and size of pictures."""
    video_config: dict[str, Any] | None = None
    """Form and length of films."""
    transcription_config: dict[str, Any] | None = None
    """How speech is written down."""
    model_kwargs: dict[str, Any] | None = None
    """Fields of the create body that have no option of their own."""
    api_key: SecretStr | None = Field(
        default=None, description=told("langgraph", "api_key")
    )
    base_url: Annotated[str | None, SkipValidation] = Field(
        default=None, description=told("langgraph", "base_url")
    )
    additional_headers: Annotated[Any, SkipValidation] = None
    """HTTP headers of every request."""
    credentials: Any = Field(default=None, exclude=True, repr=False)
    """`google.auth` credentials, for the enterprise platform."""
    client: Any = Field(
        default=None, description=told("langgraph", "client"), exclude=True, repr=False
    )
    anchor_key: SecretStr | tuple[SecretStr, ...] | None = None
    """Signs what messages say of their interactions: chains then continue behind any
    checkpointer, in every process that knows the key, without a shared store. Of
    several the first signs, and what any of them has signed is believed."""
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
        with explaining_values(owner, ValidationError):
            super().__init__(**theirs, **_protected(chosen))
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
        check_mirror(store, self.mirror if "mirror" in self.model_fields_set else None)
        return store

    def _connection(self) -> Connection:
        sent = ("base_url", "additional_headers")
        shown = {name: revealed(getattr(self, name)) for name in sent}
        return connection_from_options({**self.__dict__, **shown})

    def _policy(self) -> ClientPolicy:
        return policy_from_options(self.__dict__, clock=self._clock)


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
