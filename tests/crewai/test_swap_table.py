"""The page that compares CrewAI's own Gemini class with ours says what calls come to."""

import pytest
from crewai.llms.providers.gemini.completion import GeminiCompletion

from tests.docs import swap_tables
from tests.docs.stock_options import described
from tests.docs.swap_crewai import STOCK

# CrewAI reads its own deprecated fields.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_page_is_what_calls_come_to() -> None:
    """`python -m tests.docs.swap_tables crewai` writes it."""
    kept = swap_tables.page_of("crewai").read_text(encoding="utf-8")

    assert kept == swap_tables.page("crewai")


def test_page_knows_every_option_of_the_installed_class() -> None:
    """Another version of CrewAI may have fewer, and one that is newer must be seen."""
    installed = described(GeminiCompletion, None)

    assert set(installed["options"]) <= set(STOCK["options"])
