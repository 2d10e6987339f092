"""What one create is: whom it asks, and how its body is written. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.canonical import Json, JsonObject
from interactions_core.doctor.live import bodies
from interactions_core.doctor.live.bodies import answering, user

Outcome = Literal["answered", "refused"]

_BRIEF: Final[JsonObject] = {"thinking_level": "low", "max_output_tokens": 1024}
ASK_BOTH: Final = "Look up the weather in Paris and in Rome, with one call for each."
ASK_WORD: Final = "Give a word."


@dataclass(frozen=True, slots=True)
class Models:
    """Who is asked.

    Attributes:
        usual: A model of which much is recorded.
        newest: The one that new projects begin with.
    """

    usual: str = "gemini-3.5-flash"
    newest: str = "gemini-3.8-flash"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that later calls build upon.

    Attributes:
        id: The interaction's; "" for one that was not stored.
        steps: What the model made.
    """

    id: str
    steps: Sequence[JsonObject]


Before = Mapping[int, Said]
Body = Callable[[Models, Before], JsonObject | None]
"""Writes the create; `None` where an earlier answer that it needs is not there."""


@dataclass(frozen=True, slots=True)
class Call:
    """One create.

    Attributes:
        number: Its place.
        settles: The question that its answer settles.
        body: What is sent.
        expected: What the documents say becomes of it.
        newest: Whether the newest model is asked.
        stream: Whether the answer is streamed.
        otherwise: What is sent where that is refused: the same without the first of
            its points, for the others, and for the creates that need an answer.
    """

    number: int
    settles: str
    body: Body
    expected: Outcome = "answered"
    newest: bool = False
    stream: bool = False
    otherwise: Body | None = None


def ask(text: str, *parts: JsonObject, **fields: Json) -> Body:
    """Say something as the user, in a conversation of its own."""
    return send([user(text, *parts)], **fields)


def send(steps: Sequence[JsonObject], **fields: Json) -> Body:
    """Send a list of steps, in a conversation of its own."""

    def body(_models: Models, _before: Before) -> JsonObject:
        return {"input": [*steps], **fields}

    return body


def chain(
    number: int, steps: Callable[[Said], list[JsonObject]], **fields: Json
) -> Body:
    """Chain on an earlier answer; not asked where that, or its calls, are missing."""

    def body(_models: Models, before: Before) -> JsonObject | None:
        said = before.get(number)
        sent = steps(said) if said is not None and said.id else []
        if said is None or not sent:
            return None
        return {"input": [*sent], "previous_interaction_id": said.id, **fields}

    return body


def replayed(_models: Models, before: Before) -> JsonObject | None:
    """Send the steps of the third answer back, unstored."""
    said = before.get(3)
    results = answering(said.steps) if said is not None else []
    if said is None or not results:
        return None
    steps: list[Json] = [user(ASK_BOTH), *said.steps, *results]
    return {"input": steps, "tools": [bodies.WEATHER], "store": False}


def results_and_words(said: Said) -> list[JsonObject]:
    """Answer every call, and say something after that."""
    results = answering(said.steps)
    return [*results, user("Answer in one sentence.")] if results else []


def nameless_results(said: Said) -> list[JsonObject]:
    """Answer every call without the name of its function."""
    return answering(said.steps, named=False)


def first_of_two(said: Said) -> list[JsonObject]:
    """Answer one call where there are more; nothing where there are not."""
    results = answering(said.steps)
    return results[:1] if len(results) > 1 else []


def body_of(call: Call, models: Models, before: Before) -> JsonObject | None:
    """Write a create; `None` where an earlier answer that it needs is not there."""
    body = call.body(models, before)
    if body is None:
        return None
    own = body.get("generation_config")
    config = {**_BRIEF, **(own if isinstance(own, dict) else {})}
    model = models.newest if call.newest else models.usual
    return {"model": model, **body, "generation_config": config}
