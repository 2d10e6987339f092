"""Ours: a call reads its messages, its pictures above all, in no event loop's thread."""

from pathlib import Path

import pytest
from autogen_core import Image
from PIL import Image as Pillow

from interactions_autogen._images import plain_image
from tests.programs import run_program


@pytest.mark.parametrize("place", ["memory:", "sqlite:///{}/sessions.db"])
def test_first_calls_open_import_and_read_pictures_in_other_threads(
    place: str, tmp_path: Path
) -> None:
    told = run_program("tests.autogen.first_calls", place.format(tmp_path))

    assert told == ""


def test_a_picture_is_encoded_once_whichever_object_holds_it() -> None:
    """AutoGen makes another object of a picture with every loaded state."""
    encoded: list[str] = []

    class Picture(Image):
        def to_base64(self) -> str:
            encoded.append("once")
            return super().to_base64()

    pixels = Pillow.new("RGB", (3, 2), "red")
    one, other = Picture(pixels), Picture(pixels.copy())

    assert plain_image(one) == plain_image(other)
    assert encoded == ["once"]


def test_a_picture_that_was_changed_in_place_is_encoded_anew() -> None:
    image = Image(Pillow.new("RGB", (3, 2), "red"))
    before = plain_image(image)

    image.image.putpixel((0, 0), (0, 0, 0))

    assert plain_image(image)["data"] != before["data"]
