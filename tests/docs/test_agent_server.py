"""The example of a `langgraph.json`, used as LangGraph's Agent Server uses one."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.conformance.capabilities import (
    ALL_CAPABILITIES,
    DetectedCapabilities,
)

from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from interactions_langgraph import InteractionsSaver
from interactions_langgraph.agent_server import checkpointer
from tests.docs.pages import ROOT

FOLDER = ROOT / "examples" / "agent_server"


def named_in(config: str) -> Any:
    """Import what a `./file.py:name` leads to."""
    path, _, name = config.partition(":")
    spec = importlib.util.spec_from_file_location(Path(path).stem, FOLDER / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


@pytest.fixture
def config(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, Any]:
    found = json.loads((FOLDER / "langgraph.json").read_text(encoding="utf-8"))
    monkeypatch.chdir(tmp_path)
    given = {"GOOGLE_GEMINI_BASE_URL": emulator.url, "GEMINI_API_KEY": "k"}
    for name, value in (found["env"] | given).items():
        monkeypatch.setenv(name, value)
    return found


@pytest.mark.anyio
async def test_the_server_opens_the_checkpointer_and_runs_the_graph_with_it(
    config: dict[str, Any], tmp_path: Path
) -> None:
    open_checkpointer = named_in(config["checkpointer"]["path"])
    graph = named_in(config["graphs"]["chat"])
    thread: Any = {"configurable": {"thread_id": "1"}}

    async with open_checkpointer() as saver:
        assert isinstance(saver, BaseCheckpointSaver)
        assert DetectedCapabilities.from_instance(saver).detected == ALL_CAPABILITIES
        chat = graph.copy(update={"checkpointer": saver})
        await chat.ainvoke({"messages": "My name is Ada."}, thread)
    async with open_checkpointer() as saver:
        chat = graph.copy(update={"checkpointer": saver})
        reply = (await chat.ainvoke({"messages": "What is my name?"}, thread))[
            "messages"
        ][-1]
        await saver.aprune(["1"], strategy="keep_latest")
        kept = [found async for found in saver.alist(thread)]

    assert "Ada" in reply.text
    assert reply.response_metadata["plan_reason"] == "continue"
    assert len(kept) == 1
    assert (tmp_path / "state.db").exists()


@pytest.mark.anyio
async def test_the_servers_key_encrypts_the_file(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LANGGRAPH_AES_KEY", "k" * 32)

    async with named_in(config["checkpointer"]["path"])() as saver:
        at: Any = {"configurable": {"thread_id": "1", "checkpoint_id": "c"}}
        await saver.aput_writes(at, [("c", "xyzzy-7291")], "task")

    assert b"xyzzy-7291" not in (tmp_path / "state.db").read_bytes()


@pytest.mark.anyio
async def test_a_missing_setting_is_said_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("INTERACTIONS_SESSIONS", raising=False)

    with pytest.raises(ConfigurationError, match="INTERACTIONS_SESSIONS is not set"):
        async with checkpointer():
            pass


def test_the_factory_is_what_the_docs_of_the_server_ask_for() -> None:
    """Agent Server: an `@asynccontextmanager` that yields a saver."""
    assert hasattr(checkpointer(), "__aenter__")
    assert issubclass(InteractionsSaver, BaseCheckpointSaver)
