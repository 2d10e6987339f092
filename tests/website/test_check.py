"""A link of the site that leads nowhere, and whatever it loads from elsewhere, is told."""

from pathlib import Path

import pytest

from website.check import BrokenSiteError, faults_of, main

WHOLE = '<h1 id="top">A</h1><a href="b.html#end">b</a> <a href="https://a.org">a</a>'


def write(site: Path, *, page: str = WHOLE, style: str = "", script: str = "") -> Path:
    (site / "a.html").write_text(page)
    (site / "b.html").write_text('<p id="end">B</p><a href="a.html#top">a</a>')
    (site / "a.css").write_text(style)
    (site / "a.js").write_text(script)
    return site


def test_whole_site_has_no_fault(tmp_path: Path) -> None:
    style = "@import 'b.css'; p { background: url(data:image/png;base64,AA==) }"

    assert list(faults_of(write(tmp_path, style=style, script="fetch(own)"))) == []


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<a href="c.html">c</a>', "a.html leads to c.html"),
        ('<a href="b.html#start">b</a>', "a.html leads to b.html#start"),
        ('<a href="#start">a</a>', "a.html leads to #start"),
        ('<img src="shot.png">', "a.html leads to shot.png"),
        ('<img src="https://a.org/x.png">', "a.html loads https://a.org/x.png"),
        ('<script src="//a.org/x.js"></script>', "a.html loads //a.org/x.js"),
        (
            '<link rel="stylesheet" href="https://a.org/x.css">',
            "a.html loads https://a.org/x.css",
        ),
    ],
)
def test_fault_of_a_page_is_named(page: str, fault: str, tmp_path: Path) -> None:
    site = write(tmp_path, page=f'<h1 id="top">A</h1>{page}')

    assert list(faults_of(site)) == [fault]
    with pytest.raises(BrokenSiteError):
        main(site)


def test_styles_and_scripts_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    style = "@font-face { src: url('https://fonts.example/f.woff2') }"
    site = write(tmp_path, style=style, script='fetch("https://a.org/count")')

    assert list(faults_of(site)) == [
        "a.css loads https://fonts.example/f.woff2",
        'a.js loads with fetch("https:',
    ]


def test_site_without_pages_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenSiteError):
        main(tmp_path)
