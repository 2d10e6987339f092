"""The constructor's options for type checkers and editors; `_config` reads them."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypedDict

from autogen_core.models import ModelInfo
from pydantic import SecretStr

from interactions_core.adapter import Mirror, SessionStore
from interactions_core.adapter.options import CombineTools, OnEmpty


class ClientOptions(TypedDict, total=False):
    """What `InteractionsChatCompletionClient` takes, keywords only."""

    model: str | None
    agent: str | None
    agent_config: dict[str, Any] | None
    environment: str | dict[str, Any] | None
    sessions: str | Path | SessionStore
    session_id: str
    store: bool
    background: bool | Literal["prefer"] | None
    deadline_s: float
    poll: tuple[float, float]
    on_lost_submit: Literal["raise", "resubmit"]
    on_empty: OnEmpty
    webhook_config: dict[str, Any] | None
    stateless_prompts: bool
    mirror: Mirror
    retention: timedelta
    timeout_s: float
    max_retries: int
    tools: list[dict[str, Any]]
    combine_tools: CombineTools | None
    temperature: float | None
    top_p: float | None
    seed: int | None
    stop_sequences: list[str] | None
    max_output_tokens: int | None
    thinking_level: str | None
    thinking_summaries: Literal["auto", "none"] | None
    response_modalities: list[str] | None
    service_tier: str | None
    labels: dict[str, str] | None
    safety_settings: list[dict[str, Any]] | dict[str, Any] | None
    nudge: str
    add_name_prefixes: bool
    model_info: ModelInfo | dict[str, Any] | None
    token_limit: int
    api_key: SecretStr | str | None
    base_url: str | None
    api_version: str | None
    vertexai: bool | None
    project: str | None
    location: str | None
    client: object
    """A `google.genai.Client` to use instead; its owner closes it."""
