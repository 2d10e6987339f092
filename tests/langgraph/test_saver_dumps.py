"""What a class keeps out of its dumps is not stored, however large it is."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import START, StateGraph
from langgraph.types import Send
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

from interactions_langgraph import InteractionsSaver
from tests.langgraph import kept_classes
from tests.langgraph.checkpoints import at, bytes_of, count, put_value, value_of
from tests.langgraph.kept_classes import ProfileOfToday

MARK = "xyzzy-plugh-7291"
LARGE = MARK * 500
OLD_FILE = Path(__file__).parents[1] / "fixtures" / "checkpoints_version_2.sql"
"""A thread of a saver that put parts into finished objects."""

Masked = Annotated[str, PlainSerializer(lambda _: "***")]


class Excluded(BaseModel):
    name: str = "n"
    key: Any = Field("", exclude=True)


class MaskedInside(BaseModel):
    maybe: Masked | None = None
    many: list[Masked] = []
    named: dict[str, Masked] = {}


class Overridden(BaseModel):
    key: str = ""

    def model_dump(self, **options: Any) -> dict[str, Any]:
        return super().model_dump(**options) | {"key": "***"}


class Inner(BaseModel):
    key: Any = ""


class Outer(BaseModel):
    inner: Inner = Field(default_factory=Inner, exclude=True)
    shown: str = "s"


class MaskedMessages(BaseModel):
    messages: Annotated[
        list[BaseMessage], PlainSerializer(lambda found: [None] * len(found))
    ] = []


KEPT_OUT = [
    pytest.param(lambda: Excluded(key=LARGE), id="exclude"),
    pytest.param(lambda: Excluded(key=LARGE.encode()), id="exclude bytes"),
    pytest.param(lambda: Excluded(key=[HumanMessage(MARK)]), id="exclude messages"),
    pytest.param(lambda: Excluded(key={"a": [LARGE]}), id="exclude a dict"),
    pytest.param(lambda: MaskedInside(maybe=LARGE), id="masked in Optional"),
    pytest.param(lambda: MaskedInside(many=[LARGE]), id="masked in a list"),
    pytest.param(lambda: MaskedInside(named={"a": LARGE}), id="masked in a dict"),
    pytest.param(lambda: Overridden(key=LARGE), id="model_dump of its own"),
    pytest.param(lambda: Outer(inner=Inner(key=LARGE)), id="exclude a model"),
    pytest.param(
        lambda: MaskedMessages(messages=[HumanMessage(MARK)]), id="masked messages"
    ),
]

WRAPS = [
    pytest.param(lambda value: value, id="alone"),
    pytest.param(lambda value: {"a": [value]}, id="in a dict"),
    pytest.param(lambda value: Send("n", {"state": value}), id="in a Send"),
]


@pytest.fixture
def saver(store_url: str) -> Iterator[InteractionsSaver]:
    with InteractionsSaver(store_url) as saver:
        yield saver


def as_stock(value: object) -> Any:
    """Return what LangGraph's own savers would give back."""
    serde = JsonPlusSerializer()
    return serde.loads_typed(serde.dumps_typed(value))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("make", KEPT_OUT)
def test_what_is_kept_out_of_dumps_is_not_stored(
    make: Callable[[], Any], wrap: Callable[[Any], Any], saver: InteractionsSaver
) -> None:
    config = put_value(saver, wrap(make()))
    saver.put_writes(config, [("w", wrap(make()))], "task")

    found = saver.get_tuple(config)

    assert MARK.encode() not in bytes_of(saver)
    assert found is not None
    assert found.checkpoint["channel_values"]["c"] == as_stock(wrap(make()))
    assert found.pending_writes == [("task", "w", as_stock(wrap(make())))]


class Short(BaseModel):
    model_config = ConfigDict(str_max_length=100)
    text: str = ""


class Low(BaseModel):
    model_config = ConfigDict(str_to_lower=True, str_strip_whitespace=True)
    text: str = ""


class Checked(BaseModel):
    text: Annotated[str, AfterValidator(str.upper)] | None = None


class Limited(BaseModel):
    text: str = Field("", max_length=100)


@pytest.mark.parametrize("cls", [Short, Low, Checked, Limited])
def test_large_texts_are_validated_on_reading_as_by_langgraphs_savers(
    cls: type[BaseModel], saver: InteractionsSaver
) -> None:
    value = cls.model_construct(text=f"  Mixed Case {LARGE}")

    found = value_of(saver, put_value(saver, {"k": value}))

    assert found == as_stock({"k": value})


class Half(BaseModel):
    title: str
    body: str


@pytest.mark.parametrize("wrap", WRAPS)
def test_an_object_without_one_of_its_fields_is_stored(
    wrap: Callable[[Any], Any], saver: InteractionsSaver
) -> None:
    value = wrap(Half.model_construct(title=LARGE))

    found = value_of(saver, put_value(saver, value))

    assert repr(found) == repr(as_stock(value))


class State(TypedDict, total=False):
    profile: Any
    turns: int


def test_a_thread_goes_on_after_its_class_gained_a_required_field(
    saver: InteractionsSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count_up(state: State) -> State:
        return {"turns": state["turns"] + 1}

    builder = StateGraph(State)
    builder.add_node("count", count_up)
    builder.add_edge(START, "count")
    graph = builder.compile(checkpointer=saver)
    graph.invoke({"profile": kept_classes.Profile(), "turns": 0}, at())
    monkeypatch.setattr(kept_classes, "Profile", ProfileOfToday)

    assert graph.invoke({"turns": 5}, at())["turns"] == 6

    found = graph.get_state(at()).values["profile"]
    assert type(found) is ProfileOfToday
    assert found.name == "Ada"
    assert not hasattr(found, "email")


class Declared(BaseModel):
    """Its dumps have of each message what `BaseMessage` declares."""

    messages: list[BaseMessage]


@pytest.mark.filterwarnings("ignore")
def test_messages_keep_their_class_where_a_field_declares_another(
    saver: InteractionsSaver,
) -> None:
    call = {"name": "f", "args": {"a": 1}, "id": "1", "type": "tool_call"}
    messages = [
        HumanMessage("a", id="1"),
        AIMessage("b", tool_calls=[call], id="2"),
        ToolMessage("c", tool_call_id="1", id="3"),
    ]
    config = at()
    for length in (1, 2, 3):
        value = Send("n", Declared(messages=messages[:length]))
        config = put_value(saver, value, config, version=length)

    assert value_of(saver, config).arg.messages == messages
    assert count(saver, "checkpoint_nodes") == 3


class Strict(BaseModel):
    """Would refuse an object whose parts were put in afterwards."""

    text: str = Field(min_length=5_000)
    messages: list[BaseMessage] = Field(min_length=2)


@pytest.mark.filterwarnings("ignore")
def test_an_object_is_built_with_its_parts_in_place(saver: InteractionsSaver) -> None:
    value = Strict(text=LARGE, messages=[HumanMessage("a"), HumanMessage("b")])

    found = value_of(saver, put_value(saver, value))

    assert found == value
    assert count(saver, "checkpoint_nodes") == 2


def test_values_whose_parts_had_no_places_are_still_read(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD_FILE.read_text())

    with InteractionsSaver(f"sqlite:///{path}") as saver:
        found = value_of(saver, at())
        saver.prune(["t"])

        assert value_of(saver, at()) == found

    messages = [HumanMessage("a", id="1"), AIMessage("b", id="2")]
    state = {"state": [Declared(messages=messages)], "text": "x" * 5_000}
    assert found == Send("n", state)
