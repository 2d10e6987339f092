"""An instrumentation of google-genai that loses paid answers is refused in time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.patience import PATIENCE_S
from tests.programs import run_program

REFUSED: Final = "ChatConfigurationError"

ASK: Final = """
import asyncio, json
from interactions_core import InteractionsError
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

async def astream(model):
    return [part async for part in model.astream("Hi")]

WAYS = {{
    "invoke": lambda model: model.invoke("Hi"),
    "stream": lambda model: list(model.stream("Hi")),
    "ainvoke": lambda model: asyncio.run(model.ainvoke("Hi")),
    "astream": lambda model: asyncio.run(astream(model)),
    "background": lambda model: model.invoke("Hi", background=True),
}}
with Emulator() as emulator:
    told, sent = [], []
    instrumentor = GoogleGenAiSdkInstrumentor()
    for is_first in (True, False):
        model = ChatInteractions(
            model="gemini-3.5-flash", base_url=emulator.url, api_key="k",
            sessions="memory:",
        )
        if is_first:
            # It takes google-genai below 3 of itself, and is told to take any.
            instrumentor.instrument(skip_dep_check=True)
        else:
            instrumentor.uninstrument()
        try:
            WAYS["{way}"](model)
            told.append("")
        except InteractionsError as error:
            told.append(type(error).__name__ + ": " + str(error))
        sent.append(sum(r["method"] == "POST" for r in emulator.requests()))
print(json.dumps([told, sent]))
"""


@pytest.mark.parametrize(
    "way", ["invoke", "stream", "ainvoke", "astream", "background"]
)
def test_a_wrapper_that_loses_answers_is_refused_before_anything_is_sent(
    way: str,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(way=way)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (refused, answered), (before, after) = json.loads(done.stdout)
    assert refused.startswith(
        "ChatConfigurationError: opentelemetry-instrumentation-google-genai 1.3b0 "
    )
    assert before == 0
    assert (answered, after) == ("", 1)


@pytest.mark.parametrize(
    ("what", "beside", "after"),
    [
        pytest.param(
            "waits",
            ["Done.", 1, 0, ["completed"]],
            ["Done.", 1, 0, ["completed"]],
            id="a run that is there is waited for",
        ),
        pytest.param(
            "changed",
            [REFUSED, 1, 0, ["in_progress"]],
            ["Done.", 2, 1, ["cancelled", "completed"]],
            id="a run is not cancelled for another that cannot be begun",
        ),
        pytest.param(
            "again",
            [REFUSED, 1, 0, []],
            ["Done.", 2, 0, []],
            id="switched on within a turn",
        ),
        pytest.param(
            "again in the background",
            [REFUSED, 1, 0, []],
            ["Done.", 2, 0, ["completed"]],
            id="switched on while a run is begun",
        ),
    ],
)
def test_only_what_would_create_is_refused(
    what: str, beside: list[object], after: list[object], tmp_path: Path
) -> None:
    told = run_program("tests.langgraph.ask_instrumented", what, tmp_path)

    assert json.loads(told) == [beside, after]


@pytest.mark.parametrize(
    ("way", "background"), [("unary", False), ("async stream", True)]
)
def test_an_answer_that_is_owed_is_given_beside_the_wrapper(
    way: str, *, background: bool, tmp_path: Path
) -> None:
    told = run_program("tests.contract.take_instrumented", way, background, tmp_path)

    assert json.loads(told) == ["kept", 1]
