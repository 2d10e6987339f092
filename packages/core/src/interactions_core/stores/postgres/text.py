"""Texts and names that PostgreSQL refuses as they are, in a form that it takes. Pure."""

from typing import Final

_MARK: Final = "\x01"


def escaped(text: str) -> str:
    r"""Write the NUL that PostgreSQL refuses in text as two characters.

    Equal texts stay equal, others differ, and their order stays: NUL becomes
    `\x01\x01`, and `\x01` becomes `\x01\x02`.
    """
    if "\0" not in text and _MARK not in text:
        return text
    return text.replace(_MARK, "\x01\x02").replace("\0", "\x01\x01")


def unescaped(text: str) -> str:
    """Undo `escaped`."""
    if _MARK not in text:
        return text
    return text.replace("\x01\x01", "\0").replace("\x01\x02", _MARK)


def quoted(name: str) -> str:
    """Write the name of a schema."""
    return '"' + name.replace('"', '""') + '"'
