"""Refuse LangChain's fallbacks where an interrupt would be taken for an error.

A model is asked for fallbacks by `with_fallbacks`, and so is what options were bound
to. LangChain tells nobody of fallbacks around more than that, a chain for instance.
"""

from collections.abc import Sequence
from typing import Any, Final

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableBinding

from interactions_core.exceptions import ConfigurationError
from interactions_langgraph._model.options import ModelOptions

_BACKGROUND: Final = "background"

Fallback = Runnable[LanguageModelInput, AIMessage]


class SuspendingBinding(RunnableBinding[LanguageModelInput, AIMessage]):
    """A model that suspends, with options bound to it."""

    def with_fallbacks(self, fallbacks: Sequence[Fallback], **kwargs: Any) -> Any:
        """Refuse, as the model itself does."""
        check_fallbacks(self, *fallbacks)
        return super().with_fallbacks(fallbacks, **kwargs)

    @classmethod
    def lc_id(cls) -> list[str]:
        """Return LangChain's own name for a model with options, to be loaded by."""
        return RunnableBinding.lc_id()


def check_fallbacks(*models: object) -> None:
    """Refuse fallbacks for, or by, a model that suspends.

    Raises:
        ConfigurationError: One of the models has `background="suspend"`.
    """
    if any(map(is_suspending, models)):
        msg = (
            "background='suspend' cannot be used under with_fallbacks, which takes the "
            "interrupt for an error; nothing was sent"
        )
        raise ConfigurationError(msg)


def is_suspending(model: object) -> bool:
    """Tell whether a model, or what it is bound with, interrupts the graph."""
    if isinstance(model, RunnableBinding):
        binding: Any = model
        if _BACKGROUND in binding.kwargs:
            return binding.kwargs[_BACKGROUND] == "suspend"
        return is_suspending(binding.bound)
    return isinstance(model, ModelOptions) and model.background == "suspend"
