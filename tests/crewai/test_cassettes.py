"""The exact requests that the LLM sends, pinned in cassettes."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from interactions_crewai import InteractionsLLM
from tests.crewai.flows import user
from tests.recorded import CASSETTES, bodies_of, cassette_at, recorded_options

PNG = "iVBORw0KGgo="


class Person(BaseModel):
    name: str


@pytest.fixture
def llm() -> Iterator[InteractionsLLM]:
    with recorded_options() as options:
        made = InteractionsLLM(**options)
        yield made
        made.close()


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[Any]:
    with cassette_at(CASSETTES / "crewai" / f"{request.node.name}.yaml") as playing:
        yield playing


def said(text: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def test_glued_observation_is_all_that_is_sent(
    llm: InteractionsLLM, cassette: Any
) -> None:
    told = [user("Look.")]
    glued = llm.call(told) + "\nObservation: a cat"

    assert llm.call([*told, said(glued)])

    [step] = bodies_of(cassette)[1]["input"]
    assert step["content"] == [{"type": "text", "text": "\nObservation: a cat"}]


def test_class_is_a_schema(llm: InteractionsLLM, cassette: Any) -> None:
    answer = llm.call("I am Ada.", response_model=Person)

    assert isinstance(answer, Person)
    [body] = bodies_of(cassette)
    assert body["response_format"]["schema"] == Person.model_json_schema()


def test_picture_is_sent_by_its_bytes(llm: InteractionsLLM, cassette: Any) -> None:
    inline = {"inlineData": {"mimeType": "image/png", "data": PNG}}

    assert llm.call([{"role": "user", "content": [{"text": "What?"}, inline]}])

    [step] = bodies_of(cassette)[0]["input"]
    picture = {"type": "image", "mime_type": "image/png", "data": PNG}
    assert step["content"][1] == picture
