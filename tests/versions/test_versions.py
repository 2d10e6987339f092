"""Processes of two releases work on one store, through a migration and back."""

from pathlib import Path

import pytest

from tests.previous import PREVIOUS, has_commit
from tests.versions.conductor import play

if not has_commit(PREVIOUS):
    reason = f"the history does not go back to {PREVIOUS}: an archive or shallow clone"
    pytest.skip(reason, allow_module_level=True)


@pytest.mark.timeout(1800)
# Its processes keep both processors busy; no two of them at once.
@pytest.mark.xdist_group("deploy_day")
def test_two_releases_lose_and_fail_nothing_while_a_store_is_migrated_and_rolled_back(
    store_url: str, tmp_path: Path
) -> None:
    """Ours: the short form. `nox -s versions` plays it with a million rows."""
    found = play(store_url, tmp_path, processes=4, rows=200, batch=5)

    assert found["turns"] > 0
