"""Each heading of the guide's troubleshooting is the text of an error that is raised."""

import copy
import pickle
import re
from collections.abc import Callable
from unittest import mock

import pytest
from crewai.agents.agent_builder import base_agent
from pydantic import BaseModel

from interactions_crewai import InteractionsAgentTool, InteractionsLLM
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.flows import LOCAL, WEATHER
from tests.docs.pages import ROOT, headings_of

Case = Callable[[Emulator, MakeLLM], object]

MCP = {"type": "mcp_server", "name": "a", "headers": {"Authorization": "secret"}}


def restored(_: Emulator, make_llm: MakeLLM) -> object:
    dumped = make_llm(tools=[MCP]).model_dump(exclude={"base_url"})
    return InteractionsLLM(**dumped, api_key="k").call("Hi.")


def blank(emulator: Emulator, make_llm: MakeLLM) -> object:
    # The emulator cuts texts at a stop word by itself, and no raw steps.
    said = {"type": "model_output", "content": [{"type": "text", "text": "END"}]}
    emulator.script([{"reply": {"steps": [said]}}])
    return make_llm(stop=["END"]).call("Hi.")


def undeclared(emulator: Emulator, make_llm: MakeLLM) -> object:
    emulator.script(copy.deepcopy(LOCAL))
    return make_llm().call("Hi.")


def cut_json(emulator: Emulator, make_llm: MakeLLM) -> object:
    emulator.script([{"reply": {"text": '{"na', "status": "incomplete"}}])
    return make_llm().call("Hi.", response_model=Person)


class Person(BaseModel):
    name: str


def silent_function(emulator: Emulator, make_llm: MakeLLM) -> object:
    emulator.script(copy.deepcopy(LOCAL))
    functions = {"get_weather": lambda city: city[:0]}
    return make_llm().call("Hi.", tools=[WEATHER], available_functions=functions)


def unknown_class(_: Emulator, make_llm: MakeLLM) -> object:
    without = {"base": "crewai.llms.base_llm.BaseLLM"}
    with mock.patch.dict(base_agent._LLM_TYPE_REGISTRY, without, clear=True):
        return base_agent._validate_llm_ref(make_llm().model_dump())


CASES: dict[str, Case] = {
    "InteractionsLLM has no option": lambda _, make: make(temprature=1),
    "InteractionsLLM does not take 'n'": lambda _, make: make(n=2),
    "InteractionsLLM: tools takes": lambda _, make: make(tools=[WEATHER]),
    "InteractionsLLM: tools.headers": restored,
    "InteractionsLLM: a pickle": lambda _, make: pickle.dumps(make(client=object())),
    "max_tokens is": lambda _, make: make(max_tokens=1, max_output_tokens=2),
    "CrewAI's replies": lambda _, make: make(response_modalities=["image"]),
    "InteractionsAgentTool: agent": lambda *_: InteractionsAgentTool(),
    "interaction … ended as 'completed'": blank,
    "interaction … ended as 'requires_action'": undeclared,
    "interaction … ended as 'incomplete'": cut_json,
    "the function 'get_weather'": silent_function,
    "a CrewAI content block": lambda _, make: make().call(
        [{"role": "user", "content": [{"what": "ever"}]}]
    ),
    "CrewAI left files": lambda _, make: make().adopt(
        "v1_a", [{"role": "user", "content": "What?", "files": {"a": object()}}]
    ),
    "Unknown llm_type": unknown_class,
}

PAGE = ROOT / "docs" / "crewai.md"
_LEVEL_4 = headings_of(PAGE, 4)
HEADINGS = _LEVEL_4[_LEVEL_4.index(next(h for h in _LEVEL_4 if "temprature" in h)) :]


@pytest.mark.parametrize("heading", HEADINGS)
def test_heading_is_what_the_error_says(
    heading: str, emulator: Emulator, make_llm: MakeLLM
) -> None:
    (start,) = [start for start in CASES if heading.startswith(start)]

    with pytest.raises(Exception, match=r".") as raised:
        CASES[start](emulator, make_llm)

    parts = (re.escape(part) for part in heading.split("…"))
    pattern = ".+".join(parts).removesuffix(".+")
    assert re.match(pattern, str(raised.value)), str(raised.value)


def test_every_case_has_its_heading() -> None:
    assert len(HEADINGS) == len(CASES)
