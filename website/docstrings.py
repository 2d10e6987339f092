"""Docstrings as Markdown, within the directives by which Sphinx knows an object."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import griffe

_KINDS: Final = {"class": "class", "function": "function", "attribute": "data"}
_FENCE: Final = 8
"""Ticks around an object of a module; those within it have fewer, code three."""


def members(found: griffe.Object, name: str, kind: str) -> str:
    """Return an object with what is public of it.

    Args:
        found: A class, function or attribute.
        name: What it is called where it is public.
        kind: What Sphinx calls it, or what griffe does.
    """
    inside = [_member(one) for one in _public(found)] if found.is_class else []
    said = [_bases(found), text_of(found), *inside]
    directive = _KINDS.get(kind, kind)
    return _directive(directive, _signature(found, name), said, _FENCE)


def pointer(name: str, module: str) -> str:
    """Return a line for a name that is told on the page of another module."""
    return f"- `{name}`, see [`{module}`]({module}.md)"


def text_of(found: griffe.Object) -> str:
    """Return what a docstring says, section by section."""
    if found.docstring is None:
        return ""
    sections = found.docstring.parse("google", warnings=False)
    return "\n\n".join(_section(section) for section in sections)


def _member(found: griffe.Object) -> str:
    is_method = found.is_function
    kind = "method" if is_method else "attribute"
    return _directive(kind, _signature(found, found.name), [text_of(found)], _FENCE - 2)


def _public(found: griffe.Object) -> Iterator[griffe.Object]:
    """Yield the members of a class that have a docstring of their own."""
    told = _told_in_sections(found)
    for name, member in found.members.items():
        is_hidden = name.startswith("_") or name in told or member.docstring is None
        if isinstance(member, griffe.Function | griffe.Attribute) and not is_hidden:
            yield member


def _told_in_sections(found: griffe.Object) -> set[str]:
    if found.docstring is None:
        return set()
    sections = found.docstring.parse("google", warnings=False)
    told = [s for s in sections if s.kind is griffe.DocstringSectionKind.attributes]
    return {attribute.name for section in told for attribute in section.value}


def _signature(found: griffe.Object, name: str) -> str:
    if isinstance(found, griffe.Class):
        return f"{name}{found.signature().removeprefix(found.name)}"
    if isinstance(found, griffe.Function):
        return f"{name}{found.signature().removeprefix(found.name)}"
    return name


def _bases(found: griffe.Object) -> str:
    """Name what a class is derived from, without the parts that it is put together of."""
    names = [str(base) for base in getattr(found, "bases", [])]
    told = [f"`{n}`" for n in names if not (n.startswith("_") or n.endswith("Mixin"))]
    return f"Derived from {', '.join(told)}." if told else ""


def _directive(kind: str, signature: str, said: list[str], ticks: int) -> str:
    fence = "`" * ticks
    body = "\n\n".join(part for part in said if part)
    return f"{fence}{{py:{kind}}} {signature}\n\n{body}\n{fence}"


def _section(section: griffe.DocstringSection) -> str:
    return _WRITTEN.get(section.kind, _plain)(section.value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _listed(head: str) -> Callable[[Any], str]:
    def write(rows: Any) -> str:
        lines = [_row(row) for row in rows]
        return f"{head}:\n\n" + "\n".join(lines)

    return write


def _row(row: Any) -> str:
    name = getattr(row, "name", "") or getattr(row, "annotation", "") or ""
    text = row.description.strip().replace("\n", "\n  ")
    return f"- `{name}`: {text}" if name else f"- {text}"


def _returned(rows: Any) -> str:
    return "Returns: " + " ".join(row.description.strip() for row in rows)


def _example(rows: Any) -> str:
    return "\n\n".join(text for _, text in rows)


def _admonition(value: Any) -> str:
    return f"{value.kind.title()}: {value.description}"


_Section = griffe.DocstringSectionKind
_WRITTEN: Final[dict[griffe.DocstringSectionKind, Callable[[Any], str]]] = {
    _Section.parameters: _listed("Arguments"),
    _Section.attributes: _listed("Attributes"),
    _Section.raises: _listed("Raises"),
    _Section.returns: _returned,
    _Section.yields: _returned,
    _Section.examples: _example,
    _Section.admonition: _admonition,
}
