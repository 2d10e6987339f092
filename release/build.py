"""Build what is published of a commit, twice, into equal bytes.

    python -m release.build dist --version 0.1.0 --repository https://example.org/it

What is built is a copy of the commit `HEAD`, outside the work tree: with its changelog
cut, its links absolute and its number in every project file. The date is that of the
commit, so that whoever builds it again gets the same files.
"""

import argparse
import datetime as dt
import io
import os
import posixpath
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from release import changelog, projects, readmes
from release.sums import digest_of

ROOT: Final = Path(__file__).parents[1]
COPIED: Final = ("packages", "CHANGELOG.md")
LOCK: Final = ROOT / "constraints.txt"


class UnequalBytesError(Exception):
    """Two builds of one commit differ."""


class UnresolvedLinksError(Exception):
    """Pages that are published link to what the commit does not have."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        lines = (f"{page} links to {to}, which is not in it" for page, to in found)
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Release:
    """What is published, of which moment (epoch seconds), and where it can be read."""

    version: str
    made_at: int
    repository: str

    @property
    def home(self) -> readmes.Home:
        """Where its files are shown."""
        return readmes.Home(self.repository, self.version)

    @property
    def date(self) -> dt.date:
        """The day of its commit, UTC."""
        return dt.datetime.fromtimestamp(self.made_at, dt.UTC).date()


def main(arguments: Sequence[str]) -> None:
    """Write wheels, source archives, changelog and notes into a folder."""
    asked = _asked(arguments)
    made_at = int(_git("log", "-1", "--format=%ct"))
    version = asked.version or projects.version_of(_of_head("pyproject.toml"))
    release = Release(version, made_at, asked.repository)
    if _git("status", "--porcelain"):
        print("what is not committed is not in it")
    if not release.repository:
        print("without --repository the links of the READMEs keep their words only")
    check_links(_readmes_of_head(), _places_of_head())
    with tempfile.TemporaryDirectory() as kept:
        first, second = (build(release, Path(kept) / turn) for turn in ("1", "2"))
        compare(first, second)
        _move(first, asked.dist)
    print(
        f"{len(list(asked.dist.iterdir()))} files of {version}, twice with equal bytes"
    )


def check_links(pages: Mapping[str, str], places: Container[str]) -> None:
    """Hold the links of pages that are published against what there is.

    Args:
        pages: The texts, by their paths in the repository.
        places: The files and folders of the repository.

    Raises:
        UnresolvedLinksError: A link leads to nothing, so that its address would not.
    """
    found = [
        (page, to)
        for page, text in pages.items()
        for to in readmes.broken_links(text, posixpath.dirname(page), places)
    ]
    if found:
        raise UnresolvedLinksError(found)


def address(said: str) -> str:
    """Read where a repository is shown, without a slash at the end.

    Raises:
        argparse.ArgumentTypeError: No path can be put behind it.
    """
    parts = urlsplit(said)
    is_whole = parts.scheme == "https" and parts.hostname and parts.path.strip("/")
    if said and not (is_whole and said == said.partition("?")[0].partition("#")[0]):
        msg = (
            f"{said!r} is no address that links can lead to, "
            "e.g. https://github.com/OWNER/NAME"
        )
        raise argparse.ArgumentTypeError(msg)
    return said.rstrip("/")


def build(release: Release, folder: Path) -> Path:
    """Lay a copy of the commit into a folder and build it there; return `dist`."""
    source, dist = folder / "source", folder / "dist"
    lay_out(release, source)
    for package in projects.PACKAGES:
        _build_one(source / "packages" / package, dist, release.made_at)
    _write_changelog(release, source, dist)
    for left in dist.glob(".gitignore"):
        left.unlink()
    return dist


def lay_out(release: Release, source: Path) -> None:
    """Write the commit's files as they are published."""
    packed = subprocess.run(
        ["git", "archive", "HEAD", *COPIED], cwd=ROOT, capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(source, filter="data")
    for package in projects.PACKAGES:
        _publish(release, source / "packages" / package)


def compare(first: Path, second: Path) -> None:
    """Hold two builds against each other.

    Raises:
        UnequalBytesError: A file is in one of them only, or differs.
    """
    digests = [
        {file.name: digest_of(file) for file in folder.iterdir()}
        for folder in (first, second)
    ]
    unequal = sorted({name for name, _ in digests[0].items() ^ digests[1].items()})
    if unequal:
        raise UnequalBytesError(", ".join(unequal))


def _publish(release: Release, folder: Path) -> None:
    project, readme = folder / "pyproject.toml", folder / "README.md"
    text = project.read_text(encoding="utf-8")
    text = projects.published(text, release.version, release.repository)
    project.write_text(text, encoding="utf-8")
    page = readme.read_text(encoding="utf-8")
    place = f"packages/{folder.name}"
    readme.write_text(readmes.published(page, place, release.home), encoding="utf-8")


def _write_changelog(release: Release, source: Path, dist: Path) -> None:
    text = (source / "CHANGELOG.md").read_text(encoding="utf-8")
    closed = changelog.cut(text, release.version, release.date)
    (dist / "CHANGELOG.md").write_text(closed, encoding="utf-8")
    said = readmes.published(changelog.notes(closed, release.version), "", release.home)
    (dist / "release-notes.md").write_text(said, encoding="utf-8")


def _build_one(project: Path, dist: Path, made_at: int) -> None:
    # The build tools are those of the lock, so that whoever builds later has them too.
    held = ("--build-constraints", str(LOCK))
    command = ["uv", "build", "-q", *held, "--out-dir", str(dist), str(project)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(made_at)}
    subprocess.run(command, env=environment, check=True)


def _move(built: Path, dist: Path) -> None:
    dist.mkdir(parents=True, exist_ok=True)
    for file in sorted(built.iterdir()):
        (dist / file.name).write_bytes(file.read_bytes())


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return ran.stdout.strip()


def _of_head(path: str) -> str:
    return _git("show", f"HEAD:./{path}")


def _readmes_of_head() -> dict[str, str]:
    names = [f"packages/{package}/README.md" for package in projects.PACKAGES]
    return {name: _of_head(name) for name in (*names, "CHANGELOG.md")}


def _places_of_head() -> set[str]:
    files = _git("ls-tree", "-r", "--name-only", "-z", "HEAD").split("\0")
    folders = {str(part) for file in files for part in PurePosixPath(file).parents}
    return {*files, *folders}


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nox -s release --")
    parser.add_argument("dist", type=Path)
    parser.add_argument("--version", default="", help="the project's, if not given")
    parser.add_argument(
        "--repository", default="", type=address, help="https://… of the source"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
