"""What a model says of itself: to LangChain's dumps, caches, traces and middleware.

No key, password or header is in any of it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from langchain_core.language_models import LanguageModelInput, ModelProfile
from langchain_core.language_models.base import LangSmithParams
from langchain_core.load.serializable import (
    SerializedConstructor,
    SerializedNotImplemented,
)
from langchain_core.messages import BaseMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.prompt_values import ChatPromptValue, PromptValue
from langchain_core.tools import BaseTool

from interactions_core.adapter import estimated_text_tokens
from interactions_core.adapter.secrets import shown_store
from interactions_langgraph._messages.metadata import PROVIDER
from interactions_langgraph._messages.traceable import traceable
from interactions_langgraph._model.fallbacks import SuspendingBinding
from interactions_langgraph._model.options import ModelOptions
from interactions_langgraph._model.sealed import sealed
from interactions_langgraph._model.settings import GENERATION, TOP_LEVEL
from interactions_langgraph._model.tools import declare, to_bound

_TEXT_MODEL: Final = re.compile(r"gemini-\d+(\.\d+)?-(pro|flash|flash-lite)(-preview)?")
_MILLION: Final = re.compile(
    r"gemini-(2\.5-(pro|flash|flash-lite)|3-flash-preview|3\.1-pro-preview|"
    r"3\.1-flash-lite)"
)
"""Models for which Google's model pages give these limits; of others we know none."""

_HIDING: Final = frozenset({"tools", "environment", "agent_config", "model_kwargs"})
"""Options of a call that may hold secrets."""

"""Google's documentation: a token is about four characters."""


class ModelIdentity(ModelOptions):
    """How a `ChatInteractions` is named, saved, counted and told from another."""

    @classmethod
    def is_lc_serializable(cls) -> bool:
        return True

    @property
    def lc_secrets(self) -> dict[str, str]:
        return {"api_key": "GOOGLE_API_KEY", "anchor_key": "INTERACTIONS_ANCHOR_KEY"}

    def to_json(self) -> SerializedConstructor | SerializedNotImplemented:
        """Write the options; a store by its URL, times in seconds; no passwords."""
        written = super().to_json()
        if written["type"] != "constructor":
            return written
        kwargs = written["kwargs"]
        kwargs["retention"] = f"PT{self.retention.total_seconds():.0f}S"
        url = getattr(self.sessions, "url", self.sessions)
        if isinstance(url, str) and not url.startswith("memory:"):
            kwargs["sessions"] = shown_store(url)
        return written

    def _convert_input(self, model_input: LanguageModelInput) -> PromptValue:
        prompt = super()._convert_input(model_input)
        messages = prompt.to_messages()
        kept = traceable(messages)
        return prompt if kept is messages else ChatPromptValue(messages=kept)

    @property
    def _llm_type(self) -> str:
        return "interactions"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        asked = ("model", "agent", "store", "tools", "combine_tools")
        names = (*asked, *GENERATION, *TOP_LEVEL)
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def _get_ls_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = PROVIDER
        asked = kwargs.get("model") or kwargs.get("agent")
        params["ls_model_name"] = asked or self.model or self.agent or ""
        limits = (kwargs.get("max_output_tokens"), self.max_output_tokens)
        limit = params.get("ls_max_tokens") or limits[0] or limits[1]
        if limit:
            params["ls_max_tokens"] = limit
        stops = stop or kwargs.get("stop_sequences") or self.stop_sequences
        if stops:
            params["ls_stop"] = stops
        return params

    def _get_invocation_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        # LangChain's own goes through the deprecated `dict()`, guarded at some cost.
        return {**self.asdict(), "stop": stop, **_shown(kwargs)}

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        return super()._get_llm_string(stop=stop, **_shown(kwargs))

    def bind(self, **kwargs: Any) -> Any:
        """Bind options for every call: secrets sealed, functions in OpenAI's form."""
        if kwargs.get("tools"):
            kwargs["tools"] = to_bound(declare(kwargs["tools"]))
        shown = _shown(kwargs)
        if shown.get("background", self.background) == "suspend":
            return SuspendingBinding(bound=self, kwargs=shown, config={})
        return super().bind(**shown)

    def _resolve_model_profile(self) -> ModelProfile | None:
        name = (self.model or "").removeprefix("models/")
        if not _TEXT_MODEL.fullmatch(name):
            return None
        profile = ModelProfile(
            text_inputs=True,
            image_inputs=True,
            pdf_inputs=True,
            audio_inputs=True,
            video_inputs=True,
            text_outputs=True,
            tool_calling=True,
            tool_choice=True,
            structured_output=True,
        )
        if _MILLION.fullmatch(name):
            profile["max_input_tokens"] = 1_048_576
            profile["max_output_tokens"] = 65_536
        return profile

    def get_token_ids(self, text: str) -> list[int]:
        """Refuse: the API tells no token ids."""
        msg = "the API tells no token ids; `get_num_tokens` estimates their number"
        raise NotImplementedError(msg)

    def get_num_tokens(self, text: str) -> int:
        """Estimate without asking anybody: a token is about four characters."""
        return estimated_text_tokens(text)

    def get_num_tokens_from_messages(
        self,
        messages: list[BaseMessage],
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool]
        | None = None,
    ) -> int:
        """Estimate as `count_tokens_approximately` does."""
        declared: list[BaseTool | dict[str, Any]] = [*declare(tools or ())]
        return count_tokens_approximately(messages, tools=declared)


def _shown(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Seal the secrets of options of a call."""
    hiding = _HIDING & kwargs.keys()
    return kwargs | {name: _keeping_types(kwargs[name]) for name in hiding}


def _keeping_types(value: Any) -> Any:
    """Seal, but leave declarations and tools what they are."""
    if isinstance(value, list):
        return [one if type(one) is not dict else sealed(one) for one in value]
    return sealed(value)
