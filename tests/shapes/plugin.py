"""A pytest plugin: what the adapters sent is held against the SDK's request types.

`python -m pytest -p tests.shapes.plugin tests/autogen` collects every create that the
emulator answered, whichever test sent it, and reduces it to its shape. When the session
ends each shape is validated; one that says what the SDK does not know, and that
`known_extras` does not name, fails the run. Under xdist the workers hand their shapes
to the process that started them.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from interactions_emulator.http.routes import Api
from tests.shapes.known_extras import KNOWN_EXTRAS
from tests.shapes.request_types import UNKNOWN, Finding, findings, word_fields
from tests.shapes.shape import shape_of

_OUTPUT = "request_shapes"


@dataclass
class Collected:
    """The shapes seen so far, each with the test that sent it first."""

    bodies: int = 0
    tests: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    """Workers that ended without telling what they saw."""

    def add(self, bodies: int, tests: dict[str, str]) -> None:
        self.bodies += bodies
        for shape, test in tests.items():
            self.tests.setdefault(shape, test)

    def findings(self) -> dict[Finding, list[str]]:
        """Return what the SDK does not know, each with the shapes that say it."""
        found: dict[Finding, list[str]] = {}
        for shape in sorted(self.tests):
            for finding in findings(json.loads(shape)):
                found.setdefault(finding, []).append(shape)
        return found


def is_known(finding: Finding) -> bool:
    said = "" if finding.what == UNKNOWN else f": {finding.what}"
    return f"{finding.field}{said}" in KNOWN_EXTRAS


class RequestShapes:
    """Watches the emulators of one process; at the end it reports or hands over."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._words = word_fields()
        self.seen = Collected()

    def observe(self, raw: bytes) -> None:
        """Note the body of a create that was answered."""
        shape = json.dumps(shape_of(json.loads(raw), self._words))
        test, _, _ = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")
        self.seen.add(1, {shape: test or "between tests"})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        serve = Api.serve

        async def watched(
            api: Api, request: Request, on: str, *arguments: Any
        ) -> Response:
            answer = await serve(api, request, on, *arguments)
            if on == "create" and answer.status_code == 200:
                self.observe(await request.body())
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Api, "serve", watched)
            return (yield)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        told = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if told is None:
            self.seen.lost.append(node.gateway.id)
        else:
            self.seen.add(told["bodies"], told["tests"])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_OUTPUT] = {"bodies": self.seen.bodies, "tests": self.seen.tests}
        elif self._new() or self.seen.lost or not self.seen.bodies:
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section("request shapes")
        for line in self._lines():
            terminalreporter.write_line(line)

    def _new(self) -> dict[Finding, list[str]]:
        found = self.seen.findings()
        return {one: found[one] for one in found if not is_known(one)}

    def _lines(self) -> Iterator[str]:
        found = self.seen.findings()
        new = self._new()
        yield (
            f"{self.seen.bodies} answered creates, {len(self.seen.tests)} shapes,"
            f" {len(found)} findings, {len(new)} of them new"
        )
        for worker in self.seen.lost:
            yield f"{worker} ended without telling what it saw"
        for finding, shapes in found.items():
            yield f"{'NEW' if finding in new else 'known'}: {finding}"
            if finding in new:
                yield f"  sent first by {self.seen.tests[shapes[0]]}"
                yield f"  in {len(shapes)} shapes, such as {shapes[0]}"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(RequestShapes(config), "request-shapes")
