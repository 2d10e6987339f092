"""Crews that people, hooks, memories and knowledge have a part in."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from crewai import Crew
from crewai.core.providers.human_input import (
    SyncHumanInputProvider,
    reset_provider,
    set_provider,
)
from crewai.hooks.llm_hooks import (
    clear_all_llm_call_hooks,
    register_after_llm_call_hook,
    register_before_llm_call_hook,
)
from crewai.knowledge.knowledge import Knowledge
from crewai.knowledge.storage.base_knowledge_storage import BaseKnowledgeStorage
from crewai.memory.unified_memory import Memory

from tests.crewai.crews import (
    IN_ROME,
    ROME,
    GetWeather,
    ReadBook,
    agent,
    one,
    says,
    sequential,
    task,
    two_agents,
)
from tests.crewai.witness import Witness


class Person(SyncHumanInputProvider):
    """Says what was prepared, and nothing more."""

    said: ClassVar[list[str]] = []

    @staticmethod
    def _prompt_input(_crew: Any) -> str:
        return Person.said.pop(0) if Person.said else ""


@contextmanager
def person(*said: str) -> Iterator[None]:
    Person.said = list(said)
    token = set_provider(Person())
    try:
        yield
    finally:
        reset_provider(token)


def feedback(llm: Witness) -> None:
    worker = agent("Worker", llm, GetWeather())
    done = task("Work", worker, human_input=True)
    with person("Be nicer."):
        Crew(agents=[worker], tasks=[done]).kickoff()


FEEDBACK = [says("Worker", ROME, "Sunny.", "Lovely and sunny.")]


def feedback_alone(llm: Witness) -> None:
    """Without tools, the agent's own answer is not in the list that comes back."""
    worker = agent("Worker", llm)
    done = task("Work", worker, human_input=True)
    with person("Be nicer."):
        Crew(agents=[worker], tasks=[done]).kickoff()


def training(llm: Witness) -> None:
    worker = agent("Worker", llm, GetWeather())
    crew = Crew(agents=[worker], tasks=[task("Work", worker)])
    with person("Be nicer."), tempfile.TemporaryDirectory() as folder:
        crew.train(1, str(Path(folder) / "trained.pkl"))


QUALITY = '{"suggestions": [], "quality": 5.0, "final_summary": "x"}'
TRAINING = [*FEEDBACK, {"reply": {"text": QUALITY}}]


@contextmanager
def hooks(
    before: Callable[[Any], Any] | None = None,
    after: Callable[[Any], Any] | None = None,
) -> Iterator[None]:
    if before is not None:
        register_before_llm_call_hook(before)
    if after is not None:
        register_after_llm_call_hook(after)
    try:
        yield
    finally:
        clear_all_llm_call_hooks()


def hook_before(llm: Witness) -> None:
    with hooks(before=_be_brief):
        sequential(llm)


def _be_brief(context: Any) -> None:
    context.messages.append({"role": "user", "content": "Be brief."})


def hook_trims(llm: Witness) -> None:
    with hooks(before=_trim):
        sequential(llm)


def _trim(context: Any) -> None:
    for message in context.messages:
        if message["role"] == "tool":
            message["content"] = message["content"][:4]


def hook_after(llm: Witness) -> None:
    worker = agent("Worker", llm, GetWeather())
    with hooks(after=_checked):
        out = worker.kickoff("First?")
        worker.kickoff([*out.messages, {"role": "user", "content": "Second?"}])


def _checked(context: Any) -> str | None:
    answer = context.response
    return f"{answer} [checked]" if isinstance(answer, str) else None


REWRITTEN = [says("Worker", ROME, "Sunny.", "Yes.")]


def empty_answer(llm: Witness) -> None:
    llm.on_empty = "return"  # CrewAI then asks again.
    one(llm)


EMPTY = [says("Worker", ROME, {"steps": []}, ROME, "Sunny.")]


def big_result(llm: Witness) -> None:
    llm.window = 12_000
    one(llm, ReadBook())


BIG = [says("Worker", ("read_book", {"title": "A"}), "Read.")]


def embed(texts: list[str]) -> list[list[float]]:
    return [[float(len(text) % 7), 1.0, 0.5] for text in texts]


class Shelf(BaseKnowledgeStorage):
    """Knows one thing."""

    def search(self, *_: Any, **__: Any) -> list[Any]:
        return [{"id": "1", "content": "Rome is warm.", "metadata": {}, "score": 1.0}]

    async def asearch(self, *_: Any, **__: Any) -> list[Any]:
        return self.search()

    def save(self, documents: list[str]) -> None:
        raise NotImplementedError

    async def asave(self, documents: list[str]) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        raise NotImplementedError

    async def areset(self) -> None:
        raise NotImplementedError


def memory(llm: Witness) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = Memory(llm=llm, storage=folder, embedder=embed)
        two_agents(llm, memory=kept).kickoff(inputs=IN_ROME)
        kept.close()


MEMORY = [
    {
        "when": {"system_contains": "memory statements"},
        "reply": {"text": '{"memories": []}'},
    },
    says("Researcher", ROME, "Sunny."),
    says("Writer", ("search_memory", {"queries": ["town"]}), "A text."),
]


def knowledge(llm: Witness) -> None:
    shelf = Knowledge(collection_name="shelf", sources=[], storage=Shelf())
    one(llm, GetWeather(), knowledge=shelf)
    assert "Rome is warm." in str(llm.log.asked[1].messages)
