"""README's picture of the page is one of the page as it is."""

from website.picture import NOTE, PICTURE, ROOT, hash_of_sources


def test_the_picture_was_taken_of_this_page_and_this_demo() -> None:
    noted = NOTE.read_text(encoding="utf-8").strip()

    assert noted == hash_of_sources(), "take it anew: nox -s picture"
    assert PICTURE.read_bytes().startswith(b"\x89PNG")


def test_readme_shows_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"]({PICTURE.relative_to(ROOT).as_posix()})" in readme
