"""Models are saved, copied, cached, counted and traced without their secrets."""

import copy
import json
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.load import dumpd, dumps, load
from langchain_core.messages import HumanMessage, trim_messages
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.runnables import ConfigurableField
from langchain_core.tools import tool
from langchain_core.tracers import BaseTracer
from langchain_core.tracers.schemas import Run

from interactions_core import PostgresStore
from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.langgraph.conftest import MakeModel

SECRET = "HUNTER2"  # noqa: S105 - looked for, opens nothing


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def secretive(**options: Any) -> ChatInteractions:
    """Make a model that holds a secret in every place that can hold one."""
    server = {"type": "mcp_server", "name": "docs"}
    secrets: dict[str, Any] = {
        "model": "gemini-3.5-flash",
        "api_key": f"key {SECRET}",
        "anchor_key": f"anchor {SECRET}",
        "base_url": f"http://user:{SECRET}@127.0.0.1:9",
        "additional_headers": {"X-Team": SECRET},
        "environment": {"type": "remote", "env": {"TOKEN": SECRET}},
        "tools": [
            {**server, "url": f"https://h/{SECRET}", "headers": {"A": SECRET}},
            add,
        ],
    }
    return ChatInteractions(**secrets | options)


SHOWN: dict[str, Callable[[ChatInteractions], str]] = {
    "repr": repr,
    "str": str,
    "LangChain's JSON": dumps,
    "pydantic's JSON": lambda model: model.model_dump_json(),
    "pydantic's dict": lambda model: str(model.model_dump()),
    "identity": lambda model: repr(model._identifying_params),
    "LangSmith": lambda model: repr(model._get_ls_params()),
    "invocation": lambda model: json.dumps(model._get_invocation_params()),
    "cache key": lambda model: model._get_llm_string(),
    "binding": lambda model: repr(model.bind_tools([add])),
    "unpickled": lambda model: repr(pickle.loads(pickle.dumps(model))),  # noqa: S301
    "copy": lambda model: repr(copy.deepcopy(model)),
    "connection": lambda model: repr(model._connection()),
}


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_no_secret_is_shown(shown: Callable[[ChatInteractions], str]) -> None:
    assert SECRET not in shown(secretive())


class Notes(BaseTracer):
    """Keeps what a tracer is told."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[Run] = []

    def _persist_run(self, run: Run) -> None:
        self.runs.append(run)


@pytest.mark.parametrize("bound", [True, False], ids=["bound", "given to the call"])
@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_no_secret_is_traced(make_model: MakeModel, way: str, *, bound: bool) -> None:
    model = make_model(api_key=SECRET, additional_headers={"X": SECRET})
    server = {"type": "mcp_server", "url": f"https://h/{SECRET}", "name": "d"}
    tools = [server | {"headers": {"A": SECRET}}, add]
    notes = Notes()

    asked: Any = model.bind_tools(tools) if bound else model
    options = {} if bound else {"tools": tools}
    answer = getattr(asked, way)("Hi", {"callbacks": [notes]}, **options)
    list(answer)

    told = notes.runs[0].model_dump_json(serialize_as_any=True, fallback=repr)
    assert "gemini-3.5-flash" in told
    assert SECRET not in told


def loaded(saved: Any, **secrets: str) -> Any:
    return load(
        saved,
        allowed_objects=[ChatInteractions],
        valid_namespaces=["interactions_langgraph"],
        secrets_map=secrets,
    )


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_saved_model_is_the_same_when_loaded(tmp_path: Any) -> None:
    model = ChatInteractions(
        model="gemini-3.5-flash",
        google_api_key="key",
        max_tokens=5,
        tools=[add],
        retention=timedelta(days=1),
        sessions=f"sqlite:///{tmp_path}/sessions.db",
    )

    saved = json.loads(json.dumps(dumpd(model)))
    again = loaded(saved, GOOGLE_API_KEY="key")

    assert saved["id"] == ["interactions_langgraph", "chat_model", "ChatInteractions"]
    assert again == model
    assert again.retention == timedelta(days=1)


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_secret_that_was_not_saved_is_asked_for() -> None:
    model = ChatInteractions(model="m", additional_headers={"X-Team": "blue"})
    saved = json.loads(dumps(model))

    with pytest.raises(ConfigurationError, match="secret of X-Team was left out"):
        loaded(saved)


def test_traces_name_the_model_that_was_asked(make_model: MakeModel) -> None:
    model = make_model(temperature=0.1, max_tokens=9, stop=["x"])

    own = model._get_ls_params()
    other = model._get_ls_params(
        model="gemini-2.5-pro", temperature=0.9, max_output_tokens=5, stop=["y"]
    )

    assert (own["ls_provider"], own["ls_model_name"]) == (
        "google_genai",
        "gemini-3.5-flash",
    )
    assert (own["ls_temperature"], own["ls_max_tokens"], own["ls_stop"]) == (
        0.1,
        9,
        ["x"],
    )
    assert (other["ls_model_name"], other["ls_temperature"]) == ("gemini-2.5-pro", 0.9)
    assert (other["ls_max_tokens"], other["ls_stop"]) == (5, ["y"])


def test_profile_says_what_is_known_of_a_model() -> None:
    known = ChatInteractions(model="gemini-2.5-pro").profile
    newer = ChatInteractions(model="gemini-3.5-flash").profile

    assert known is not None
    assert known["max_input_tokens"] == 1_048_576
    assert newer is not None
    assert newer["structured_output"]
    assert "max_input_tokens" not in newer
    assert ChatInteractions(model="lyria-3.5").profile is None
    assert ChatInteractions(agent="deep-research-max-preview-04-2026").profile is None
    own = ChatInteractions(model="m", profile={"max_input_tokens": 10})
    assert own.profile == {"max_input_tokens": 10}


def test_tokens_are_estimated_without_a_request(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model()
    messages = [HumanMessage("word " * 100) for _ in range(5)]

    assert model.get_num_tokens("x" * 401) == 101
    assert model.get_num_tokens("漢字") == 2
    assert 500 < model.get_num_tokens_from_messages(messages) < 800
    assert model.get_num_tokens_from_messages(
        messages, tools=[add]
    ) > model.get_num_tokens_from_messages(messages)
    assert len(trim_messages(messages, max_tokens=300, token_counter=model)) == 2
    assert emulator.requests() == []


def test_token_ids_are_refused(make_model: MakeModel) -> None:
    with pytest.raises(NotImplementedError, match="get_num_tokens"):
        make_model().get_token_ids("Hello")


@pytest.fixture
def cache() -> InMemoryCache:
    return InMemoryCache()


def test_cached_answer_costs_no_request(
    make_model: MakeModel, emulator: Emulator, cache: InMemoryCache
) -> None:
    model = make_model(cache=cache)

    first, second = model.invoke("Hello"), model.invoke("Hello")
    model.invoke("Hello", temperature=0.5)

    assert first.text == second.text
    assert len(emulator.requests()) == 2


def test_cached_answer_of_an_expired_interaction_is_replayed(
    make_model: MakeModel, emulator: Emulator, clock: Clock, cache: InMemoryCache
) -> None:
    model = make_model(cache=cache, retention=timedelta(days=100))
    question = HumanMessage("My name is Ada.")
    model.invoke([question])
    for passing in (emulator.advance, clock.advance):
        passing(56 * 86_400)

    cached = model.invoke([question])
    answer = model.invoke([question, cached, HumanMessage("What is my name?")])

    assert answer.text == "Your name is Ada."
    assert answer.response_metadata["plan_reason"] == "expired"


def test_cached_answer_in_another_store_is_replayed(
    make_model: MakeModel, cache: InMemoryCache
) -> None:
    question = HumanMessage("My name is Ada.")
    sessions = {"sessions": "memory:cached"}
    make_model(cache=cache, **sessions).invoke([question])
    model = make_model(cache=cache, **sessions)

    cached = model.invoke([question])
    answer = model.invoke(
        [question, cached, HumanMessage("What is my name?")], session_id="another"
    )

    assert answer.text == "Your name is Ada."
    assert answer.response_metadata["plan_reason"] == "foreign"


def test_rate_limiter_is_asked_before_each_request(make_model: MakeModel) -> None:
    limiter = InMemoryRateLimiter(requests_per_second=1_000_000, max_bucket_size=1)
    asked: list[bool] = []
    acquire = limiter.acquire
    limiter.acquire = lambda **options: asked.append(True) or acquire(**options)  # type: ignore[method-assign]

    make_model(rate_limiter=limiter).batch(["one", "two"])

    assert len(asked) == 2


def test_options_can_be_configured_for_a_run(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model().configurable_fields(
        temperature=ConfigurableField(id="heat"), model=ConfigurableField(id="who")
    )

    model.invoke("Hi", {"configurable": {"heat": 0.3, "who": "gemini-2.5-pro"}})

    body = emulator.requests()[-1]["body"]
    assert body["generation_config"] == {"temperature": 0.3}
    assert body["model"] == "gemini-2.5-pro"


def test_alternative_model_is_chosen_for_a_run(
    make_model: MakeModel, emulator: Emulator
) -> None:
    model = make_model().configurable_alternatives(
        ConfigurableField(id="who"), pro=make_model(model="gemini-2.5-pro")
    )

    model.invoke("Hi", {"configurable": {"who": "pro"}})

    assert emulator.requests()[-1]["body"]["model"] == "gemini-2.5-pro"


@pytest.mark.parametrize("opened", [False, True])
def test_the_password_of_a_store_is_neither_shown_nor_saved(*, opened: bool) -> None:
    url = "postgresql://me:hunter2@host/db"
    sessions = PostgresStore(url) if opened else url
    model = ChatInteractions(model="m", sessions=sessions)

    saved = dumpd(model)

    assert saved["kwargs"]["sessions"] == "postgresql://me@host/db"
    assert "hunter2" not in f"{model!r} {model} {saved}"
