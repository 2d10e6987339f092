"""Every log record has fields, and none says what an error of somebody else's says."""

import ast
import io
import logging
import re
import sys
import traceback
from dataclasses import dataclass
from typing import TypeGuard

import pytest

from interactions_core.exceptions import (
    ConfigurationError,
    InvalidRequestError,
    JobFailedError,
    NetworkError,
    RequestError,
    StoreError,
)
from interactions_core.logs import PREFIX, bare_error, log_fields, shown_error
from tests.log_calls import LogCall, field_calls, is_call_of, log_calls
from tests.log_records import OWN

CALLS = list(log_calls())
WORDS = "the patient is Ada"


def problem_of(call: LogCall) -> str:
    """Say what is wrong with a call of a logger; "" for nothing."""
    text = call.node.args[0] if call.node.args else None
    if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
        return "its text is no literal: what it says may be anything"
    extra = call.keyword("extra")
    is_emulators = call.place.startswith("packages/emulator/")
    if extra is None or not (
        call.fields or isinstance(extra, ast.Name) or is_emulators
    ):
        return "it passes no `extra=log_fields(...)`"
    told = call.keyword("exc_info")
    is_exception = isinstance(call.node.func, ast.Attribute) and (
        call.node.func.attr == "exception"
    )
    if (is_exception or told is not None) and not is_call_of(told, "bare_error"):
        return "its traceback is not that of `bare_error`"
    named = {
        node.id for arg in call.node.args for node in ast.walk(arg) if _is_raw(node)
    }
    shown = {
        node.id
        for arg in call.node.args
        if is_call_of(arg, "shown_error")
        for node in ast.walk(arg)
        if _is_raw(node)
    }
    return f"it says {named - shown} without `shown_error`" if named - shown else ""


def _is_raw(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and node.id in {"error", "exc", "exception", "e"}


# Of a file of prices an error quotes the file alone.
ALLOWED = {"packages/core/src/interactions_core/prices/current.py"}


def test_every_call_of_a_logger_passes_fields_and_no_text_of_others() -> None:
    found = {
        call.place: problem
        for call in CALLS
        if (problem := problem_of(call)) and call.place.partition(":")[0] not in ALLOWED
    }

    assert len(CALLS) > 60
    assert found == {}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("logger.info('a')", "no `extra"),
        ("logger.info(f'{text}', extra=log_fields('a'))", "no literal"),
        ("logger.exception('a', extra=log_fields('a'))", "bare_error"),
        ("logger.error('a', exc_info=error, extra=log_fields('a'))", "bare_error"),
        ("logger.info('%s', error, extra=log_fields('a'))", "shown_error"),
        ("logger.info('%s', str(exc), extra=log_fields('a'))", "shown_error"),
        ("logger.info('%s', shown_error(exc), extra=log_fields('a'))", ""),
    ],
)
def test_the_rule_finds_what_it_is_there_for(source: str, problem: str) -> None:
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)

    found = problem_of(LogCall("packages/core/x.py:1", "INFO", call))

    assert (problem in found) if problem else found == ""


def test_every_event_is_a_literal_word() -> None:
    events = {place: call.args[0] for place, call in field_calls() if call.args}

    words = {
        place: node.value
        for place, node in events.items()
        if isinstance(node, ast.Constant)
    }

    assert words.keys() == events.keys()
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", str(word)) for word in words.values())


def test_no_field_collides_with_what_a_record_has() -> None:
    assert not [name for name in OWN if name.startswith(PREFIX)]
    record = logging.getLogger("x").makeRecord(
        "x", 20, "f", 1, "m", (), None, extra=log_fields("answered", id="v1_a")
    )

    assert vars(record)["interactions_event"] == "answered"
    assert vars(record)["interactions_id"] == "v1_a"


def test_what_is_empty_is_left_out_and_an_error_names_its_interaction() -> None:
    error = JobFailedError("v1_b", "failed", WORDS)

    fields = log_fields("job_over", {"job": "job_1", "thread": ""}, error=error)

    assert fields == {
        "interactions_event": "job_over",
        "interactions_job": "job_1",
        "interactions_error": "JobFailedError",
        "interactions_id": "v1_b",
    }


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (
            InvalidRequestError(WORDS, status_code=400, code="invalid_request"),
            "InvalidRequestError (HTTP 400 invalid_request)",
        ),
        (RequestError("x", status_code=500, code=WORDS), "RequestError (HTTP 500)"),
        (NetworkError(WORDS, sent=True), "NetworkError (no answer)"),
        (JobFailedError("v1_a", "failed", WORDS), "JobFailedError (v1_a: failed)"),
        (ConfigurationError(WORDS), "ConfigurationError"),
        (ValueError(WORDS), "ValueError"),
        (
            StoreError("sqlite:///a.db", "no room", "Make room"),
            "session store sqlite:///a.db: no room. Make room",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_is_shown_in_no_words_but_ours(error: Exception, shown: str) -> None:
    assert shown_error(error) == shown


def _raised() -> Exception:
    def write() -> None:
        raise ValueError(WORDS)

    try:
        try:
            write()
        except ValueError as exc:
            exc.add_note(WORDS)
            place, problem = "sqlite:///a.db", "it cannot be written"
            raise StoreError(place, problem, "Look") from exc
    except StoreError as error:
        return error
    raise AssertionError


def test_a_traceback_has_all_places_and_classes_and_no_text() -> None:
    error = _raised()
    out = io.StringIO()
    handler = logging.StreamHandler(out)

    handler.emit(
        logging.getLogger("x").makeRecord(
            "x", 40, "f", 1, "m", (), (type(error), bare_error(error), None)
        )
    )
    text = "".join(traceback.format_exception(bare_error(error)))

    assert WORDS in "".join(traceback.format_exception(error))
    assert WORDS not in text + out.getvalue()
    assert "\nValueError\n" in text
    assert (
        "interactions_core.exceptions.StoreError: session store sqlite:///a.db" in text
    )
    assert "in write" in text
    assert "direct cause" in text


def test_errors_that_led_to_each_other_end() -> None:
    first, second = ValueError(WORDS), KeyError(WORDS)
    first.__context__, second.__context__ = second, first

    assert WORDS not in "".join(traceback.format_exception(bare_error(first)))


def test_many_errors_that_led_to_each_other_are_shown() -> None:
    error = ValueError(WORDS)
    for _ in range(sys.getrecursionlimit()):
        later = ValueError(WORDS)
        later.__context__, error = error, later

    shown = "".join(traceback.format_exception(bare_error(error)))

    assert shown.count("ValueError") == sys.getrecursionlimit() + 1
    assert WORDS not in shown


@dataclass
class Foreign(Exception):  # noqa: N818
    """An error as others write them: no key of a dict, with fields of its own."""

    interaction_id: str = WORDS

    @property
    def status_code(self) -> int:
        raise RuntimeError(WORDS)


def test_an_error_of_others_is_logged_whatever_it_is_like() -> None:
    error = Foreign()

    fields = log_fields("graph_failed", error=error)
    shown = "".join(traceback.format_exception(bare_error(error)))

    assert fields == {
        "interactions_event": "graph_failed",
        "interactions_error": "Foreign",
    }
    assert "Foreign" in shown
    assert WORDS not in shown
