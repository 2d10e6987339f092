"""Values of options: what can be meant is read, the rest refused in one sentence."""

from pathlib import Path

import pytest

from interactions_core import open_store
from interactions_core.client.connection import Connection
from interactions_core.exceptions import ConfigurationError
from interactions_core.options.values import check_values, explain_values


def test_address_with_a_password_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError, match="neither http") as caught:
        Connection(base_url="user:hidden@host:80")

    assert "hidden" not in str(caught.value)


def test_path_is_a_store_wherever_its_url_is(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    store = open_store(path)

    assert store is open_store(f"sqlite:///{path}")
    assert check_values("X", {"sessions": path})["sessions"] == store.url


def test_lengths_of_time_are_read_from_what_dumps_write() -> None:
    assert check_values("X", {"retention": "PT604800S"}) == {"retention": "PT604800S"}


@pytest.mark.parametrize("prefix", ["gemini/", "google/"])
def test_prefix_of_another_library_is_named_with_the_right_name(prefix: str) -> None:
    with pytest.raises(ConfigurationError, match=r"did you mean 'gemini-3\.8-flash'"):
        check_values("X", {"model": f"{prefix}gemini-3.8-flash"})


def test_what_is_wrong_with_a_value_is_one_line_and_not_the_value() -> None:
    errors = [
        {"loc": ("seed",), "type": "int_parsing", "msg": "…", "input": "secret"},
        {"loc": ("labels", "a"), "type": "string_type", "msg": "…", "input": "secret"},
    ]

    said = explain_values("X", errors)

    assert said == "X: seed must be a whole number; labels must be a text"


@pytest.mark.parametrize(
    "name",
    ["timeout_s", "deadline_s", "max_retries", "poll", "mirror"],
)
def test_secret_in_another_options_place_is_not_repeated(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_values("X", {name: "hidden-key"})

    assert name in str(caught.value)
    assert "hidden" not in str(caught.value)
