"""The constructor's options for type checkers and editors; `_config` reads them."""

from pathlib import Path
from typing import Any, Literal

from autogen_core.models import ModelInfo
from pydantic import SecretStr

from interactions_core.adapter import SessionStore
from interactions_core.adapter.options import ClientArguments


class ClientOptions(ClientArguments, total=False):
    """What `InteractionsChatCompletionClient` takes, keywords only."""

    model: str | None
    sessions: str | Path | SessionStore
    background: bool | Literal["prefer"] | None
    webhook_config: dict[str, Any] | None
    stateless_prompts: bool
    tools: list[dict[str, Any]]
    stop_sequences: list[str] | None
    add_name_prefixes: bool
    model_info: ModelInfo | dict[str, Any] | None
    token_limit: int
    api_key: SecretStr | str | None
    client: object
    """A `google.genai.Client` to use instead; its owner closes it."""
