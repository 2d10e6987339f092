"""The options of `InteractionsLLM`, beside those that CrewAI gives every LLM."""

from typing import TYPE_CHECKING, Any, Final, Literal, Never, cast

from crewai.llms.base_llm import BaseLLM
from pydantic import Field, create_model, model_validator

from interactions_core.adapter.options import (
    AnswerOptions,
    check_unnamed,
    fields_of,
    target_of,
    told,
    without_foreign,
)
from interactions_core.exceptions import ConfigurationError
from interactions_crewai._options import SharedOptions, checked

_UNSUPPORTED: Final = frozenset(
    {"additional_params", "frequency_penalty", "n", "presence_penalty"}
)
_INSTEAD: Final = {
    "response_format": "give the task `output_pydantic`, or `call` a `response_model`",
}
"""What CrewAI's users do where core's advice is for everybody."""

_ONLY_TEXT: Final = ["text"]
_PREFIXES: Final = ("gemini/", "google/", "models/")


if TYPE_CHECKING:
    _Answers = AnswerOptions
else:
    _Answers = create_model("_Answers", **fields_of(AnswerOptions, Field, "crewai"))


class LLMOptions(SharedOptions, _Answers, BaseLLM):
    """What can be given to an `InteractionsLLM`."""

    # As CrewAI's own classes have it; checkpoints bring back the class of this name.
    llm_type: Literal["interactions"] = "interactions"  # pyright: ignore[reportIncompatibleVariableOverride]
    model: str = Field(default="", description=told("crewai", "model"))
    background: bool | Literal["prefer"] | None = Field(
        default=None, description=told("crewai", "background")
    )

    def __init__(
        self, model: str | None = None, *unnamed: Never, **options: Any
    ) -> None:
        check_unnamed(type(self).__name__, unnamed, "session_id")
        options["model"] = model
        owner, known = type(self).__name__, set(type(self).model_fields)
        # CrewAI has fields of these names; dumps have them, unset.
        own = (known | {"stop_sequences"}) - _UNSUPPORTED
        given = without_foreign(owner, options, own, instead=_INSTEAD)
        checked(owner, _named(given), own, lambda read: BaseLLM.__init__(self, **read))
        self._check()

    @model_validator(mode="before")
    @classmethod
    def _name_provider(cls, data: Any) -> Any:
        # CrewAI would derive "openai" from a name without a slash.
        if not isinstance(data, dict):
            return data
        return {**cast("dict[str, Any]", data), "provider": "gemini"}

    def to_config_dict(self) -> dict[str, Any]:
        """Say what CrewAI makes an LLM of its own of: it never makes this class."""
        config = super().to_config_dict()
        if "base_url" in config:
            config["base_url"] = self._mask_url(self.base_url)
        return config

    def _effective_max_tokens(self) -> int | float | None:
        return self.max_output_tokens or self.max_tokens

    def _check(self) -> None:
        super()._check()
        asked = self.response_modalities
        if asked is not None and [kind.lower() for kind in asked] != _ONLY_TEXT:
            msg = f"CrewAI's replies hold text only, not response_modalities={asked!r}"
            raise ConfigurationError(msg)


def _named(options: dict[str, Any]) -> dict[str, Any]:
    """Bring `model` and `agent` into the form in which CrewAI can show and dump them.

    Raises:
        ConfigurationError: Both or neither is given, or the output limit twice.
    """
    model, agent = options.get("model"), options.get("agent")
    for prefix in _PREFIXES:
        model = model.removeprefix(prefix) if isinstance(model, str) else model
    if options.get("max_tokens") and options.get("max_output_tokens"):
        msg = "max_tokens is CrewAI's name for max_output_tokens; give one of them"
        raise ConfigurationError(msg)
    # A dump of this class holds an agent's name under both.
    target_of({"model": None if model == agent else model or None, "agent": agent})
    return {**options, "model": agent or model}
