"""The manifests of `examples/deployment`: their commands, run as processes."""

import json
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from interactions_emulator import Emulator
from tests.commands import Running
from tests.core.test_webhooks import SECRET, delivery
from tests.docs.pages import ROOT
from tests.patience import PATIENCE_S

FOLDER = ROOT / "examples" / "deployment"
NAMES = ("app", "watcher", "receiver")
ENDS = {0, -signal.SIGTERM}
"""uvicorn, which runs the app, ends by the signal that it was sent."""

SECRETS = {
    "sessions": "INTERACTIONS_SESSIONS",
    "gemini-api-key": "GEMINI_API_KEY",
    "webhook-secrets": "INTERACTIONS_WEBHOOK_SECRETS",
}


def of_compose() -> dict[str, list[str]]:
    services = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
    return {name: services[name]["command"] for name in NAMES}


def pods() -> dict[str, Any]:
    parts = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text())
    return {
        part["metadata"]["name"]: part["spec"]["template"]["spec"]
        for part in parts
        if part["kind"] == "Deployment"
    }


def of_kubernetes() -> dict[str, list[str]]:
    return {name: pod["containers"][0]["command"] for name, pod in pods().items()}


def moved(command: list[str]) -> tuple[list[str], str]:
    """Give a command a free port of this machine, and an installed program."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = str(free.getsockname()[1])
    at = next(
        i
        for i, word in enumerate(command)
        if word.endswith("-port") or word == "--port"
    )
    here = [*command[: at + 1], port, *command[at + 2 :]]
    here = ["127.0.0.1" if word == "0.0.0.0" else word for word in here]  # noqa: S104
    program = Path(sys.executable).with_name(here[0])
    return [str(program), *here[1:]], f"http://127.0.0.1:{port}"


def ask(url: str, body: bytes | None = None, headers: Any = None) -> tuple[int, str]:
    request = urllib.request.Request(url, body, headers or {})  # noqa: S310  our own
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError:
        return 0, ""


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.mark.parametrize("commands", [of_compose, of_kubernetes])
def test_the_commands_of_the_manifests_come_up_work_and_end(
    commands: Callable[[], dict[str, list[str]]],
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("app.py", "research.py"):
        shutil.copy(FOLDER / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    with Emulator(job_s=0.1) as emulator, ExitStack() as stack:
        values = {
            "INTERACTIONS_SESSIONS": f"{postgres_url}&pool_size=4",
            "GEMINI_API_KEY": "k",
            "INTERACTIONS_WEBHOOK_SECRETS": SECRET,
            "INTERACTIONS_ACCOUNT": "research",
            "GOOGLE_GEMINI_BASE_URL": emulator.url,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        at, services = dict[str, str](), list[Running]()
        for name, command in commands().items():
            here, at[name] = moved(command)
            services.append(Running(here))
            stack.callback(services[-1].kill)

        for url in at.values():
            wait_until(lambda url=url: ask(f"{url}/readyz")[0] == 200)
        _, began = ask(f"{at['app']}/threads/1", b"What is a TPU?")
        headers, body = delivery(at=int(time.time()), name="msg_1")
        delivered, _ = ask(at["receiver"], body, headers)
        wait_until(lambda: "ai: " in ask(f"{at['app']}/threads/1")[1])
        creates = emulator.stats()["creates"]
        ended = [service.end() for service in services]

    assert json.loads(began)["messages"] == ["human: What is a TPU?"]
    assert (delivered, creates) == (200, 1)
    assert set(ended) <= ENDS
    assert {ask(f"{url}/livez")[0] for url in at.values()} == {0}
    assert os.environ["INTERACTIONS_SESSIONS"] not in str(services[0].said)


def test_secrets_are_referred_to_and_a_pod_has_time_to_end() -> None:
    for pod in pods().values():
        [container] = pod["containers"]
        variables = {one["name"]: one for one in container["env"]}
        referred = {
            name: one["valueFrom"]["secretKeyRef"]["key"]
            for name, one in variables.items()
            if "valueFrom" in one
        }
        command = container["command"]
        grace = command[-1] if "--grace" not in command else ""
        grace = grace or command[command.index("--grace") + 1]

        assert all(SECRETS[key] == name for name, key in referred.items())
        assert {"INTERACTIONS_SESSIONS", "GEMINI_API_KEY"} <= referred.keys()
        assert pod["terminationGracePeriodSeconds"] >= int(grace) + 10
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert pods().keys() == {*NAMES}
