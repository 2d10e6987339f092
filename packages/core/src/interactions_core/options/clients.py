"""What options make of core's clients and stores, the same for every adapter.

Pure; knows no framework. A secret is a text, or whatever gives one by pydantic's
`get_secret_value`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from interactions_core.client.connection import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT_S,
    Connection,
)
from interactions_core.exceptions import ConfigurationError
from interactions_core.protocol.retention import DEFAULT_RETENTION_S
from interactions_core.records.spending.budgets import read_budget
from interactions_core.secret_options import secret_text
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.turns.allowances import Allowance
from interactions_core.turns.context import (
    DEFAULT_DEADLINE_S,
    DEFAULT_POLL,
    ClientPolicy,
)


def connection_from_options(options: Mapping[str, Any]) -> Connection:
    """Return how the API is reached; an option that is not there has its default.

    Args:
        options: By their names here, with secrets as they are sent.

    Raises:
        ConfigurationError: A key, a header or the address cannot be sent.
    """
    given: object = options.get("anchor_key") or ()
    # One key, or a tuple of them.
    keys = cast("tuple[object, ...]", given if isinstance(given, tuple) else (given,))
    return Connection(
        api_key=secret_text(options.get("api_key")),
        base_url=secret_text(options.get("base_url")),
        api_version=options.get("api_version"),
        headers=options.get("additional_headers") or {},
        vertexai=options.get("vertexai"),
        project=options.get("project"),
        location=options.get("location"),
        account=options.get("account"),
        credentials=options.get("credentials"),
        client=options.get("client"),
        timeout_s=options.get("timeout_s", DEFAULT_TIMEOUT_S),
        anchor_key=tuple(
            (secret_text(key) or "").encode(errors="surrogatepass") for key in keys
        ),
        trust_anchors=options.get("trust_anchors", False),
    )


def policy_from_options(
    options: Mapping[str, Any],
    *,
    clock: Callable[[], float],
    allowance: Allowance | None = None,
) -> ClientPolicy:
    """Return how turns behave; an option that is not there has its default.

    The deadline is each turn's own, `Turn.deadline_s`.

    Args:
        options: By their names here.
        clock: Epoch seconds.
        allowance: What the object may take that asks, beside its budget.
    """
    retention, budget = options.get("retention"), options.get("budget")
    return ClientPolicy(
        max_retries=options.get("max_retries", DEFAULT_MAX_RETRIES),
        retention_s=retention.total_seconds() if retention else DEFAULT_RETENTION_S,
        clock=clock,
        deadline_s=DEFAULT_DEADLINE_S,
        poll=options.get("poll", DEFAULT_POLL),
        resubmits=options.get("on_lost_submit") == "resubmit",
        on_changed_call=options.get("on_changed_call", "adopt"),
        returns_empty=options.get("on_empty", "return") == "return",
        budget=read_budget(budget) if budget is not None else None,
        allowance=allowance,
    )


def check_mirror(store: SessionStore, asked: str | None) -> None:
    """Refuse a `mirror` that a store, opened by somebody else, does not have.

    Args:
        store: The session store.
        asked: What was given as `mirror`; `None` if nothing was.

    Raises:
        ConfigurationError: The option has no effect.
    """
    if asked is not None and store.mirror != asked:
        msg = (
            f"mirror={asked!r} has no effect: {store.url} was opened with "
            f"mirror={store.mirror!r}; give the option to whoever opens the store"
        )
        raise ConfigurationError(msg)


def check_server_tools(owner: str, tools: Sequence[Mapping[str, Any]]) -> None:
    """Refuse functions among the tools of a constructor whose framework runs them.

    Args:
        owner: Whose tools these are, for the message.
        tools: As the constructor is given them.

    Raises:
        ConfigurationError: There is one.
    """
    for tool in tools:
        if tool.get("type") in {None, "function"}:
            msg = (
                f"{owner}: tools takes built-in tools and MCP servers such as "
                "{'type': 'google_search'}; give functions to the agent, which runs them"
            )
            raise ConfigurationError(msg)
