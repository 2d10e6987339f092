"""Finds in the settings of a create what a service may refuse."""

import re
from collections.abc import Iterator
from itertools import chain

from interactions_emulator.base.models import family, nearest
from interactions_emulator.base.payloads import JsonObject, is_list, is_object
from interactions_emulator.base.points import MOST_NAME, SAMPLING
from interactions_emulator.base.strictness import Doubt
from interactions_emulator.request.doubtful_schemas import (
    beside_references_in,
    bounds_in,
    unlisted_in,
)
from interactions_emulator.request.formats import MODALITIES

_BUILT_IN = frozenset(
    {
        *("code_execution", "computer_use", "file_search", "google_maps"),
        *("google_search", "retrieval", "url_context"),
    }
)
_MCP_NAME = re.compile(r"[a-z0-9]+")


def settings_doubts(body: JsonObject, version: str) -> Iterator[Doubt]:
    """Yield what the points say of the settings of a well-formed body.

    Args:
        body: As it was sent.
        version: `v1`, `v1beta`, …
    """
    yield from _target(body, version)
    yield from _platform(body)
    yield from _formats(body)
    tools: list[JsonObject] = body.get("tools") or []
    yield from _functions([tool for tool in tools if tool["type"] == "function"])
    yield from _others(body, tools)
    config: JsonObject = body.get("generation_config") or {}
    for key in SAMPLING:
        if config.get(key) is not None:
            yield Doubt("sampling", f"{key} is given", {"field": key})


def _target(body: JsonObject, version: str) -> Iterator[Doubt]:
    model = str(body.get("model") or "")
    if family(model).is_alias and version == "v1":
        fields = {"model": model, "near": nearest(model)}
        yield Doubt("latest-on-v1", f"{model} is served under v1beta", fields)


def _platform(body: JsonObject) -> Iterator[Doubt]:
    for key in ("labels", "safety_settings"):
        if body.get(key) is not None:
            yield Doubt(key.replace("_", "-"), f"{key} is given", {"field": key})


def _formats(body: JsonObject) -> Iterator[Doubt]:
    for modality in body.get("response_modalities") or ():
        if modality != str(modality).lower():
            supported = ", ".join(f"'{name}'" for name in MODALITIES)
            fields = {"value": str(modality), "supported": supported}
            yield Doubt("modality-case", f"{modality} has capitals", fields)
    for one in _listed(body.get("response_format")):
        place = "response_format.schema"
        schema = one.get("schema")
        for point, found in _in_schema(schema).items():
            if found:
                yield Doubt(point, f"{place} has {', '.join(found)}")


def _in_schema(schema: object) -> dict[str, list[str]]:
    return {
        "schema-bounds": bounds_in(schema),
        "schema-keywords": unlisted_in(schema),
        "schema-references": beside_references_in(schema),
    }


def _functions(functions: list[JsonObject]) -> Iterator[Doubt]:
    for function in functions:
        found = [*chain(*_in_schema(function.get("parameters")).values())]
        if found:
            yield Doubt("tool-keywords", f"{function['name']} has {', '.join(found)}")


def _others(body: JsonObject, tools: list[JsonObject]) -> Iterator[Doubt]:
    functions = [tool["name"] for tool in tools if tool["type"] == "function"]
    for index, tool in enumerate(tools):
        kind, name = tool["type"], str(tool.get("name") or "")
        if kind == "function" and len(name) > MOST_NAME:
            why = f"{name} has {len(name)} characters"
            yield Doubt("long-names", why, {"index": str(index)})
        if kind in _BUILT_IN and functions:
            why = f"{kind} stands beside {functions[0]}"
            yield Doubt("builtin-beside-functions", why)
        if kind == "mcp_server":
            yield from _server(name)
    kinds = [one.get("mime_type") for one in _listed(body.get("response_format"))]
    if functions and "application/json" in kinds:
        yield Doubt(
            "format-beside-functions", f"JSON is asked for beside {functions[0]}"
        )


def _server(name: str) -> Iterator[Doubt]:
    yield Doubt("mcp-with-models", f"the server {name!r}")
    if name and not _MCP_NAME.fullmatch(name):
        yield Doubt("mcp-names", f"the server {name!r}")


def _listed(value: object) -> list[JsonObject]:
    listed = value if is_list(value) else [value]
    return [one for one in listed if is_object(one)]
