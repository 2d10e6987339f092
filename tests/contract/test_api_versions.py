"""Models that one version of the API serves and another does not."""

from dataclasses import replace

import pytest

from interactions_core.exceptions import ConfigurationError
from interactions_emulator import Emulator
from tests.contract.asking import WAYS, make_turn
from tests.contract.conftest import Connect

NEWEST = replace(make_turn(["hello"]), target=("model", "gemini-flash-latest"))


@pytest.mark.parametrize("way", WAYS)
def test_a_name_without_a_version_is_refused_before_it_is_sent_to_v1(
    connect: Connect, emulator: Emulator, way: str
) -> None:
    """API: such names are served under v1beta only."""
    asker = connect(way, api_version="v1")

    with pytest.raises(ConfigurationError, match="pass api_version='v1beta'"):
        asker.take(NEWEST)

    assert emulator.requests() == []


def test_a_name_without_a_version_is_sent_to_v1beta(
    connect: Connect, emulator: Emulator
) -> None:
    connect("unary", api_version="v1beta").take(NEWEST)

    (request,) = emulator.requests()
    assert request["path"].startswith("/v1beta/")
