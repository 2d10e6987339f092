"""Log records of turns are the same for every adapter: ids, and no word of a message."""

from interactions_emulator import Emulator
from tests.adapters.conftest import MakeDriver
from tests.adapters.talk import creates, talk
from tests.canaries import API_KEY, leaks
from tests.log_records import JsonLines

WORD = "Ozymandias"


def test_a_turn_is_a_record_with_its_ids_and_without_what_was_said(
    make_driver: MakeDriver, emulator: Emulator, lines: JsonLines
) -> None:
    said = f"Not now: {WORD}, {API_KEY}"
    emulator.fault(on="create", do={"status": 503, "message": said})
    driver = make_driver(api_key=API_KEY, session_id="acme")

    talk(driver, f"My name is {WORD}.", "What is my name?", way=driver.ways[0])

    ids = [row["interaction"] for row in creates(emulator) if row["interaction"]]
    answered = lines.of("answered")
    assert [(each["id"], each["reason"]) for each in answered] == [
        (ids[0], "root"),
        (ids[1], "continue"),
    ]
    assert [each["http_status"] for each in lines.of("create_failed")] == [503]
    assert {each["session"] for each in lines.records} == {"acme"}
    assert not leaks({"log": "\n".join(lines.lines)})
    assert WORD not in "\n".join(lines.lines)
