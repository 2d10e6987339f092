"""Options of other model classes, explained by what they mean."""

from typing import Any

import pytest

from interactions_core.exceptions import ConfigurationError
from interactions_core.options.foreign_names import (
    FOREIGN,
    own_name,
    refusal,
    without_foreign,
)
from interactions_core.options.options import check_names

KNOWN = {"model", "stop_sequences", "timeout_s"}


@pytest.mark.parametrize("name", FOREIGN)
def test_every_foreign_option_is_explained_and_what_to_do_is_said(name: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        check_names("Owner", [name], KNOWN)

    said = str(refused.value)
    assert said.startswith(
        f"Owner does not take {name!r}: it {FOREIGN[name].meaning}; "
    )
    assert len(said.rpartition("; ")[2]) > len("use ``")


def test_own_names_are_no_foreign_ones() -> None:
    assert not {word.ours for word in FOREIGN.values()} & FOREIGN.keys()


def test_option_with_another_name_here_is_told_it() -> None:
    assert "use `stop_sequences`" in str(refusal("Owner", "stop", KNOWN))
    assert (own_name("stop"), own_name("seed")) == ("stop_sequences", "seed")


def test_counterpart_that_is_no_option_of_the_owner_is_not_advised() -> None:
    assert "use `" not in str(refusal("Owner", "model_capabilities", KNOWN))


def test_adapter_knows_a_better_way() -> None:
    said = str(refusal("Owner", "n", KNOWN, instead={"n": "call `batch`"}))

    assert said == "Owner does not take 'n': it asks for several answers; call `batch`"


@pytest.mark.parametrize(
    "option", [{"n": 1}, {"user": None}, {"parallel_tool_calls": True}]
)
def test_value_that_changes_nothing_is_left_out(option: dict[str, Any]) -> None:
    assert without_foreign("Owner", {"model": "m", **option}, KNOWN) == {"model": "m"}


def test_misspelt_foreign_name_is_told_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'response_format'"):
        without_foreign("Owner", {"response_fromat": {}}, KNOWN)
