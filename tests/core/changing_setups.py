"""A conversation in whose turns what stands before the list changes."""

from interactions_core import SessionStore
from interactions_core.records.outlines import Sketch
from tests.core.looking import NOW, Thread, model, user

LAST = "v1_desk-015"


def fill_desk(store: SessionStore) -> None:
    """Put in 15 turns: another instruction each time, and other tools in the last."""
    thread, key = Thread(store, "desk"), ""
    for number in range(1, 16):
        tools = [_function("book", "Books."), _function("search")]
        if number == 15:
            tools = [_function("search"), _function("book"), _function("pay")]
        system = f"It is 14:{number:02}."
        options = {"generation_config": {"temperature": 0.5}}
        given = {"system_instruction": system, "tools": tools, **options}
        key = thread.turn(
            *("continue" if key else "root", NOW + 60 * number, key),
            sent=[user(f"Question {number}")],
            held=[model("Answer")],
            sketch=Sketch(steps=(), system=system, settings=given),
        )


def _function(name: str, text: str = "") -> dict[str, object]:
    return {"type": "function", "name": name, "description": text}
