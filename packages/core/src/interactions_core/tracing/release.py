"""Which release makes spans and numbers."""

import functools
from importlib.metadata import version


@functools.cache
def own_release() -> str:
    """Return it; what is installed is looked through once a process."""
    return version("interactions-core")
