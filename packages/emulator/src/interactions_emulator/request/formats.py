"""Reads which forms of output a create asks for."""

from interactions_emulator.base import refusals
from interactions_emulator.base.payloads import JsonObject, is_list, is_object

_VALUES = frozenset({"default", "enum", "const", "examples"})
MODALITIES = ["text", "image", "audio", "video", "document"]


def read_outputs(body: JsonObject) -> dict[str, JsonObject]:
    """Return the modalities asked for, each with its format.

    Raises:
        ApiError: A modality does not exist.
    """
    formats = body.get("response_format")
    listed = formats if is_list(formats) else [formats]
    wanted: dict[str, JsonObject] = {}
    for modality in body.get("response_modalities") or ():
        name = str(modality).lower()
        if name not in MODALITIES:
            raise refusals.unsupported_value(
                modality, "response_modalities", MODALITIES
            )
        wanted[name] = {}
    for one in listed:
        if is_object(one) and one.get("type") in MODALITIES:
            wanted[str(one["type"])] = one
    return wanted


def check_schema(schema: object) -> None:
    """Refuse `items` as a list, the one limit seen on schemas (vercel/ai).

    Raises:
        ApiError: The schema describes a tuple.
    """
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if is_object(one):
            if is_list(one.get("items")):
                raise refusals.syntax_error()
            waiting += [one[key] for key in one.keys() - _VALUES]
        elif is_list(one):
            waiting += one
