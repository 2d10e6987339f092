"""Names of MCP servers, as agents take them.

Pure but for the log. A name only tells servers apart: nothing is found by it again.
"""

import logging
import re
from functools import lru_cache
from hashlib import sha256
from typing import Final

from interactions_core.canonical import Json, JsonObject
from interactions_core.logs import log_fields

logger: Final = logging.getLogger("interactions_core")

_TAKEN: Final = re.compile(r"[a-z0-9]+")
_FOREIGN: Final = re.compile(r"[^a-z0-9]")
_HASH_CHARS: Final = 8


@lru_cache(maxsize=1024)
def server_name(name: str) -> str:
    """Return what an MCP server is called on the wire: small letters and digits.

    API: agents refuse any other name, with a text that names nothing. The same name
    always gives the same, and two names two.
    """
    if not name or _TAKEN.fullmatch(name):
        return name
    mark = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]
    sent = f"{_FOREIGN.sub('', name.lower())}{mark}"
    logger.info(
        "agents take no MCP server named %r; it is sent as %r",
        name,
        sent,
        extra=log_fields("server_renamed"),
    )
    return sent


def with_server_name(tool: JsonObject) -> JsonObject:
    """Return a tool as agents take it; only MCP servers are changed."""
    name: Json = tool.get("name")
    if tool.get("type") != "mcp_server" or not isinstance(name, str):
        return tool
    sent = server_name(name)
    return tool if sent == name else {**tool, "name": sent}
