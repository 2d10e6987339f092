"""Texts that are read outside the repository, where no relative link leads anywhere."""

import posixpath
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from release.links import Link, led, relative_links

_CHECKOUT: Final = re.compile(r"\./packages/(\w+)")


@dataclass(frozen=True, slots=True)
class Home:
    """Where the files of a release can be read; `repository` may be unknown."""

    repository: str
    version: str

    def address(self, path: str, *, is_image: bool) -> str:
        """Return where a file or folder of the repository is shown."""
        kind = "raw" if is_image else "blob"
        return f"{self.repository}/{kind}/v{self.version}/{path}"


def broken_links(text: str, folder: str, files: Container[str]) -> list[str]:
    """Return the relative links of a page that lead to nothing.

    Args:
        text: Markdown.
        folder: Where the page lies in the repository, `""` for its root.
        files: The files and folders of the repository.
    """
    return [to for to in relative_links(text) if _path_of(to, folder) not in files]


def _path_of(target: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, urlsplit(target).path))


def published(text: str, folder: str, home: Home) -> str:
    """Return a page as it is read elsewhere.

    Relative links become absolute; where the repository's address is unknown their
    words stay. What is installed from a checkout is installed by its name.

    Args:
        text: Markdown.
        folder: Where the page lies in the repository, `""` for its root.
        home: What the links lead to.
    """

    def lead(link: Link) -> str:
        if not home.repository:
            return link.words
        path = posixpath.normpath(posixpath.join(folder, link.target))
        return link.to(home.address(path, is_image=link.is_image))

    return _CHECKOUT.sub(r"interactions-\1", led(text, lead))
