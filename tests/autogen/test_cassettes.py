"""The exact requests that the model client sends, pinned in cassettes."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from interactions_autogen import InteractionsChatCompletionClient
from tests.autogen.asking import Client, Person, user
from tests.recorded import CASSETTES, bodies_of, cassette_at, recorded_options

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    with recorded_options() as options:
        async with InteractionsChatCompletionClient(**options) as made:
            yield made


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[Any]:
    with cassette_at(CASSETTES / "autogen" / f"{request.node.name}.yaml") as playing:
        yield playing


async def test_structured_output_is_a_response_format(
    client: Client, cassette: Any
) -> None:
    result = await client.create([user("I am Ada.")], json_output=Person)

    assert isinstance(result.content, str)
    assert Person.model_validate_json(result.content)
    [body] = bodies_of(cassette)
    assert body["response_format"]["mime_type"] == "application/json"
    assert body["response_format"]["schema"]["required"] == ["name"]
