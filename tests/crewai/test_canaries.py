"""No canary sings: secrets of an LLM are in nothing that it shows, logs or keeps."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interactions_core.exceptions import ConfigurationError
from interactions_crewai import InteractionsAgentTool, InteractionsLLM
from interactions_emulator import Emulator
from tests.canaries import (
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


def secretive(**options: Any) -> InteractionsLLM:
    return InteractionsLLM(
        **{"model": MODEL, **SECRET_OPTIONS, "webhook_config": WEBHOOKS, **options}
    )


def tool() -> InteractionsAgentTool:
    options: dict[str, Any] = {**SECRET_OPTIONS, "webhook_config": WEBHOOKS}
    return InteractionsAgentTool(agent="antigravity-preview-05-2026", **options)


SHOWN: dict[str, Callable[[InteractionsLLM], object]] = {
    "repr": repr,
    "str": str,
    "model_dump": lambda llm: llm.model_dump(),
    "model_dump of JSON": lambda llm: llm.model_dump(mode="json"),
    "model_dump_json": lambda llm: llm.model_dump_json(),
    "config": lambda llm: llm.to_config_dict(),
    "tool": lambda _: f"{tool()} {tool()!r}",
    "tool as JSON": lambda _: tool().model_dump_json(),
    "connection": lambda llm: llm._connection(),
}


def test_no_canary_is_shown() -> None:
    llm = secretive()

    shown = {name: show(llm) for name, show in SHOWN.items()}

    assert leaks(shown) == []


@pytest.mark.parametrize(
    "fault", [None, {"status": 400}, {"status": 403}, {"close": "after"}], ids=str
)
def test_no_canary_is_logged_raised_or_kept(
    fault: Any, emulator: Emulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    llm = secretive(
        base_url=base_url_at(emulator.url),
        sessions=f"sqlite:///{tmp_path}/sessions.db",
        agent_config=None,
        tools=[MCP_SERVER],
        max_retries=0,
        background=True,
        poll=(0.01, 0.05),
    )
    if fault is not None:
        emulator.fault(on="create", do=fault, times=9)
    shown: dict[str, object] = {}

    with caplog.at_level(logging.DEBUG):
        try:
            shown["reply"] = llm.call("Hi")
        except Exception as error:  # noqa: BLE001 - whatever CrewAI makes of it
            shown["error"] = chain_of(error)
    llm.close()

    body = emulator.requests()[0]["body"]
    assert (body["environment"], body["tools"][0]) == (ENVIRONMENT, MCP_SERVER)
    shown["log"] = logged(caplog.records)
    assert leaks(shown) == []
    assert leaks_in_files(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"api_key": f"{API_KEY}é"}, "api_key has U", id="no ASCII"),
        pytest.param({"api_key": f"{API_KEY}\n-"}, "api_key has U", id="line feed"),
        pytest.param({"base_url": f"http://u:{API_KEY}@[h"}, "no address", id="URL"),
        pytest.param({"sessions": f"host=h password={API_KEY}"}, "no sess", id="libpq"),
        pytest.param({"timeout_s": API_KEY}, "timeout_s", id="in the wrong place"),
    ],
)
def test_a_wrong_option_is_refused_without_its_secrets(options: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refused:
        InteractionsLLM(**{"model": MODEL, "api_key": "k"} | options).call("Hi")

    assert leaks({"error": chain_of(refused.value)}) == []
