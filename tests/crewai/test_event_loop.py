"""Ours: `acall` reads messages and opens files in no event loop's thread."""

import asyncio
import copy
import threading
from pathlib import Path
from typing import Any

import pytest

from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.flows import LOCAL, WEATHER
from tests.programs import run_program


@pytest.mark.parametrize("place", ["memory:", "sqlite:///{}/sessions.db"])
def test_first_calls_open_import_and_read_pictures_in_other_threads(
    place: str, tmp_path: Path
) -> None:
    told = run_program("tests.crewai.first_calls", place.format(tmp_path))

    assert told == ""


def test_functions_of_an_awaited_call_have_threads_of_their_own(
    make_llm: MakeLLM, emulator: Emulator
) -> None:
    """They may take their time, and may ask the same LLM while the call goes on."""
    emulator.script(copy.deepcopy(LOCAL))
    llm = make_llm()
    where: list[str] = []

    def get_weather(**_: Any) -> str:
        where.append(threading.current_thread().name)
        return str(asyncio.run(llm.acall("What is it like outside?")))

    functions = {"get_weather": get_weather}
    asyncio.run(llm.acall("Hi.", tools=[WEATHER], available_functions=functions))

    assert where == ["interactions-call"]
