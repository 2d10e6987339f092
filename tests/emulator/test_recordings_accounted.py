"""No recording is left out unnoticed."""

import pytest

from tests.emulator.conftest import RECORDINGS
from tests.emulator.recordings_table import COMPARED, IN_PART


def test_every_recording_is_compared_or_has_a_reason_why_not() -> None:
    if not RECORDINGS.exists():
        pytest.skip("the recordings are not here")
    files = (path for path in RECORDINGS.rglob("*") if path.is_file())
    found = {path.relative_to(RECORDINGS).as_posix() for path in files}

    assert found == COMPARED | IN_PART.keys()


def test_no_recording_is_both_compared_and_excused() -> None:
    assert not COMPARED & IN_PART.keys()
