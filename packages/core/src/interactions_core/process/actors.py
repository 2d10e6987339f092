"""Who runs this process, for audits."""

import getpass
import os
import platform


def actor() -> str:
    """Return the user and the machine."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # A container need not know its users; Python 3.13 raises the latter.
        user = f"uid {os.getuid()}"
    return f"{user}@{platform.node()}"
