"""What a profile of each emulator changes of what is sent to the strictest one."""

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.tools import StructuredTool
from pydantic import BaseModel, Field

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions
from tests.core.doctor.emulators import KINDS, profile_from

USUAL, NEWEST = "gemini-3.5-flash", "gemini-3.8-flash"
Ask = Callable[[Callable[[str], ChatInteractions]], object]


class Answer(BaseModel):
    number: int = Field(le=9)


def read_it(page: int = 1) -> str:
    """Read a page."""
    return str(page)


def bounded_answer(model: Callable[[str], ChatInteractions]) -> object:
    return model(NEWEST).with_structured_output(Answer).invoke("a number")


def tool_with_a_default(model: Callable[[str], ChatInteractions]) -> object:
    return model(USUAL).bind_tools([read_it]).invoke("read")


def tool_with_a_long_name(model: Callable[[str], ChatInteractions]) -> object:
    name = f"mcp_{'read_a_file_' * 6}now"
    tool = StructuredTool.from_function(
        lambda: "read", name=name, description="Read a file."
    )
    return model(USUAL).bind_tools([tool]).invoke("read")


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the profile that `doctor --live` writes of each kind."""
    folder = tmp_path_factory.mktemp("profiles")
    written: dict[str, str] = {"none": ""}
    for kind, options in KINDS.items():
        with Emulator(**options) as emulator:
            written[kind] = profile_from(emulator, folder / f"{kind}.json")
    return written


def creates(profile: str, ask: Ask, name: str) -> int:
    """Ask the strictest emulator once, of a store of its own; count what was sent."""
    # It is what it is, whatever the adapter knows of it.
    with Emulator(**KINDS["strictest"], profile="") as emulator:

        def model(asked: str) -> ChatInteractions:
            options: dict[str, Any] = {"base_url": emulator.url, "api_key": "a key"}
            return ChatInteractions(model=asked, sessions=f"memory:{name}", **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("INTERACTIONS_PROFILE", profile)
            ask(model)
        return sum(one["method"] == "POST" for one in emulator.requests())


@pytest.mark.parametrize(
    ("ask", "counts"),
    [
        (bounded_answer, {"none": 2, "kind": 2, "strict": 2, "strictest": 1}),
        (tool_with_a_default, {"none": 2, "kind": 2, "strict": 2, "strictest": 1}),
        (tool_with_a_long_name, {"none": 2, "kind": 2, "strict": 2, "strictest": 1}),
    ],
)
def test_what_a_profile_found_refused_costs_no_create_any_more(
    profiles: dict[str, str], ask: Ask, counts: dict[str, int]
) -> None:
    assert {
        kind: creates(profile, ask, f"{ask.__name__} {kind}")
        for kind, profile in profiles.items()
    } == counts
