"""Which form of a request is remembered, for whom, and for how long."""

import contextlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from logging import WARNING
from pathlib import Path
from typing import Any

import pytest

from interactions_core import explain
from interactions_core.canonical import Json
from interactions_core.exceptions import InvalidRequestError
from interactions_core.records.forms import LIFE_S, KnownForm
from interactions_core.records.turn import Turn
from interactions_core.stores import PostgresStore, open_store
from interactions_core.stores.sql.learned.recent_forms import FRESH_S, RecentForms
from interactions_core.transcript.parts import text_part as text
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
)
from interactions_emulator import Emulator
from tests.conftest import Clock
from tests.contract.asking import MODEL, Asker, make_turn, text_of
from tests.contract.conftest import Connect
from tests.contract.dying import DIED, background_turn
from tests.programs import ROOT

HOUR_S = 3600.0
OPAQUE = "Request contains an invalid argument."
NUMBER = "the number of function response parts is equal to"
BEGINS = "The request must begin with a user turn."
UNKNOWN = "Unknown parameter 'temperature'."
SIGNATURE = "Corrupted thought signature."

BOUNDED: Json = {"type": "integer", "minimum": 1}
UNBOUNDED: Json = {"type": "integer", "description": "(at least 1)"}
FORMAT: dict[str, Json] = {
    "response_format": {
        "type": "text",
        "mime_type": "application/json",
        "schema": BOUNDED,
    }
}
TOOLS: dict[str, Json] = {
    "tools": [{"type": "function", "name": "f", "parameters": BOUNDED}]
}
WARM: dict[str, Json] = {"generation_config": {"temperature": 0.5}}
PERMUTED = (
    *(function_call("c1", "weather", {}), function_call("c2", "time", {})),
    *(function_result("c2", "time", "noon"), function_result("c1", "weather", "sun")),
)
WELCOME = model_output([text("Welcome.")])


def turn_of(settings: dict[str, Json], *steps: Step | str, **options: Any) -> Turn:
    return make_turn(steps or ["hello"], settings=settings, **options)


def bodies(emulator: Emulator) -> list[dict[str, Any]]:
    return [r["body"] for r in emulator.requests() if r["method"] == "POST"]


def refuse(emulator: Emulator, message: str = OPAQUE, times: int = 1) -> None:
    emulator.fault(do={"status": 400, "message": message}, times=times)


def learned(asker: Asker, emulator: Emulator, turn: Turn) -> int:
    """Have a turn refused once, and return how many creates there were."""
    refuse(emulator)
    asker.take(turn)
    return len(bodies(emulator))


@pytest.mark.parametrize(
    ("message", "settings", "steps", "changes"),
    [
        pytest.param(OPAQUE, FORMAT, (), ["bounds:response_format"], id="format"),
        pytest.param(OPAQUE, TOOLS, (), ["bounds:tools"], id="tools"),
        pytest.param(
            *(UNKNOWN, WARM, (), ["without:generation_config.temperature"]),
            id="setting",
        ),
        pytest.param(NUMBER, {}, PERMUTED, ["sorted"], id="results"),
        pytest.param(BEGINS, {}, (WELCOME,), ["opened"], id="opening"),
    ],
)
def test_the_next_call_of_the_kind_is_one_create(
    asker: Asker,
    emulator: Emulator,
    *,
    message: str,
    settings: dict[str, Json],
    steps: tuple[Step, ...],
    changes: list[str],
) -> None:
    begins = ("hi", *steps) if steps and steps[0] is not WELCOME else steps
    refuse(emulator, message)
    asker.take(turn_of(settings, *begins, "first"))
    sent = len(bodies(emulator))

    reply = asker.take(turn_of(settings, *begins, "second", session_id="another"))

    assert len(bodies(emulator)) == sent + 1
    assert list(reply.recovered) == changes
    assert [form.change for form in asker.store.list_forms()] == changes


def test_a_setting_that_is_known_to_be_refused_is_missed_aloud_once_a_process(
    asker: Asker, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Ours: what is said with every call is read by nobody."""
    refuse(emulator, UNKNOWN)

    for number in range(3):
        asker.take(turn_of(WARM, session_id=str(number)))

    warned = [each.getMessage() for each in caplog.records if each.levelno >= WARNING]
    [said] = warned
    assert said.startswith("the API does not know generation_config.temperature: ")
    told = [explain(asker.store, key) for key in keys_of(asker)]
    assert [each.left_out for each in told] == [("generation_config.temperature",)] * 3


def keys_of(asker: Asker) -> list[str]:
    return [entry.key for _, entry in asker.store.ledger()]


def test_what_is_remembered_says_where_and_when_and_nothing_of_the_content(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    learned(asker, emulator, turn_of(FORMAT))

    (form,) = asker.store.list_forms()

    host = emulator.url.removeprefix("http://")
    assert form == KnownForm(
        platform=f"gemini|{host}",
        api_version=form.api_version,
        target=f"model:{MODEL}",
        feature="response_format",
        change="bounds:response_format",
        answered_at=clock.now,
    )
    assert form.api_version in {"v1", "v1beta"}


def test_a_plainer_form_takes_the_place_of_the_one_that_was_refused(
    asker: Asker, emulator: Emulator
) -> None:
    learned(asker, emulator, turn_of(FORMAT))
    titled = {**BOUNDED, "title": "N"}
    whole: Any = {**FORMAT["response_format"], "schema": titled}

    sent = learned(asker, emulator, turn_of({"response_format": whole}, "titled"))
    asker.take(turn_of({"response_format": whole}, "another"))

    assert len(bodies(emulator)) == sent + 1
    assert bodies(emulator)[-1]["response_format"]["schema"] == UNBOUNDED
    assert len(asker.store.list_forms()) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda turn: replace(turn, settings=TOOLS), id="feature"),
        pytest.param(
            lambda turn: replace(turn, target=("model", "gemini-3.5-flash")), id="model"
        ),
        pytest.param(
            lambda turn: replace(
                turn,
                settings={
                    **TOOLS,
                    **FORMAT,
                    "generation_config": {"tool_choice": "validated"},
                },
            ),
            id="strict",
        ),
    ],
)
def test_what_was_not_refused_is_sent_as_it_is(
    asker: Asker, emulator: Emulator, change: Callable[[Turn], Turn]
) -> None:
    learned(asker, emulator, turn_of(FORMAT))
    other = change(turn_of(FORMAT, "other"))

    reply = asker.take(other)

    assert bodies(emulator)[-1] | dict(other.settings) == bodies(emulator)[-1]
    assert reply.recovered == ()


def test_a_named_parent_is_asked_in_the_form_that_the_caller_wrote(
    asker: Asker, emulator: Emulator
) -> None:
    learned(asker, emulator, turn_of(FORMAT))
    parent = asker.ask("hello").interaction_id

    asker.take(turn_of(FORMAT, "next", previous_interaction_id=parent))

    assert bodies(emulator)[-1]["response_format"] == FORMAT["response_format"]


def test_a_form_that_was_never_answered_is_not_remembered(
    asker: Asker, emulator: Emulator
) -> None:
    refuse(emulator, times=9)

    with pytest.raises(InvalidRequestError):
        asker.take(turn_of(FORMAT))

    assert asker.store.list_forms() == []


def test_text_alone_is_not_remembered(asker: Asker, emulator: Emulator) -> None:
    """Ours: one list with a bad signature says nothing of all others."""
    refuse(emulator, SIGNATURE)
    asker.take(turn_of({}, "hi", *PERMUTED))

    reply = asker.take(turn_of({}, "another", *PERMUTED))

    assert (reply.recovered, asker.store.list_forms()) == ((), [])


def test_after_seven_days_the_first_form_is_asked_again(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    learned(asker, emulator, turn_of(FORMAT))
    clock.advance(LIFE_S - 1)
    late = asker.take(turn_of(FORMAT, "late"))
    clock.advance(1)

    later = asker.take(turn_of(FORMAT, "later"))

    assert (late.recovered, later.recovered) == (("bounds:response_format",), ())
    assert bodies(emulator)[-1]["response_format"] == FORMAT["response_format"]


def bounds_known() -> KnownForm:
    return KnownForm(
        platform="gemini|host",
        api_version="v1",
        target=f"model:{MODEL}",
        feature="tools",
        change="bounds:tools",
        answered_at=0.0,
    )


def test_forms_of_another_process_are_known_within_a_minute(postgres_url: str) -> None:
    """Ours: a read of a database that is far away costs every call a journey."""
    ticking = Clock()
    form = bounds_known()
    with (
        contextlib.closing(PostgresStore(postgres_url)) as store,
        contextlib.closing(PostgresStore(postgres_url)) as another,
    ):
        store.recent_forms = RecentForms(ticking)
        seen = [store.list_forms()]
        another.keep_forms([form])

        for seconds in (FRESH_S - 1, 1):
            ticking.advance(seconds)
            seen.append(store.list_forms())
        another.clear_forms()
        seen.append(store.list_forms())
        store.keep_forms([form])
        store.clear_forms()
        seen.append(store.list_forms())

    assert seen == [[], [], [form], [form], []]


def test_forms_that_are_not_read_again_are_out_of_date_all_the_same(
    connect: Connect, emulator: Emulator, clock: Clock, postgres_url: str
) -> None:
    with contextlib.closing(PostgresStore(postgres_url)) as store:
        store.recent_forms = RecentForms(lambda: 0.0)
        asker = connect("unary", store=store)
        learned(asker, emulator, turn_of(FORMAT))
        known = asker.take(turn_of(FORMAT, "next"))
        clock.advance(LIFE_S)

        later = asker.take(turn_of(FORMAT, "later"))

    assert (known.recovered, later.recovered) == (("bounds:response_format",), ())


def test_forms_that_were_read_while_they_changed_are_read_again() -> None:
    recent = RecentForms(lambda: 0.0)
    form = bounds_known()

    def read_before_a_change() -> list[KnownForm]:
        recent.forget()
        return []

    assert recent.read(read_before_a_change) == []
    assert recent.read(lambda: [form]) == [form]


def test_what_is_forgotten_is_asked_in_the_first_form_again(
    asker: Asker, emulator: Emulator
) -> None:
    learned(asker, emulator, turn_of(FORMAT))

    cleared = asker.store.clear_forms()
    reply = asker.take(turn_of(FORMAT, "again"))

    assert (cleared, reply.recovered) == (1, ())


def test_a_known_form_changes_nothing_of_what_is_chained_on(
    asker: Asker, emulator: Emulator
) -> None:
    learned(asker, emulator, turn_of(FORMAT))
    first = asker.take(turn_of(FORMAT, "first"))
    steps = ["first", model_output([text(text_of(first))]), "second"]

    second = asker.take(turn_of(FORMAT, *steps))

    assert (second.reason, second.previous_interaction_id) == (
        "continue",
        first.interaction_id,
    )


def test_a_background_run_learns_a_form_and_is_begun_in_it(
    asker: Asker, emulator: Emulator
) -> None:
    sent = learned(asker, emulator, turn_of(FORMAT, background=True))

    asker.take(turn_of(FORMAT, "next", background=True))

    assert len(bodies(emulator)) == sent + 1
    assert bodies(emulator)[-1]["response_format"]["schema"] == UNBOUNDED


def test_a_background_that_was_refused_is_not_asked_for_again_for_seven_days(
    asker: Asker, emulator: Emulator, clock: Clock
) -> None:
    message = f"Model '{MODEL}' does not support background interactions."
    may = {"background": True, "foreground_ok": True}
    refuse(emulator, message, times=9)
    with pytest.raises(InvalidRequestError):
        asker.take(turn_of({}, "hello", **may))
    never = asker.store.list_forms()
    emulator.reset()
    emulator.fault(
        do={"status": 400, "message": message}, times=9, match={"background": True}
    )

    told = [asker.take(turn_of({}, text, **may)).recovered for text in ("a", "b")]
    with pytest.raises(InvalidRequestError):
        asker.take(turn_of({}, "must", background=True))
    other = asker.take(turn_of({}, "c", session_id="another", **may))
    [form] = asker.store.list_forms()
    clock.advance(LIFE_S)
    asker.take(turn_of({}, "d", **may))

    assert never == []
    assert [*told, other.recovered] == [("foreground",)] * 3
    assert asker.store.ledger()[0][1].recovered == ("foreground",)
    assert (form.feature, form.change) == ("background", "foreground")
    asked = [body.get("background") for body in bodies(emulator)]
    assert asked == [True, None, None, True, None, True, None]


def test_a_run_that_a_process_began_before_it_died_tells_its_form(
    connect: Connect, emulator: Emulator, clock: Clock, tmp_path: Path
) -> None:
    emulator.script([{"reply": {"text": "Hi.", "wait_s": 1}}])
    refuse(emulator)
    url = f"sqlite:///{tmp_path}/state.db"
    program = ("-m", "tests.contract.dying", emulator.url, url, str(clock.now))
    ended = subprocess.run([sys.executable, *program], cwd=ROOT, check=False)
    clock.advance(HOUR_S)

    with contextlib.closing(open_store(url)) as store:
        reply = connect("unary", store=store).take(background_turn())
        entries = [entry.recovered for _, entry in store.ledger()]
        known = [form.change for form in store.list_forms()]

    assert (ended.returncode, len(bodies(emulator))) == (DIED, 2)
    assert reply.recovered == ("bounds:response_format",)
    assert (entries, known) == ([reply.recovered], [*reply.recovered])
