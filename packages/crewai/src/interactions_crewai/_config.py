"""The options of `InteractionsLLM`, beside those that CrewAI gives every LLM."""

from typing import Any, Final, Literal, Never, cast

from crewai.llms.base_llm import BaseLLM
from pydantic import Field, model_validator

from interactions_core.adapter.options import (
    CombineTools,
    OnEmpty,
    check_unnamed,
    target_of,
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


class LLMOptions(SharedOptions, BaseLLM):
    """What can be given to an `InteractionsLLM`."""

    # As CrewAI's own classes have it; checkpoints bring back the class of this name.
    llm_type: Literal["interactions"] = "interactions"  # pyright: ignore[reportIncompatibleVariableOverride]
    model: str = ""
    """A model's name, e.g. `"gemini-3.8-flash"`; exactly one of `model` and `agent`.
    With `agent` it holds the agent's name, because CrewAI shows it."""
    store: bool = True
    """`False` keeps nothing on the server and sends everything with every call."""
    background: bool | Literal["prefer"] | None = None
    """`True`: the server works on it while this call waits, and goes on if the process
    dies; the same call then waits for the same run. `"prefer"`: models that refuse that
    answer at once. `None`: agents do if they may (Deep Research must), models do not."""
    combine_tools: CombineTools | None = None
    """`"separate"`: built-in tools are asked before a turn with functions, in a call of
    its own that is billed as well. `None`: both are sent, which some models refuse."""
    max_output_tokens: int | None = None
    """Tokens, thoughts included; `max_tokens` is CrewAI's name for it."""
    thinking_level: str | None = None
    """How much the model thinks, in the API's words, e.g. `"low"`."""
    thinking_summaries: Literal["auto", "none"] | None = None
    """Whether answers carry summaries of thoughts."""
    response_modalities: list[str] | None = None
    """Kinds of content that may be answered, e.g. `["text", "image"]`."""
    safety_settings: list[dict[str, Any]] | dict[str, Any] | None = None
    """What is blocked, by category."""
    on_empty: OnEmpty = "raise"
    """What an answer with no text and no calls becomes: an `EmptyReplyError` after which
    CrewAI stops, or `""`, which CrewAI takes for an error and asks for twice more."""
    nudge: str = "Continue."
    """What is said when a message list ends with the model's own words."""
    api_key: str | None = Field(default=None, exclude=True, repr=False)
    """`None` reads GOOGLE_API_KEY or GEMINI_API_KEY."""
    base_url: str | None = Field(default=None, repr=False)
    """Another server, with its scheme, e.g. the emulator's `url`."""

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
