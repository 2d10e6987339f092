"""What an extra of an installed package brings, as a command that installs it."""

import re
import shlex
from importlib.metadata import requires


def install_command(extra: str, package: str = "interactions-core") -> str:
    """Return the command that installs what an extra brings.

    It names what is on package indexes, which these packages themselves are not.

    Args:
        extra: The extra.
        package: The installed package that has it.
    """
    marker = re.compile(rf"""extra\s*==\s*['"]{re.escape(extra)}['"]""")
    lines = [line.partition(";") for line in requires(package) or ()]
    wanted = sorted(name.strip() for name, _, when in lines if marker.search(when))
    return shlex.join(["pip", "install", *wanted])
