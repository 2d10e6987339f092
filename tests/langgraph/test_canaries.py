"""No canary sings: secrets of a model are in nothing that it shows, logs or keeps."""

import copy
import json
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.load import dumpd, dumps
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph

from interactions_core import InteractionsError
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.canaries import (
    AGENT_CONFIG,
    API_KEY,
    ENVIRONMENT,
    MCP_SERVER,
    SECRET_OPTIONS,
    WEBHOOKS,
    base_url_at,
    chain_of,
    leaks,
    leaks_in_files,
    logged,
)

MODEL = "gemini-3.5-flash"


def secretive(**options: Any) -> ChatInteractions:
    own = {
        "model": MODEL,
        "anchor_key": "cAn4rY-anchor-key",
        "additional_headers": {"X-Team": "cAn4rY-header"},
        "model_kwargs": {"webhook_config": WEBHOOKS},
    }
    return ChatInteractions(**{**SECRET_OPTIONS, **own, **options})


def bound(model: ChatInteractions) -> Any:
    return model.bind(
        tools=[MCP_SERVER],
        environment=ENVIRONMENT,
        agent_config=AGENT_CONFIG,
        model_kwargs={"webhook_config": WEBHOOKS},
    )


SHOWN: dict[str, Callable[[ChatInteractions], object]] = {
    "repr": repr,
    "str": str,
    "fields": lambda model: {name: getattr(model, name) for name in ("tools",)},
    "model_dump": lambda model: model.model_dump(),
    "model_dump of JSON": lambda model: model.model_dump(mode="json"),
    "model_dump_json": lambda model: model.model_dump_json(),
    "dumps": dumps,
    "dumpd": lambda model: json.dumps(dumpd(model)),
    "asdict": lambda model: model.asdict(),
    "identity": lambda model: model._identifying_params,
    "LangSmith": lambda model: model._get_ls_params(),
    "invocation": lambda model: json.dumps(model._get_invocation_params()),
    "cache key": lambda model: model._get_llm_string(),
    "binding": lambda model: repr(bound(model)),
    "binding in JSON": lambda model: dumps(bound(model)),
    "copy": lambda model: repr(copy.deepcopy(model)),
    "unpickled": lambda model: repr(pickle.loads(pickle.dumps(model))),  # noqa: S301
    "connection": lambda model: model._connection(),
    "turn": lambda model: model._turn([HumanMessage("Hi")], {}),
    "schema": lambda model: json.dumps(model.get_input_jsonschema()),
}


def test_no_canary_is_shown() -> None:
    model = secretive()

    shown = {name: show(model) for name, show in SHOWN.items()}

    assert leaks(shown) == []


@pytest.mark.parametrize(
    "fault", [None, {"status": 400}, {"status": 403}, {"close": "after"}], ids=str
)
@pytest.mark.parametrize("where", ["constructor", "call"])
def test_no_canary_is_logged_raised_or_kept(
    where: str,
    fault: Any,
    emulator: Emulator,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    own: dict[str, Any] = {"base_url": base_url_at(emulator.url), "agent_config": None}
    own |= {"max_retries": 0, "sessions": None, "background": True}
    own |= {"poll": (0.01, 0.05), "tools": [MCP_SERVER]}
    if where == "call":
        own |= {"tools": [], "environment": None, "model_kwargs": None}
    model: Any = secretive(**own)
    if where == "call":
        model = model.bind(tools=[MCP_SERVER], environment=ENVIRONMENT)
    graph = StateGraph(MessagesState)
    graph.add_node("call", lambda state: {"messages": model.invoke(state["messages"])})
    if fault is not None:
        emulator.fault(on="create", do=fault, times=9)
    shown: dict[str, object] = {}

    with (
        caplog.at_level(logging.DEBUG),
        InteractionsSaver(f"sqlite:///{tmp_path}/state.db") as saver,
    ):
        app = graph.add_edge(START, "call").compile(saver)
        asked = {"messages": [HumanMessage("Hi")]}
        try:
            shown["state"] = app.invoke(asked, {"configurable": {"thread_id": "1"}})
        except InteractionsError as error:
            shown["error"] = chain_of(error)

    shown["log"] = logged(caplog.records)
    body = emulator.requests()[0]["body"]
    assert (body["environment"], body["tools"][0]) == (ENVIRONMENT, MCP_SERVER)
    assert leaks(shown) == []
    assert leaks_in_files(tmp_path) == []


def test_hidden_options_are_sent_as_they_were_given(emulator: Emulator) -> None:
    model = secretive(
        base_url=emulator.url,
        background=True,
        poll=(0.01, 0.05),
        agent_config=None,
        sessions="memory:sent",
        tools=[MCP_SERVER],
    )

    model.invoke("Hi")

    body = emulator.requests()[0]["body"]
    assert body["environment"] == ENVIRONMENT
    assert body["tools"] == [MCP_SERVER]
    assert body["webhook_config"]["uris"] == WEBHOOKS["uris"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"api_key": f"{API_KEY}é"}, "api_key has U\\+00E9 as character"),
        ({"api_key": f"{API_KEY}\n-"}, "api_key has U\\+000A as character"),
        ({"additional_headers": {"X": f"{API_KEY}\u2028"}}, "the header X has U"),
        ({"base_url": f"http://u:{API_KEY}\uff03@host"}, "base_url is no address"),
        ({"base_url": f"http://u:{API_KEY}@[host"}, "base_url is no address"),
        ({"sessions": f"host=h password={API_KEY}"}, "no session store for '…'"),
        ({"sessions": f"host=h password={API_KEY}:1"}, "no session store for '…'"),
        ({"sessions": f"dbname={API_KEY}"}, "libpq's 'host=… dbname=…' is written"),
        ({"timeout_s": f"{API_KEY}"}, "timeout_s"),
    ],
    ids=range(9),
)
def test_a_wrong_option_is_refused_without_its_secrets(options: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        ChatInteractions(**{"model": MODEL, "api_key": "k"} | options)

    assert leaks({"error": chain_of(refused.value)}) == []


@pytest.mark.parametrize(
    "sessions", [f"host=h password={API_KEY}:1", f"u:{API_KEY}@h", API_KEY + "=1"]
)
def test_a_saver_does_not_quote_what_is_no_url(sessions: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        InteractionsSaver(sessions)

    assert leaks({"error": chain_of(refused.value)}) == []
