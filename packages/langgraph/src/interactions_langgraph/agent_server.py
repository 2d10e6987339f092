"""The checkpointer that a `langgraph.json` names for LangGraph's Agent Server.

The server imports `checkpointer`, holds it open for as long as it runs, and calls
the async methods of the saver only.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer

from interactions_core.adapter import in_thread
from interactions_core.exceptions import ConfigurationError
from interactions_langgraph.saver import InteractionsSaver

SESSIONS: Final = "INTERACTIONS_SESSIONS"
"""The environment variable with the URL of the saver's store."""

AES_KEY: Final = "LANGGRAPH_AES_KEY"
"""The server's own variable for encryption at rest: 16, 24 or 32 bytes."""


@asynccontextmanager
async def checkpointer() -> AsyncGenerator[InteractionsSaver]:
    """Open the saver that the environment describes, until the server stops.

    Raises:
        ConfigurationError: The environment names no store, or one of another kind.
        StoreError: The store cannot be opened.
    """
    sessions = os.environ.get(SESSIONS)
    if not sessions:
        message = f"{SESSIONS} is not set; give it a URL, e.g. 'sqlite:///state.db'"
        raise ConfigurationError(message)
    async with await in_thread(partial(_open_saver, sessions)) as saver:
        yield saver


def _open_saver(sessions: str) -> InteractionsSaver:
    return InteractionsSaver.from_conn_string(sessions, serde=_serde())


def _serde() -> SerializerProtocol | None:
    # Without its own saver, the server's promise to encrypt would be nobody's.
    return (
        EncryptedSerializer.from_pycryptodome_aes() if os.environ.get(AES_KEY) else None
    )
