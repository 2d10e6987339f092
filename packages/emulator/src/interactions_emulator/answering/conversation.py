"""The conversation as whoever answers sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from interactions_emulator.base.payloads import (
    JsonObject,
    Step,
    dump_text,
    is_list,
    is_object,
    text_of,
)
from interactions_emulator.request.validation import CreateRequest


@dataclass(frozen=True)
class Conversation:
    """Everything the server holds, plus this request's own settings.

    Tools, system instruction and generation config are those of the request:
    they are not inherited (docs, interactions overview).
    """

    request: CreateRequest
    steps: list[Step]
    """The whole context, this request's input included, oldest first."""

    @cached_property
    def user_texts(self) -> list[str]:
        """The text of each user turn, oldest first."""
        turns = (s for s in self.steps if s.get("type") == "user_input")
        return [text_of(step.get("content")) for step in turns]

    @property
    def last_user_text(self) -> str:
        """The text of the latest user turn."""
        return self.user_texts[-1] if self.user_texts else ""

    @cached_property
    def fresh_results(self) -> list[Step]:
        """The function results at the very end of the context."""
        results: list[Step] = []
        for step in reversed(self.steps):
            if step.get("type") != "function_result":
                break
            results.insert(0, step)
        return results

    @cached_property
    def has_spoken(self) -> bool:
        """Whether the model has said something in this context."""
        return any(step.get("type") == "model_output" for step in self.steps)

    @cached_property
    def made_calls(self) -> list[Step]:
        """The calls made for what is asked now, oldest first.

        That is the whole context, unless the last user text repeats an earlier one
        after an answer: then it is asked anew.
        """
        calls: list[Step] = []
        for at, step in enumerate(self.steps):
            if step.get("type") == "function_call":
                calls.append(step)
            elif self._asks_anew(at):
                calls = []
        return calls

    def result_of(self, call: Step) -> Step | None:
        """Return the result of a call, if the context holds it."""
        results = (s for s in self.steps if s.get("type") == "function_result")
        return next((r for r in results if r.get("call_id") == call.get("id")), None)

    def _asks_anew(self, at: int) -> bool:
        """Whether a step is the last user text, said again after an answer."""
        step = self.steps[at]
        if step.get("type") != "user_input" or not at:
            return False
        text = text_of(step.get("content"))
        answered = self.steps[at - 1].get("type") == "model_output"
        repeated = self.user_texts[:-1].count(text) > 0
        return answered and repeated and text == self.last_user_text

    @property
    def last_type(self) -> str:
        """The type of the newest step."""
        return str(self.steps[-1].get("type")) if self.steps else ""

    @property
    def functions(self) -> list[JsonObject]:
        """The declared function tools that the tool choice leaves."""
        tools = [t for t in self.request.tools if t.get("type") == "function"]
        choice = self.request.generation_config.get("tool_choice")
        if choice == "none":
            return []
        allowed = _allowed_names(choice)
        return [t for t in tools if allowed is None or t["name"] in allowed]

    @property
    def must_call(self) -> bool:
        """Whether the tool choice forces a call."""
        choice = self.request.generation_config.get("tool_choice")
        if is_object(choice):
            return choice["allowed_tools"].get("mode") == "any"
        return choice == "any"

    def call_name(self, call_id: str) -> str:
        """Return the name of the function that was called under the id."""
        for step in reversed(self.steps):
            if step.get("type") == "function_call" and step.get("id") == call_id:
                return str(step.get("name"))
        return "the function"


def result_text(result: Any) -> str:  # noqa: ANN401  any JSON
    """Write a function's result as text, whatever form it came in."""
    if isinstance(result, str):
        return result
    if is_list(result):
        return text_of(result) or dump_text(result)
    return dump_text(result)


def all_text(steps: Iterable[Step]) -> str:
    """Join every text that a context holds, for substring conditions."""
    return "\n".join(_step_text(step) for step in steps)


def _step_text(step: Step) -> str:
    if step.get("type") == "function_call":
        return dump_text(step.get("arguments"))
    if step.get("type") == "function_result":
        return result_text(step.get("result"))
    return text_of(step.get("content"))


def _allowed_names(choice: object) -> list[str] | None:
    if not is_object(choice):
        return None
    allowed: JsonObject = choice["allowed_tools"]
    if allowed.get("mode") == "none":
        return []
    return allowed.get("tools") or None
