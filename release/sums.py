"""What lies in a folder of a release: names, sizes and SHA-256 sums.

python -m release.sums dist
"""

import hashlib
import sys
from pathlib import Path
from typing import Final

SUMS: Final = "SHA256SUMS"


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def files_of(dist: Path) -> list[Path]:
    """Return the files of a release by name, without the list of their sums."""
    return sorted(file for file in dist.iterdir() if file.name != SUMS)


def sums(dist: Path) -> str:
    """Return the lines that `sha256sum --check` reads."""
    return "".join(f"{digest_of(file)}  {file.name}\n" for file in files_of(dist))


def table(dist: Path) -> str:
    """Return a line for each file: bytes, SHA-256, name."""
    rows = [
        f"{file.stat().st_size:>9,}  {digest_of(file)}  {file.name}"
        for file in files_of(dist)
    ]
    return "\n".join(rows)


def main(dist: Path) -> None:
    """Write the sums beside the files, and say what there is."""
    (dist / SUMS).write_text(sums(dist), encoding="utf-8")
    print(table(dist))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
