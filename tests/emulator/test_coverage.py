"""The coverage table says what the emulator really serves."""

import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("coverage_table.py")


@pytest.fixture(scope="module")
def generator() -> dict[str, Any]:
    names = runpy.run_path(str(SCRIPT))
    if names["installed"]() != names["SDK_VERSION"]:
        pytest.skip(f"the table is made from google-genai {names['SDK_VERSION']}")
    return names


def test_the_table_is_up_to_date(generator: dict[str, Any]) -> None:
    fresh = generator["document"]()

    assert generator["DOCUMENT"].read_text() == fresh, f"run: python {SCRIPT.name}"


def test_every_operation_of_the_sdk_is_in_the_table(generator: dict[str, Any]) -> None:
    rows = generator["table"]()

    assert "| `POST /interactions` | yes |" in rows
    assert "| `POST /webhooks/{id}:ping` | yes |" in rows
    assert "| `POST /decisions` | 501 |" in rows
