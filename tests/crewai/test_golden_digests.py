"""What is in stores already is found by every release of ours and of CrewAI."""

from tests.crewai.golden_calls import CALLS
from tests.golden import moved_digests


def test_digests_are_those_that_were_written_down() -> None:
    """Ours: matching.md, sections 1 and 9; `compat` runs this with old and new."""
    assert moved_digests("crewai", CALLS) == {}
