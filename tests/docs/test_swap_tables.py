"""The pages that compare a framework's own class with ours say what calls come to."""

from collections.abc import Callable

import pytest

from interactions_core.exceptions import ConfigurationError
from tests.docs import swap_tables
from tests.docs.stock_options import kept
from tests.docs.swap_tables import Case, Held, Table, Use, written_table


def holds(**options: object) -> Use:
    return lambda _: options


def refuses(_: str) -> Held:
    msg = "nothing takes v1_abc123 | here"
    raise ConfigurationError(msg)


def cells_of(case: Case) -> list[str]:
    text = written_table(Table("Options", holds(), [case]))
    return text.splitlines()[-1].strip("| ").split(" | ")


# `tests/crewai` has that of CrewAI, in an environment of its own.
@pytest.mark.parametrize("adapter", ["autogen", "langgraph"])
def test_page_is_what_calls_come_to(adapter: str) -> None:
    """`python -m tests.docs.swap_tables autogen langgraph` writes them."""
    kept = swap_tables.page_of(adapter).read_text(encoding="utf-8")

    assert kept == swap_tables.page(adapter)


def test_page_has_each_block_and_tool_of_the_stock_class() -> None:
    page = swap_tables.page_of("langgraph").read_text(encoding="utf-8")
    blocks = kept("ChatGoogleGenerativeAI")["blocks"]
    tools = kept("_ToolDict")["options"]

    forms = [f'{{"type": "{block}"' for block in blocks]
    forms += [f'{{"{tool}": ' for tool in tools]

    assert [form for form in forms if form not in page] == []


def test_option_that_an_object_holds_is_the_same() -> None:
    assert cells_of(Case("a=1", holds(a=1))) == ["`a=1`", "same", "`a=1`"]


def test_refusal_is_told_in_its_own_words_without_ids() -> None:
    cells = cells_of(Case("a=1", refuses))

    assert cells == ["`a=1`", "refused", r"nothing takes v1_… \| here"]


def test_refused_option_shows_what_is_written_instead() -> None:
    cells = cells_of(Case("a=1", refuses, Case("b=1", holds(b=1))))

    assert cells == ["`a=1`", "other name", "`b=1`: `b=1`"]


def test_keys_without_effect_are_named() -> None:
    parts = {"b": holds(a=1), "c": holds(a=2)}

    cells = cells_of(Case("a=1", holds(a=1), parts=parts))

    assert cells == ["`a=1`", "same, without `b`", "`a=1`"]


def ignored() -> str:
    return written_table(Table("Options", holds(a=1), [Case("a=1", holds(a=1))]))


def forgotten() -> str:
    return written_table(Table("Options", holds(), [], names=frozenset({"b"})))


def refused_twice() -> str:
    case = Case("a=1", refuses, Case("b=1", refuses))
    return written_table(Table("Options", holds(), [case]))


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (ignored, "a=1 was taken and ignored"),
        (forgotten, "no case for b"),
        (refused_twice, "b=1 is refused as well"),
    ],
)
def test_table_is_not_written_where_it_would_hide_something(
    write: Callable[[], str], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        write()
