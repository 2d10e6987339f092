"""Decides which of the server's tools a user's text asks for."""

import re
from collections.abc import Callable, Mapping

from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.base.payloads import JsonObject, is_list, is_object
from interactions_emulator.reply.server_results import default_result
from interactions_emulator.reply.server_tools import ServerToolUse

_URL = re.compile(r"https?://[^\s\"'<>)\]]*[^\s\"'<>)\].,;:!?]")
_ARITHMETIC = re.compile(r"\(*-?\d[\d\s.()]*(?:(?:\*\*|//|[-+*/%])[\d\s.()]+)+")
_QUERY_CHARS = 200
_SEARCHED_CHARS = 2_000
"""The pattern for arithmetic takes quadratic time."""
_ASKS: Mapping[str, re.Pattern[str]] = {
    "google_search": re.compile(
        r"\b(?:search|google|look(?:ing)? up|web|online|internet|news|latest|newest"
        r"|recent|current|today|this (?:week|month|year))\b",
        re.IGNORECASE,
    ),
    "google_maps": re.compile(
        r"\b(?:near(?:by|est)?|maps?|directions?|route|address|restaurants?|places?"
        r"|caf[eé]s?|how far)\b",
        re.IGNORECASE,
    ),
    "file_search": re.compile(
        r"\b(?:files?|documents?|docs|uploaded|manuals?|stores?)\b", re.IGNORECASE
    ),
    "retrieval": re.compile(
        r"\b(?:retriev\w+|corpus|knowledge base|data ?stores?|documents?)\b",
        re.IGNORECASE,
    ),
    "code_execution": re.compile(
        r"\b(?:calculat\w+|comput\w+|run|execut\w+|code|python|script|plot)\b",
        re.IGNORECASE,
    ),
}


def wanted_uses(conversation: Conversation) -> tuple[ServerToolUse, ...]:
    """Return the uses that the text asks for, in the order of the declarations."""
    text = conversation.last_user_text
    uses = [_use(tool, text) for tool in conversation.request.tools]
    return tuple(use for use in uses if use is not None)


def _use(tool: JsonObject, text: str) -> ServerToolUse | None:
    kind = str(tool.get("type"))
    if kind == "mcp_server":
        return _mcp(tool, text)
    make = _ARGUMENTS.get(kind)
    arguments = None if make is None else make(text)
    if arguments is None:
        return None
    result = default_result(kind, arguments)
    return ServerToolUse(tool=kind, arguments=arguments, result=result)


def _asked(kind: str, text: str) -> bool:
    return _ASKS[kind].search(text) is not None


def _queries(kind: str) -> Callable[[str], JsonObject | None]:
    def queries(text: str) -> JsonObject | None:
        query = " ".join(text.split())[:_QUERY_CHARS].rstrip("?.! ")
        return {"queries": [query]} if _asked(kind, text) else None

    return queries


def _urls(text: str) -> JsonObject | None:
    urls = list(dict.fromkeys(_URL.findall(text)))
    return {"urls": urls} if urls else None


def _code(text: str) -> JsonObject | None:
    found = _ARITHMETIC.search(text[:_SEARCHED_CHARS])
    if found is None and not _asked("code_execution", text):
        return None
    expression = found[0].strip() if found else repr(text[:_QUERY_CHARS])
    return {"language": "python", "code": f"print({expression})"}


def _files(text: str) -> JsonObject | None:
    return {} if _asked("file_search", text) else None


def _mcp(tool: JsonObject, text: str) -> ServerToolUse | None:
    """Use a remote server when its name, or that of a tool of its, is said."""
    server = str(tool.get("name") or "")
    allowed = _allowed(tool.get("allowed_tools"))
    said = [name for name in [*allowed, server] if name and _says(text, name)]
    if not said:
        return None
    name = said[0] if said[0] in allowed else (allowed or ["run"])[0]
    arguments = {"query": text[:_QUERY_CHARS]}
    return ServerToolUse(
        tool="mcp_server",
        arguments=arguments,
        result=default_result("mcp_server", arguments),
        names={"name": name, "server_name": server},
    )


def _allowed(value: object) -> list[str]:
    """Read names, or objects that hold them under `tools` (SDK's type)."""
    names: list[str] = []
    for one in value if is_list(value) else ():
        inner = one.get("tools") if is_object(one) else [one]
        names += [str(name) for name in (inner if is_list(inner) else ()) if name]
    return names


def _says(text: str, name: str) -> bool:
    spaced = re.escape(name).replace("_", "[ _]")
    return re.search(rf"(?<!\w){spaced}(?!\w)", text, re.IGNORECASE) is not None


_ARGUMENTS: Mapping[str, Callable[[str], JsonObject | None]] = {
    "google_search": _queries("google_search"),
    "google_maps": _queries("google_maps"),
    "retrieval": _queries("retrieval"),
    "file_search": _files,
    "url_context": _urls,
    "code_execution": _code,
}
