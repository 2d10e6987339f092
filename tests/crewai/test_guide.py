"""The CrewAI guide: its tables against the classes, and its code as pasted."""

import ast
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from crewai.events.types.llm_events import LLMCallCompletedEvent
from crewai.project.crew_loader import load_crew_from_definition
from crewai.tools import BaseTool
from pydantic import ValidationError

from interactions_core.exceptions import ConfigurationError
from interactions_core.options.table import OPTIONS, option_of
from interactions_crewai import InteractionsAgentTool, InteractionsLLM
from interactions_crewai._options import SharedOptions
from interactions_emulator import Emulator
from tests.crewai.conftest import MakeLLM
from tests.crewai.event_bus import events_of
from tests.docs.pages import ROOT, blocks_of, name_of, rows_of, run_block

GUIDE = ROOT / "docs" / "crewai.md"
PAGES = [GUIDE, ROOT / "packages" / "crewai" / "README.md"]
OF_CREWAI = {"llm_type", "provider", "is_litellm"}
"""What CrewAI sets by itself."""
REFUSED = {"frequency_penalty", "presence_penalty", "n", "additional_params"}

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def value_of(cell: str) -> object:
    text = cell.strip("`")
    if text.startswith("timedelta"):
        return dt.timedelta(days=int(re.sub(r"\D", "", text)))
    return ast.literal_eval(text)


def default_of(field: Any) -> object:
    return field.get_default(call_default_factory=True)


def names_in(cells: Any) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_code_of_a_page_runs_and_prints_what_it_says(
    page: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", emulator.url)
    monkeypatch.setenv("GEMINI_API_KEY", "any")
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    names: dict[str, object] = {"__name__": page.stem}

    for block in blocks_of(page, "python"):
        said = run_block(block, page, names)

        # CrewAI draws its panels around it.
        assert [line for line in said if line in block.printed] == block.printed


def test_option_table_has_the_options_and_their_defaults() -> None:
    rows = rows_of(GUIDE, "option")

    documented = {name.strip("`"): value_of(cells[0]) for name, cells in rows.items()}
    fields = InteractionsLLM.model_fields
    assert documented == {
        name: default_of(field)
        for name, field in fields.items()
        if name not in OF_CREWAI | REFUSED
    }


def test_options_that_it_calls_refused_are_refused() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    fields, others = text[: text.index("values that change nothing")].splitlines()[-2:]

    assert names_in([fields]) == REFUSED
    assert set(InteractionsLLM.model_fields) >= REFUSED
    assert names_in([others])
    for name in names_in([fields, others]):
        with pytest.raises(ConfigurationError, match=name):
            InteractionsLLM(model="gemini-3.8-flash", **{name: 2})
    InteractionsLLM(model="gemini-3.8-flash", n=1, additional_params=None)


def test_tool_table_has_the_tools_own_options() -> None:
    documented = names_in(rows_of(GUIDE, "option of the tool"))

    fields = set(InteractionsAgentTool.model_fields)
    own = fields - set(SharedOptions.model_fields) - set(BaseTool.model_fields)
    assert own <= documented <= fields
    for name in ("max_usage_count", "max_total_tokens", "follow_up_model"):
        [cell] = [
            cells[0]
            for option, cells in rows_of(GUIDE, "option of the tool").items()
            if option == f"`{name}`"
        ]
        assert value_of(cell) == default_of(InteractionsAgentTool.model_fields[name])


def test_usage_table_has_the_keys_of_an_event(make_llm: MakeLLM) -> None:
    documented = names_in(rows_of(GUIDE, "key of `usage`"))

    [event] = events_of(lambda: make_llm().call("Hello."), LLMCallCompletedEvent)

    # Of a call that asks its built-in tools separately.
    assert documented - {"separate_interaction_id", "job"} == set(event.usage)
    assert names_in(rows_of(GUIDE, "field of `LLMCallCompletedEvent`")) <= set(
        type(event).model_fields
    )


def test_moving_a_crew_over_changes_at_most_three_lines() -> None:
    [diff] = blocks_of(GUIDE, "diff")
    lines = diff.text.splitlines()

    added = [line[1:] for line in lines if line.startswith("+")]
    assert len(lines) - len(added) <= len(added) <= 3
    example = (ROOT / "examples" / "crewai_quickstart.py").read_text(encoding="utf-8")
    assert set(added[:2]) <= set(example.splitlines())
    assert 'InteractionsLLM(model="gemini-3.8-flash"' in example


PROJECT = ROOT / "examples" / "crewai_projects"
EXCERPTS = {
    "yaml": ["config/agents.yaml"],
    "py": ["yaml_crew.py", "llms.py"],
    "jsonc": ["agents/guide.jsonc"],
}


@pytest.mark.parametrize("language", EXCERPTS)
def test_files_of_projects_are_those_of_the_example(language: str) -> None:
    # What follows are other files than those of the projects.
    shown = [block.text for block in blocks_of(GUIDE, language)][
        : len(EXCERPTS[language])
    ]

    files = [(PROJECT / name).read_text("utf-8") for name in EXCERPTS[language]]
    for excerpt, file in zip(shown, files, strict=True):
        assert excerpt.strip() in file


DEFINED = {"role": "Guide", "goal": "g", "backstory": "b"}
NAMED = {"python": "llms.gemini"}


def defined(guide: dict[str, Any], **more: Any) -> Any:
    step = {"name": "a", "description": "d", "expected_output": "e", "agent": "guide"}
    definition = {"agents": {"guide": DEFINED | guide}, "tasks": [step], **more}
    return load_crew_from_definition(definition, project_root=PROJECT)[0]


def test_declared_crew_takes_an_llm_in_its_settings_only() -> None:
    managed = {"process": "hierarchical", "manager_llm": NAMED}
    declared = defined({"settings": {"llm": NAMED}}, **managed)

    assert type(declared.agents[0].llm) is InteractionsLLM
    assert type(declared.manager_llm) is InteractionsLLM
    with pytest.raises(ValidationError, match="LLMDefinition"):
        defined({"llm": NAMED})


def test_fields_of_shared_options_are_what_core_declares() -> None:
    """Those of CrewAI's own LLM are CrewAI's: `stop`, `max_tokens`."""
    declared = InteractionsLLM.model_fields

    for name, option in OPTIONS.items():
        if "crewai" in option.said.takers:
            own, field = option_of("crewai", name), declared[name]
            assert field.description == own.sentence, name
            assert field.get_default(call_default_factory=True) == own.default, name
