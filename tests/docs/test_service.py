"""What the page says of the service: each claim says how sure it is, and why."""

import re
from typing import Final

import pytest

from tests.docs.pages import ROOT

PAGE: Final = ROOT / "docs" / "service.md"
HEAD: Final = "| what | how sure | date | source |"
SURE: Final = re.compile(r"recorded|reported|documented|unknown")


def claims() -> list[list[str]]:
    tables = PAGE.read_text(encoding="utf-8").split(HEAD)[1:]
    lines = (line for table in tables for line in table.split("\n\n")[0].splitlines())
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line and not line.startswith("|---")
    ]


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim[0][:60])
def test_a_claim_says_how_sure_it_is_and_has_its_source(claim: list[str]) -> None:
    _, sure, date, source = claim
    kinds = set(SURE.findall(sure))

    assert kinds
    if "unknown" not in kinds:
        assert source
    if kinds & {"recorded", "reported"} and "unknown" not in kinds:
        assert re.search(r"\b20\d\d\b", date)
        assert "](https://" in source
