"""What is wrong with a built file is said before somebody installs it."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from release.bills import published
from release.build import UnequalBytesError, compare
from release.checks import OF_THIS_MACHINE, UnfitError, faults_of, main
from release.sums import SUMS, sums

HEAD = {
    "Name": "interactions-core",
    "Version": "0.2.0",
    "Summary": "Sessions",
    "License-Expression": "Apache-2.0",
    "Requires-Python": ">=3.11",
    "Description-Content-Type": "text/markdown",
}
WHEEL = "interactions_core-0.2.0-py3-none-any.whl"
FIT = {"interactions_core/py.typed": b"", "a.dist-info/licenses/LICENSE": b"Apache"}


def build(
    folder: Path, head: dict[str, str], page: str, inside: dict[str, bytes]
) -> Path:
    wheel = folder / WHEEL
    lines = "".join(f"{name}: {value}\n" for name, value in head.items())
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a.dist-info/METADATA", f"{lines}\n{page}")
        for name, content in inside.items():
            archive.writestr(name, content)
    return wheel


def test_fit_wheel_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(build(tmp_path, HEAD, "# Core", FIT)) == []


@pytest.mark.parametrize(
    ("head", "page", "inside", "fault"),
    [
        pytest.param({"Summary": ""}, "# A", {}, "no Summary", id="summary"),
        pytest.param(
            {"Description-Content-Type": "text/plain"},
            "# A",
            {},
            "its description is not told to be Markdown",
            id="markdown",
        ),
        pytest.param(
            {"Version": "0.1.0"},
            "# A",
            {},
            "its metadata is of core-0.1.0",
            id="number",
        ),
        pytest.param(
            {"Requires-Dist": "interactions-emulator==0.1.0"},
            "# A",
            {},
            "needs interactions-emulator==0.1.0, which is not of its version",
            id="other-version",
        ),
        pytest.param({}, "", {}, "no description", id="empty"),
        pytest.param(
            {}, "[a](../b.md)", {}, "its description links to ../b.md", id="link"
        ),
        pytest.param(
            {}, '<img src="a.png">', {}, "its description links to a.png", id="picture"
        ),
        pytest.param({}, "# A", {"a.pyc": b""}, "holds a.pyc", id="bytecode"),
        pytest.param(
            {},
            "# A",
            {"a.py": OF_THIS_MACHINE[0]},
            "a.py names a path of this machine",
            id="machine",
        ),
    ],
)
def test_fault_is_named(
    head: dict[str, str],
    page: str,
    inside: dict[str, bytes],
    fault: str,
    tmp_path: Path,
) -> None:
    wheel = build(tmp_path, HEAD | head, page, FIT | inside)

    assert faults_of(wheel) == [fault]
    with pytest.raises(UnfitError, match="interactions_core"):
        main(tmp_path)


def test_wheel_without_licence_and_types_is_unfit(tmp_path: Path) -> None:
    faults = faults_of(build(tmp_path, HEAD, "# Core", {}))

    assert faults == ["no LICENSE", "no py.typed"]


def test_builds_that_differ_are_no_release(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for folder in (first, second):
        folder.mkdir()
        (folder / "same").write_text("same")
        (folder / "other").write_text(folder.name)

    with pytest.raises(UnequalBytesError, match=r"^other$"):
        compare(first, second)


def test_sums_are_those_of_all_files_but_their_own_list(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"b")
    (tmp_path / SUMS).write_text("of before")

    assert sums(tmp_path) == f"{hashlib.sha256(b'b').hexdigest()}  b\n"


def test_bill_tells_published_files_and_no_place(tmp_path: Path) -> None:
    wheel = build(tmp_path, HEAD, "# Core", FIT)
    own = {
        "name": "interactions-core",
        "externalReferences": [{"type": "distribution", "url": wheel.as_uri()}],
    }
    other = {"name": "httpx", "externalReferences": [{"url": "https://a.org"}]}
    bill = {"metadata": {"tools": []}, "components": [own, other]}

    told = published(bill, "interactions-core", tmp_path)

    (reference,) = told["metadata"]["component"]["externalReferences"]
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert told["components"] == [other]
    assert reference["url"] == WHEEL
    assert reference["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert told["metadata"]["tools"] == []
