"""Functions as the API takes them: their names on the wire, and what may be declared.

Pure but for the log. Frameworks name functions freely, servers of tools above all. A
name that the API refuses gets another on the wire, always the same one; the framework
sees its own name back, and never this one.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.exceptions import ConfigurationError
from interactions_core.logs import log_fields

logger: Final = logging.getLogger("interactions_core")

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")
"""google-genai 3.4.0, `types.FunctionDeclaration.name`."""

ACCEPTED_BY_ALL: Final = 64
"""Longer names were refused by models in 2025, whatever the documentation says."""

_FOREIGN: Final = re.compile(r"[^A-Za-z0-9_.:-]")
_HASH_CHARS: Final = 8


def is_name(name: object) -> bool:
    """Tell whether the API takes a function of this name."""
    return isinstance(name, str) and NAME.fullmatch(name) is not None


def check_function_name(name: object) -> None:
    """Refuse a function name that the API would refuse.

    Raises:
        ConfigurationError: It has other characters, or is too long.
    """
    if not isinstance(name, str) or not is_name(name):
        msg = (
            f"the API takes no function named {name!r}: a name begins with a letter or "
            "an underscore, goes on with letters, digits and _ . : -, and has at most "
            "128 characters; rename the tool"
        )
        raise ConfigurationError(msg)


@lru_cache(maxsize=4096)
def wire_name(name: str) -> str:
    """Return what a function is called on the wire: its own name where that may be.

    The same name always gives the same, in every process; what is given back is a
    name that the API takes, and stays as it is.
    """
    if not name or is_name(name):
        return name
    readable = _FOREIGN.sub("_", name)
    if not is_name(readable[:1]):
        readable = f"_{readable}"
    return _abbreviated(readable, name)


@lru_cache(maxsize=4096)
def short_name(name: str) -> str:
    """Return what a function is called where a model takes no long names.

    The same name always gives the same, and a name that every model takes itself.
    """
    return name if len(name) <= ACCEPTED_BY_ALL else _abbreviated(name, name)


def _abbreviated(readable: str, name: str) -> str:
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]
    return f"{readable[: ACCEPTED_BY_ALL - _HASH_CHARS - 1]}_{mark}"


def own_names(tools: Sequence[JsonObject]) -> dict[str, str]:
    """Return the framework's names of the functions that are renamed on the wire.

    Args:
        tools: Declarations under the framework's names.

    Raises:
        ConfigurationError: Two functions have one name on the wire.
    """
    known: dict[str, str] = {}
    for name in map(_function_name, tools):
        if name and known.setdefault(wire_name(name), name) != name:
            other = known[wire_name(name)]
            msg = (
                f"the functions {other!r} and {name!r} have one name on the wire, "
                f"{wire_name(name)!r}; rename one of them"
            )
            raise ConfigurationError(msg)
    return {wire: name for wire, name in known.items() if wire != name}


def declared(tool: JsonObject) -> JsonObject:
    """Return a declaration as it is sent; tools that are no functions stay as they are.

    Raises:
        ConfigurationError: A function has no name, or parameters that are not JSON.
    """
    if tool.get("type") != "function":
        return tool
    name = _function_name(tool)
    if not name:
        msg = f"a function without a name cannot be declared; it has {sorted(tool)}"
        raise ConfigurationError(msg)
    check_parameters(name, tool.get("parameters"))
    sent = wire_name(name)
    if sent == name:
        return tool
    _tell_renamed(name, sent)
    return {**tool, "name": sent}


def check_parameters(name: str, parameters: Json) -> None:
    """Refuse the parameters of a function that cannot be written as JSON.

    Raises:
        ConfigurationError: They contain themselves, or something that is not JSON.
    """
    try:
        json.dumps(parameters)
    except (TypeError, ValueError, RecursionError) as exc:
        raise unwritable(name, exc) from exc


def unwritable(name: str, why: Exception) -> ConfigurationError:
    """Say that a function's parameters cannot be declared.

    Args:
        name: The function.
        why: What came of the attempt.
    """
    return ConfigurationError(
        f"the parameters of the function {name!r} cannot be written as JSON ({why}); "
        "nothing was sent. An argument whose type contains itself has no end: take a "
        "text or a flat list, and build the rest in the function"
    )


def _function_name(tool: JsonObject) -> str:
    if tool.get("type") != "function":
        return ""
    name = tool.get("name")
    return name if isinstance(name, str) else ""


def warn_of_long_names(tools: Json, target: str) -> None:
    """Say of each declared function that models may refuse how long its name is.

    Args:
        tools: As they are sent.
        target: Who is asked.
    """
    for tool in tools if isinstance(tools, list | tuple) else ():
        name = _function_name(tool) if isinstance(tool, Mapping) else ""
        if len(name) > ACCEPTED_BY_ALL:
            _warn_of_long_name(name, target)


# Once for each name and model: a declaration is sent with every call.
@lru_cache(maxsize=4096)
def _warn_of_long_name(name: str, target: str) -> None:
    logger.warning(
        "the function name %r has %d characters; %d are documented, and models "
        "have refused more than %d",
        name,
        len(name),
        128,
        ACCEPTED_BY_ALL,
        extra=log_fields("function_name_long", target=target),
    )


@lru_cache(maxsize=4096)
def _tell_renamed(name: str, sent: str) -> None:
    logger.info(
        "the API takes no function named %r; it is called %r on the wire",
        name,
        sent,
        extra=log_fields("function_renamed"),
    )
