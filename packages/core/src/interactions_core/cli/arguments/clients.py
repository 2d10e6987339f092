"""What commands have in common that ask the API.

The clients take long to import, and so are imported by whoever opens one: a group has
commands that ask nobody, too.
"""

import contextlib
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interactions_core.cli.arguments.files import typed_wrong
from interactions_core.protocol.retention import DEFAULT_RETENTION_S

if TYPE_CHECKING:
    from interactions_core.client.client import InteractionsClient
    from interactions_core.services.graph_resumer import Resume

TIMEOUT_S: Final = 60.0
"""Of one request. A command only reads and cancels, and must end when it is told to."""


@contextlib.contextmanager
def client(account: str | None = None) -> "Generator[InteractionsClient]":
    """Open a client with the key, the address and the platform of the environment."""
    from interactions_core.client.client import InteractionsClient  # noqa: PLC0415
    from interactions_core.client.connection import (  # noqa: PLC0415
        DEFAULT_MAX_RETRIES,
        Connection,
    )
    from interactions_core.turns.context import ClientPolicy  # noqa: PLC0415

    policy = ClientPolicy(
        max_retries=DEFAULT_MAX_RETRIES,
        retention_s=DEFAULT_RETENTION_S,
        clock=time.time,
    )
    made = InteractionsClient(Connection(timeout_s=TIMEOUT_S, account=account), policy)
    try:
        yield made
    finally:
        made.close()


def resume_named(name: str | None, app_dir: str) -> "Resume | None":
    """Import what resumes a graph; `None` if none was named.

    Raises:
        click.UsageError: It cannot be imported, or nobody knows how to resume it.
    """
    from interactions_core.services.resume_loader import load_resume  # noqa: PLC0415

    if name is None:
        return None
    sys.path.insert(0, str(Path(app_dir).absolute()))
    with typed_wrong():
        return load_resume(name)
