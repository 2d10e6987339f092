"""Look an environment over, and write the bill of the package that it was made for.

    python -m release.environments dist interactions-core environment/bin/python

cyclonedx-py finds what is ours by the path that it was installed from.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from release.bills import published


class InvalidBillError(Exception):
    """A bill is not what the schema of CycloneDX asks for."""


def check(bill: dict[str, Any]) -> None:
    """Hold a bill against the schema.

    Raises:
        InvalidBillError: It is not valid.
    """
    version = SchemaVersion.from_version(bill["specVersion"])
    fault = JsonStrictValidator(version).validate_str(json.dumps(bill))
    if fault:
        raise InvalidBillError(str(fault))


def _found(python: str) -> dict[str, Any]:
    command = [
        "cyclonedx-py",
        "environment",
        "--output-reproducible",
        "-o",
        "-",
        python,
    ]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def main(dist: Path, name: str, python: str) -> None:
    """Write the bill of a package beside its wheel."""
    bill = published(_found(python), name, dist)
    check(bill)
    version = bill["metadata"]["component"]["version"]
    file = dist / f"{name.replace('-', '_')}-{version}.cdx.json"
    file.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{file.name}: {len(bill['components'])} components")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
