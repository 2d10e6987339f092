from collections.abc import Callable, Iterator
from typing import Any

import pytest

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.conftest import Clock

MakeModel = Callable[..., ChatInteractions]


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
        model._clock = clock
        made.append(model)
        return model

    yield make
    for model in made:
        model.close()
