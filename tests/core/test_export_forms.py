"""Forms of a conversation keep the rules of their APIs, and lose nothing unnamed."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interactions_core.exporting.anthropic_messages import to_anthropic
from interactions_core.exporting.chat_completions import to_chat_completions
from interactions_core.exporting.contexts import Context, ContextStep
from interactions_core.exporting.converted import Converted
from interactions_core.exporting.langchain_messages import to_langchain
from interactions_core.exporting.losses import LOSSES, counted
from interactions_core.exporting.markdown import to_markdown
from interactions_core.exporting.media import by_reference
from interactions_core.exporting.responses import to_responses
from interactions_core.exporting.turns import read_turns
from tests.exported import (
    Said,
    from_anthropic,
    from_langchain,
    from_openai,
    from_responses,
    from_steps,
)

PNG = base64.b64encode(b"\x89PNG picture").decode()
WAV = base64.b64encode(b"RIFF1234WAVE sound").decode()
PDF = base64.b64encode(b"%PDF document").decode()
CSV = base64.b64encode(b"a,b").decode()

Wire = dict[str, Any]


def text(said: str) -> Wire:
    return {"type": "text", "text": said}


def medium(kind: str, mime_type: str, data: str) -> Wire:
    return {"type": kind, "mime_type": mime_type, "data": data}


def user(*blocks: Wire) -> Wire:
    return {"type": "user_input", "content": list(blocks)}


def model(*blocks: Wire) -> Wire:
    return {"type": "model_output", "content": list(blocks)}


def call(call_id: str, name: str = "look", arguments: Any = None) -> Wire:
    said = {} if arguments is None else arguments
    return {"type": "function_call", "id": call_id, "name": name, "arguments": said}


def result(call_id: str, value: Any = "seen", **more: Any) -> Wire:
    return {"type": "function_result", "call_id": call_id, "result": value, **more}


def context(*wires: Wire) -> Context:
    """Take the steps of a model as an answer, and the others as sent."""
    sent = ("user_input", "function_result")
    return Context(
        tuple(
            ContextStep(wire, "sent" if wire["type"] in sent else "held")
            for wire in wires
        )
    )


def openai(*wires: Wire) -> Converted:
    return to_chat_completions(read_turns(context(*wires)))


def anthropic(*wires: Wire) -> Converted:
    return to_anthropic(read_turns(context(*wires)))


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12
).filter(lambda said: said.strip() and not said.startswith("["))
BLOCKS = st.one_of(
    TEXTS.map(text),
    st.sampled_from(
        [
            medium("image", "image/png", PNG),
            medium("image", "image/heic", PNG),
            medium("audio", "audio/wav", WAV),
            medium("video", "video/mp4", WAV),
            medium("document", "application/pdf", PDF),
            medium("document", "text/csv", CSV),
            {
                "type": "image",
                "mime_type": "image/png",
                "uri": "https://a.example/b.png",
            },
        ]
    ),
)
ARGUMENTS = st.dictionaries(
    st.sampled_from(["a", "b"]), st.integers(0, 9) | st.lists(st.text(max_size=3))
)


@st.composite
def conversations(draw: st.DrawFn) -> list[Wire]:
    """Draw a conversation as an adapter would have had it."""
    steps: list[Wire] = []
    for turn in range(draw(st.integers(1, 4))):
        steps.append(user(*draw(st.lists(BLOCKS, min_size=1, max_size=3))))
        if draw(st.booleans()):
            steps.append({"type": "thought", "signature": "s"})
        if draw(st.booleans()):
            steps.append(model(*draw(st.lists(BLOCKS, min_size=1, max_size=2))))
        ids = [f"c{turn}_{i}" for i in range(draw(st.integers(0, 3)))]
        steps += [call(i, arguments=draw(ARGUMENTS)) for i in ids]
        for i in ids:
            said = draw(TEXTS | st.lists(BLOCKS, min_size=1, max_size=2))
            steps.append(result(i, said, is_error=draw(st.booleans())))
        steps.append(model(text(draw(TEXTS))))
    return steps


FORMS = [
    pytest.param(to_chat_completions, from_openai, id="openai"),
    pytest.param(to_responses, from_responses, id="responses"),
    pytest.param(to_anthropic, from_anthropic, id="anthropic"),
    pytest.param(to_langchain, from_langchain, id="langchain"),
]


@pytest.mark.parametrize(("convert", "read"), FORMS)
@settings(max_examples=60, deadline=None, print_blob=True)
@given(steps=conversations())
def test_what_was_said_comes_back_but_for_what_is_named(
    convert: Any, read: Any, steps: list[Wire]
) -> None:
    done = convert(read_turns(context(*steps)))

    said, found = from_steps(steps), read(json.loads(json.dumps(done.items)))
    assert found == without_what_is_named(said, counted(done.losses))
    # And nothing is named that is there.
    assert {loss.kind for loss in done.losses} <= {
        *("thought", "media", "moved", "error_flag"),
    }


def without_what_is_named(said: list[Said], lost: Mapping[str, int]) -> list[Said]:
    """Leave out of results that they failed, and where media stood in them."""
    return [_less(each, lost) if each[0] == "result" else each for each in said]


def _less(told: Said, lost: Mapping[str, int]) -> Said:
    kind, call_id, parts, failed = told
    if "moved" in lost:
        text = "".join(value for part, value in parts if part == "text")
        media = [part for part in parts if part[0] == "media"]
        parts = [*([("text", text)] if text else []), *media]
    return (kind, call_id, parts, failed and "error_flag" not in lost)


@settings(max_examples=60, deadline=None, print_blob=True)
@given(steps=conversations(), cut=st.integers(0, 30))
def test_messages_keep_the_rules_of_their_apis_wherever_a_conversation_ends(
    steps: list[Wire], cut: int
) -> None:
    """OpenAI and Anthropic: each call is answered next, roles alternate, ids fit."""
    end = 1 + cut % len(steps)
    while end < len(steps) and steps[end]["type"] == "function_result":
        end += 1
    some = steps[:end]

    check_openai(openai(*some).items)
    check_anthropic(anthropic(*some).items)


def check_openai(messages: Sequence[Any]) -> None:
    waiting: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            waiting.remove(message["tool_call_id"])
            continue
        assert not waiting
        assert message["content"] or message.get("tool_calls")
        waiting = {each["id"] for each in message.get("tool_calls", ())}


def check_anthropic(messages: Sequence[Any]) -> None:
    roles = [message["role"] for message in messages]
    assert roles == [("user", "assistant")[i % 2] for i in range(len(roles))]
    waiting: list[str] = []
    for message in messages:
        blocks = message["content"]
        answered = [b["tool_use_id"] for b in blocks if b["type"] == "tool_result"]
        assert sorted(answered) == sorted(waiting)
        assert all(b["type"] == "tool_result" for b in blocks[: len(answered)])
        assert all(b["text"].strip() for b in blocks if b["type"] == "text")
        waiting = [b["id"] for b in blocks if b["type"] == "tool_use"]


def test_a_call_that_nobody_answered_gets_an_error_and_is_named() -> None:
    steps = [user(text("Go")), call("c1"), call("c2"), result("c2"), user(text("And?"))]

    done = openai(*steps)

    check_openai(done.items)
    made = [each for each in done.items if each["role"] == "tool"]
    assert [each["tool_call_id"] for each in made] == ["c2", "c1"]
    assert "was not answered" in str(made[1]["content"])
    assert [(loss.kind, loss.where) for loss in done.losses] == [
        ("unanswered_call", "step 2")
    ]


def test_a_call_at_the_end_waits_for_its_result() -> None:
    turns = read_turns(context(user(text("Go")), call("c1"), call("c2"), result("c1")))

    assert turns.pending == ("c2",)
    assert turns.losses == ()


def test_a_result_without_its_call_is_told_as_words() -> None:
    done = openai(user(text("Go")), result("nobody", "found it", name="look"))

    assert done.items[1] == {
        "role": "user",
        "content": "[result of look: found it]",
    }
    assert counted(done.losses) == {"stray_result": 1}


def test_what_an_agent_called_itself_is_a_tool_on_the_server() -> None:
    """API: a call that its own answer answers is not the client's."""
    own = ContextStep(result("c1"), "held")
    steps = context(user(text("Go")), call("c1")).steps

    done = to_chat_completions(read_turns(Context((*steps, own))))

    assert [item["role"] for item in done.items] == ["user"]
    assert counted(done.losses) == {"server_tool": 2}


def test_what_was_sent_beside_the_list_is_left_out_and_named() -> None:
    nudge = ContextStep(user(text("Continue.")), "sent", is_synthetic=True)
    words = ContextStep(user(text("[called look with {}]")), "sent", is_synthetic=True)

    turns = read_turns(Context((nudge, words)))

    assert [turn.step for turn in turns.turns] == [2]
    assert [loss.kind for loss in turns.losses] == ["synthetic", "as_text"]


def test_answers_that_follow_each_other_stay_apart_unless_they_are_one() -> None:
    one = [model(text("a")), {"type": "google_search_call", "id": "g"}]
    held = [ContextStep(wire, "held") for wire in (*one, model(text("b")))]
    sent = [ContextStep(model(text(said))) for said in "cd"]

    turns = read_turns(Context((*held, *sent)))

    said = [each.blocks[0]["text"] for each in turns.turns if hasattr(each, "blocks")]
    assert said == ["ab", "c", "d"]


def test_names_and_ids_that_an_api_refuses_are_changed_and_named() -> None:
    odd, far = "files.read:all", "n" * 100
    steps = [user(text("Go")), call("a b", odd), call("c2", far, "no object")]

    short, other = openai(*steps), anthropic(*steps)

    names = [each["function"]["name"] for each in calls_of(short.items[1])]
    assert all(len(name) <= 64 and name.replace("_", "").isalnum() for name in names)
    assert len({*names}) == 2
    assert counted(short.losses) == {"name": 2}
    used: Any = other.items[1]["content"]
    assert used[0]["id"] != "a b"
    assert used[1]["input"] == {"arguments": "no object"}
    assert counted(other.losses) == {"name": 1, "call_id": 1, "arguments": 1}


def calls_of(message: Any) -> list[Any]:
    return message["tool_calls"]


def test_an_id_that_comes_twice_is_two_for_an_api_that_wants_them_once() -> None:
    steps = [
        user(text("Go")),
        call("c"),
        result("c", "one"),
        call("c"),
        result("c", "2"),
    ]

    done = anthropic(*steps)

    check_anthropic(done.items)
    uses: list[Any] = [item["content"] for item in done.items]
    assert [uses[1][0]["id"], uses[3][0]["id"]] == ["c", "c_2"]
    assert uses[4][0] == {"type": "tool_result", "tool_use_id": "c_2", "content": "2"}


def test_a_list_that_begins_with_the_model_is_opened_for_an_api_that_wants_it() -> None:
    done = anthropic(model(text("Hello")), user(text("Hi")), user(text("there")))

    check_anthropic(done.items)
    assert counted(done.losses) == {"opening": 1, "boundary": 1}


def test_what_a_step_has_beside_its_content_is_named() -> None:
    cited = text("So it is") | {"annotations": [{"type": "url_citation"}]}
    looked = medium("image", "image/png", PNG) | {"resolution": "high"}
    steps = [user(looked), {**model(cited), "error": {"code": 3}}]

    assert counted(openai(*steps).losses) == {
        "field": 1,
        "citations": 1,
        "media_settings": 1,
    }


def test_a_text_in_markdown_cannot_leave_its_fence() -> None:
    hostile = "```\n````\n# Heading\n<script>alert(1)</script>\n`````"
    steps = [user(text(hostile)), call("c", "f", {"x": "```\n# Call"})]

    shown, losses = to_markdown(context(*steps), {"thread": "```\n# Thread"})

    outside = outside_of_fences(shown)
    assert losses == []
    assert [line for line in outside if line] == [
        "# Conversation",
        "## Turn 1",
        "### User",
        "### Call",
    ]
    assert hostile in shown


def test_turns_in_markdown_are_numbered_and_dated_as_they_were_taken() -> None:
    steps = [user(text("Hi.")), call("c"), result("c", "done"), model(text("Well."))]
    head: Wire = {
        "thread": "4711",
        "session": "acme",
        "target": "model:gemini-3.8-flash",
        "keys": ["v1_1", "v1_2"],
        "first_at": 1_795_881_600.0,
        "last_at": 1_795_881_661.0,
        "branch": {"number": 1, "of": 2},
    }
    turns = [(1, 1_795_881_600.0), (3, 1_795_881_661.0)]

    shown, _ = to_markdown(context(*steps), head, turns)

    assert shown.startswith("""# Conversation

```
thread  4711
tenant  acme
model   gemini-3.8-flash
first   28 Nov 2026 16:00:00 UTC
newest  28 Nov 2026 16:01:01 UTC
branch  1 of 2
```

## Turn 1, 28 Nov 2026 16:00:00 UTC

### User
""")
    assert "## Turn 3, 28 Nov 2026 16:01:01 UTC\n\n### Result" in shown


def outside_of_fences(shown: str) -> list[str]:
    """Return the lines that are in no fence, by the rule of CommonMark."""
    outside: list[str] = []
    fence = 0
    for line in shown.splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        if not fence and ticks >= 3:
            fence = ticks
        elif fence and ticks >= fence and not line.strip("`"):
            fence = 0
        elif not fence:
            outside.append(line)
    return outside


@settings(max_examples=40, deadline=None)
@given(steps=conversations(), name=st.text("`~#\n\r <>a", max_size=9))
def test_markdown_has_no_headings_but_its_own(steps: list[Wire], name: str) -> None:
    shown, _ = to_markdown(context(*steps, user(text(name))), {"thread": name})

    headings = ("# Conversation", "## Turn ", "### ")
    assert all(not x or x.startswith(headings) for x in outside_of_fences(shown))


def test_bytes_become_a_reference_that_names_them() -> None:
    held = context(
        user(medium("image", "image/png", PNG)),
        call("c"),
        result(
            "c",
            [
                medium("document", "application/pdf", PDF),
            ],
        ),
    )

    told = by_reference(held)

    [block] = told.steps[0].wire["content"]  # type: ignore[misc]
    assert block["bytes"] == 12  # type: ignore[index,call-overload]
    assert PNG not in json.dumps([step.wire for step in told.steps])
    assert counted(told.losses) == {"media_data": 2}
    done = to_chat_completions(read_turns(told))
    assert "SHA-256" in json.dumps(done.items)
    # Named once, as bytes that are not there, and not as a kind that is not taken.
    assert counted(done.losses) == {"media_data": 2, "moved": 1}


def test_every_kind_of_loss_says_what_is_lost() -> None:
    assert all(LOSSES.values())
