"""Ask beside a package that loses answers: python -m tests.langgraph.ask_instrumented.

The arguments are what is asked, and a folder. Prints as JSON what it came to, and what
the same came to afterwards without that package: an answer or an error, how many creates
and cancels were sent by then, and the statuses of the jobs.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

from interactions_core import InteractionsError, SqliteStore
from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions, InteractionsSaver
from tests.conftest import Clock, on_clock
from tests.langgraph.nodes import AT, NOTHING, Bench, ask
from tests.waiting import go_by


class Asked:
    """A graph whose calls take a minute in the background, and its instrumentation."""

    def __init__(self, emulator: Emulator, clock: Clock, folder: str) -> None:
        store = SqliteStore(f"{folder}/state.db")
        self.instrumentor = GoogleGenAiSdkInstrumentor()

        def make(**options: Any) -> ChatInteractions:
            model = ChatInteractions(
                base_url=emulator.url, api_key="k", model="gemini-3.5-flash", **options
            )
            go_by(model, clock)
            return model

        self.bench = Bench(make, emulator, clock, InteractionsSaver(store))

    def switch_on(self) -> None:
        # It takes google-genai below 3 of itself, and is told to take any.
        self.instrumentor.instrument(skip_dep_check=True)

    def told(self, call: Callable[[], str]) -> list[Any]:
        """Say what a call comes to."""
        try:
            said = call()
        except InteractionsError as error:
            said = type(error).__name__
        return [said, *self.bench.counts, [job.status for job in self.bench.jobs]]

    def run(self, system: str = "be brief", **options: Any) -> str:
        app = self.bench.graph(ask(self.bench.model(**options), system))
        return app.invoke(None, AT)["messages"][-1].text

    def leave(self) -> None:
        """Begin a run, and fail to wait for it."""
        app = self.bench.graph(ask(self.bench.model(), "be brief"))
        self.bench.break_looks()
        try:
            app.invoke(NOTHING, AT)
        except InteractionsError:
            self.bench.emulator.clear_faults()

    def begin_badly(self, **options: Any) -> str:
        """Ask, at first so that it is switched on before the create is sent again."""
        model = self.bench.model(
            max_retries=1, sessions=self.bench.saver.sessions, **options
        )
        # Whoever waits for a create moves no clock.
        self.bench.emulator.script([{"reply": {"text": "Done."}}])
        if self.bench.counts != (0, 0):
            return model.invoke("Hi").text
        self.bench.emulator.fault(on="create", do={"status": 503})
        drivers = model._ready()

        def sleep(seconds: float) -> None:
            self.switch_on()
            self.bench.pause(seconds)

        drivers.sync.sleep = sleep
        try:
            return model.invoke("Hi").text
        finally:
            self.bench.emulator.clear_faults()


def main(what: str, folder: str) -> None:
    """Do as told, and print what it came to."""
    clock = Clock()
    with on_clock(clock) as emulator:
        asked = Asked(emulator, clock, folder)
        calls: dict[str, Callable[[], str]] = {
            "waits": asked.run,
            "changed": lambda: asked.run("be long"),
            "again": lambda: asked.begin_badly(background=False),
            "again in the background": lambda: asked.begin_badly(background=True),
        }
        if what in {"waits", "changed"}:
            asked.leave()
            asked.switch_on()
        found = [asked.told(calls[what])]
        asked.instrumentor.uninstrument()
        found.append(asked.told(calls[what]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
