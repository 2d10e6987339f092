"""Look over built files as a stranger will: what the metadata says, what is inside.

python -m release.checks dist
"""

import email
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Final

from release.links import relative_links

NEEDED: Final = ("Summary", "License-Expression", "Requires-Python")
OF_THIS_MACHINE: Final = tuple(
    place.encode() for place in (str(Path.cwd()), str(Path.home()) + "/")
)
_UNWANTED: Final = (".pyc", ".db", ".env", ".gitignore")


class UnfitError(Exception):
    """Files that are not to be published, with what is wrong about each."""


def faults_of(file: Path) -> list[str]:
    """Return what is wrong with a wheel or a source archive."""
    inside = dict(_contents(file))
    metadata = _metadata(inside)
    return [
        *_faults_of_metadata(file, metadata),
        *_faults_of_description(metadata),
        *_faults_of_contents(file, inside),
    ]


def _contents(file: Path) -> Iterator[tuple[str, bytes]]:
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            yield from ((name, wheel.read(name)) for name in wheel.namelist())
        return
    with tarfile.open(file) as archive:
        for member in archive.getmembers():
            if content := archive.extractfile(member):
                yield member.name, content.read()


def _metadata(inside: dict[str, bytes]) -> Message:
    """Read what an index shows: PKG-INFO of an archive, METADATA of a wheel."""
    ends = (".dist-info/METADATA", "/PKG-INFO")
    (found,) = [text for name, text in inside.items() if name.endswith(ends)]
    return email.message_from_string(found.decode())


def _faults_of_metadata(file: Path, metadata: Message) -> Iterator[str]:
    for name in NEEDED:
        if not metadata[name]:
            yield f"no {name}"
    if metadata["Description-Content-Type"] != "text/markdown":
        yield "its description is not told to be Markdown"
    named = f"{metadata['Name']}-{metadata['Version']}".replace("interactions-", "", 1)
    if not file.name.startswith(f"interactions_{named}"):
        yield f"its metadata is of {named}"
    own = [n for n in metadata.get_all("Requires-Dist", []) if "interactions-" in n]
    for need in own:
        if f"=={metadata['Version']}" not in need:
            yield f"needs {need}, which is not of its version"


def _faults_of_description(metadata: Message) -> Iterator[str]:
    text = str(metadata.get_payload())
    if not text.strip():
        yield "no description"
    for target in relative_links(text):
        yield f"its description links to {target}"
    if "./packages/" in text:
        yield "its description installs from a checkout"


def _faults_of_contents(file: Path, inside: dict[str, bytes]) -> Iterator[str]:
    for end in ("LICENSE", "/py.typed"):
        if not any(name.endswith(end) for name in inside):
            yield f"no {end.strip('/')}"
    for name, content in inside.items():
        if name.endswith(_UNWANTED) or "/tests/" in name:
            yield f"holds {name}"
        if any(place in content for place in OF_THIS_MACHINE):
            yield f"{name} names a path of this machine"
    if file.suffix != ".whl" and not any(n.endswith("/README.md") for n in inside):
        yield "no README.md"


def main(dist: Path) -> None:
    """Look over every wheel and archive of a folder.

    Raises:
        UnfitError: Something is wrong with one of them.
    """
    built = [file for file in sorted(dist.iterdir()) if file.suffix in {".whl", ".gz"}]
    faults = [f"{file.name}: {fault}" for file in built for fault in faults_of(file)]
    if faults or not built:
        raise UnfitError("\n".join(faults) or f"nothing was built in {dist}")
    print(f"{len(built)} wheels and archives are fit to be published")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
