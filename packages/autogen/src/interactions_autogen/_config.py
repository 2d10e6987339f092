"""The options of the model client, and what of them goes into a component.

Holds values only: no secret can be read from its JSON, its repr or its errors.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from autogen_core.models import ModelInfo
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    create_model,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)

from interactions_autogen._secrets import hidden, revealed
from interactions_autogen._vocabulary import own_options
from interactions_core.adapter.options import (
    AnswerOptions,
    CommonOptions,
    check_names,
    check_server_tools,
    check_values,
    explaining_values,
    fields_of,
    told,
)
from interactions_core.adapter.secrets import (
    is_masked,
    masks_in,
    secret_text,
    shown_store,
)
from interactions_core.exceptions import ConfigurationError

OWNER: Final = "InteractionsChatCompletionClient"


if TYPE_CHECKING:
    _Common, _Answers = CommonOptions, AnswerOptions
else:
    _Common = create_model("_Common", **fields_of(CommonOptions, Field, "autogen"))
    _Answers = create_model("_Answers", **fields_of(AnswerOptions, Field, "autogen"))


class InteractionsClientConfig(_Common, _Answers, BaseModel):
    """Every option of `InteractionsChatCompletionClient`.

    Options of all adapters are declared in core.

    A dump holds what was given and leaves out the defaults. Through JSON, secrets
    become asterisks: such an `api_key` counts as not given, so that the environment
    decides, and a masked header or password is an error that names it.
    """

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )

    model: str | None = Field(default=None, description=told("autogen", "model"))
    sessions: str = Field(
        default="memory:", description=told("autogen", "sessions"), repr=False
    )
    background: bool | Literal["prefer"] | None = Field(
        default=None, description=told("autogen", "background")
    )
    webhook_config: dict[str, Any] | None = Field(
        default=None, description=told("autogen", "webhook_config"), repr=False
    )
    stateless_prompts: bool = False
    """Send calls of one message, no system text and no tools with `store=False`."""
    tools: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]],
        description=told("autogen", "tools"),
        repr=False,
    )
    stop_sequences: list[str] | None = Field(
        default=None, description=told("autogen", "stop_sequences")
    )
    add_name_prefixes: bool = True
    """Put `critic: ` before what another speaker says; the API has no field for it."""
    model_info: dict[str, Any] | None = None
    """Replaces entries of the `ModelInfo` that is assumed."""
    token_limit: int = 1_048_576
    """What `remaining_tokens` counts down from: the input of current Gemini models."""
    api_key: SecretStr | None = Field(
        default=None, description=told("autogen", "api_key")
    )

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
        masked = [*masks_in(value)]
        if masked:
            raise _masked_error(", ".join(masked))
        return revealed(value)

    @field_validator("tools")
    @classmethod
    def _built_in(cls, tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
        check_server_tools(OWNER, tools)
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
    with explaining_values(OWNER, ValidationError):
        return InteractionsClientConfig(**read)


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
