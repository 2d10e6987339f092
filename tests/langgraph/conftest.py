import secrets
from collections.abc import Callable, Generator, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock
from tests.langgraph.standard_skips import hold_to_the_guide
from tests.langgraph.watched import Watched
from tests.waiting import go_by

MakeModel = Callable[..., ChatInteractions]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.path.name.startswith("test_standard_"):
        hold_to_the_guide(item.originalname, report)
    return report


@pytest.fixture
def make_model(emulator: Emulator, clock: Clock, tmp_path: Any) -> Iterator[MakeModel]:
    """Make chat models on the emulator, each with a session store of its own."""
    made: list[ChatInteractions] = []

    def make(**options: Any) -> ChatInteractions:
        defaults: dict[str, Any] = {
            "base_url": emulator.url,
            "api_key": "k",
            "sessions": f"memory:{tmp_path}{len(made)}",
        }
        if "agent" not in options:
            defaults["model"] = "gemini-3.5-flash"
        model = ChatInteractions(**defaults | options)
        go_by(model, clock)
        made.append(model)
        return model

    yield make
    for model in made:
        model.close()


@pytest.fixture
def watched(make_model: MakeModel, emulator: Emulator) -> Iterator[Watched]:
    """Make models and agents, and hold the server against them when all is done."""
    watching = Watched(make_model, emulator)
    yield watching
    watching.check()


@pytest.fixture
def stock_database(postgres_server: str) -> Iterator[str]:
    """Return the URL of an empty database for LangGraph's own saver."""
    psycopg = pytest.importorskip("psycopg")
    name = f"tests_{secrets.token_hex(8)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(postgres_server)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
