"""Structured answers whose schema a model refuses."""

from typing import Annotated, Any

import pytest
from langchain.agents import create_agent
from langchain_core.exceptions import ModelInvalidRequestError
from pydantic import BaseModel, Field

from interactions_emulator import Emulator
from tests.langgraph.conftest import MakeModel


class Home(BaseModel):
    """Where somebody lives."""

    city: str


class Person(BaseModel):
    """Somebody."""

    age: Annotated[int, Field(ge=0, le=130)]
    at: tuple[float, float]
    home: Home = Field(description="Today.", default=Home(city="Rome"))


def schemas(emulator: Emulator) -> list[Any]:
    return [row["body"]["response_format"]["schema"] for row in emulator.requests()]


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_class_is_answered_although_its_schema_is_refused(
    make_model: MakeModel, emulator: Emulator, refusals: int
) -> None:
    reader = make_model().with_structured_output(Person)
    emulator.fault(do={"status": 400}, times=refusals)

    people: list[Any] = [reader.invoke(text) for text in ("Ada", "Ben")]

    assert all(isinstance(person, Person) for person in people)
    assert len(schemas(emulator)) == refusals + 2
    assert "minimum" in str(schemas(emulator)[0])
    assert "(at least 0, at most 130)" in str(schemas(emulator)[-1])
    for word in ("minimum", "maxItems", *(["title", "default"] * (refusals - 1))):
        assert word not in str(schemas(emulator)[-1])


def test_an_agents_error_names_the_keywords_and_what_to_change(
    make_model: MakeModel, emulator: Emulator
) -> None:
    agent = create_agent(make_model(), response_format=Person)
    emulator.fault(do={"status": 400}, times=9)

    with pytest.raises(ModelInvalidRequestError, match="leave out what becomes that"):
        agent.invoke({"messages": [("user", "Ada")]})

    assert len(emulator.requests()) == 3
