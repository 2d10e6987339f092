"""A day of deployments loses nothing, pays nothing twice, and asks nothing wrong."""

import json

import pytest

from tests.programs import run_kills


@pytest.mark.timeout(1800)
# Its processes keep both processors busy; no two of them at once.
@pytest.mark.xdist_group("deploy_day")
def test_nothing_is_lost_and_nothing_paid_twice_on_a_day_of_deployments() -> None:
    """Ours: the short form, with the packages of this environment.

    `nox -s deploy_day` plays the long one, with wheels.
    """
    told = json.loads(run_kills("tests.deploy_day.conductor"))

    excess = sum(told["windows"].values())
    assert told["faults"] == 0
    assert told["creates"] - excess == told["calls"]
    assert told["changed calls adopted"] >= 1
    assert all(told["questions"].values())
