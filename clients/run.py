"""Run every client of `versions.toml` against a fresh emulator of its own.

Prints what each program says, then a table of clients and features; the exit status is
1 if anything failed. Clients are never modified: each is installed at its pinned version
into an environment of its own and told only where the server is.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from interactions_emulator import Emulator

HERE = Path(__file__).parent
FEATURES = "text chain tools stream structured background resume cancel delete errors"
COLUMNS = (*FEATURES.split(), "agents")
INSTALL_S = 600
RUN_S = 180
# No client is to look elsewhere: for a key, for a server, for prices, or to report.
ENVIRONMENT = {
    "GOOGLE_API_KEY": "offline",
    "GEMINI_API_KEY": "offline",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "AGNO_TELEMETRY": "false",
    "OTEL_SDK_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost",
}
HIDDEN = ("GOOGLE_", "GEMINI_", "PYTHONPATH", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One entry of `versions.toml`."""

    name: str
    program: str
    install: list[str]
    override: list[str] = field(default_factory=list)

    @property
    def is_python(self) -> bool:
        """Whether it runs under Python; the others run under node."""
        return self.program.endswith(".py")


def main() -> int:
    """Run the clients that were asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="clients; all of them if none is named"
    )
    parser.add_argument(
        "--environments", type=Path, help="folder to make environments in and keep"
    )
    options = parser.parse_args()
    clients = read_clients(options.names)
    with tempfile.TemporaryDirectory() as temporary:
        root = options.environments or Path(temporary)
        results = {client.name: try_client(client, root) for client in clients}
    print(f"\n{table(results)}")
    outcomes = [outcome for row in results.values() for outcome in row.values()]
    return int(any(outcome.startswith("FAIL") for outcome in outcomes))


def read_clients(names: list[str]) -> list[Client]:
    """Read `versions.toml`; an unknown name ends the program."""
    pinned = tomllib.loads((HERE / "versions.toml").read_text(encoding="utf-8"))
    if unknown := set(names) - set(pinned):
        sys.exit(f"no such client: {', '.join(sorted(unknown))}; known: {list(pinned)}")
    return [Client(name=n, **pinned[n]) for n in names or pinned]


def try_client(client: Client, root: Path) -> dict[str, str]:
    """Install and run one client; return the outcome by feature."""
    print(f"\n== {client.name}: {', '.join(client.install)}", flush=True)
    if not client.is_python and not shutil.which("npm"):
        print("skipped: there is no node here")
        return dict.fromkeys(COLUMNS, "skip (there is no node here)")
    folder = root / client.name.replace("/", "-").replace(" ", "-").strip("@")
    try:
        command = install(client, folder.absolute())
    except subprocess.CalledProcessError as error:
        print(error.stdout)
        return dict.fromkeys(COLUMNS, "FAIL not installed")
    outcomes = run(command)
    return {c: outcomes.get(c, "FAIL not reached") for c in COLUMNS}


def install(client: Client, folder: Path) -> list[str]:
    """Make the environment of a client and return the command of its program."""
    folder.mkdir(parents=True, exist_ok=True)
    make = install_python if client.is_python else install_node
    return make(client, folder)


def install_python(client: Client, folder: Path) -> list[str]:
    """Install into a virtual environment of this interpreter's version."""
    overrides = folder / "overrides.txt"
    overrides.write_text("\n".join(client.override), encoding="utf-8")
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    uv = [sys.executable, "-m", "uv"]
    if not python.exists():
        quietly([*uv, "venv", "--allow-existing", "-p", sys.executable, str(folder)])
    pip = [*uv, "pip", "install", "--override", str(overrides)]
    quietly([*pip, "--python", str(python), *client.install])
    return [str(python), str(HERE / client.program)]


def install_node(client: Client, folder: Path) -> list[str]:
    """Install beside a copy of the program, which looks for packages there."""
    for source in HERE.glob("*.mjs"):
        shutil.copy(source, folder)
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    npm = [str(shutil.which("npm")), "install", "--no-audit", "--no-fund"]
    quietly([*npm, "--prefix", str(folder), *client.install])
    return [str(shutil.which("node")), str(folder / client.program)]


def quietly(command: list[str]) -> None:
    """Run a command whose output matters only if it fails."""
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALL_S,
    )


def run(command: list[str]) -> dict[str, str]:
    """Run a program against an emulator of its own; return what it says."""
    script = json.loads((HERE / "script.json").read_text(encoding="utf-8"))
    kept = {k: v for k, v in os.environ.items() if not k.startswith(HIDDEN)}
    with Emulator(script=script) as emulator:
        said = said_by([*command, emulator.url], kept | ENVIRONMENT)
        broken = [r for r in emulator.requests() if r["status"] == 500]
    print(said, flush=True)
    outcomes = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    if broken:
        print(f"answered with 500: {broken}")
        outcomes["errors"] = "FAIL the emulator answered with 500"
    return outcomes


def said_by(command: list[str], environment: dict[str, str]) -> str:
    """Return what a program prints; its other output goes to ours."""
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            return program.communicate(timeout=RUN_S)[0]
        except subprocess.TimeoutExpired:
            program.kill()
            print(f"stopped after {RUN_S} s")
            return program.communicate()[0]


def table(results: dict[str, dict[str, str]]) -> str:
    """Draw clients by features in Markdown."""
    head = f"| client | {' | '.join(COLUMNS)} |"
    rule = "|---" * (len(COLUMNS) + 1) + "|"
    rows = [
        f"| {name} | {' | '.join(row[c].split()[0] for c in COLUMNS)} |"
        for name, row in results.items()
    ]
    return "\n".join((head, rule, *rows))


if __name__ == "__main__":
    sys.exit(main())
