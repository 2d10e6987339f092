"""Finds in the steps of a create what a service may refuse."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from interactions_emulator.base.payloads import Step, is_list
from interactions_emulator.base.strictness import Doubt


def history_doubts(
    steps: list[Step],
    pending: Collection[str],
    declared: Collection[str],
    *,
    opens: bool,
) -> Iterator[Doubt]:
    """Yield what the points say of the steps of a well-formed input.

    Args:
        steps: The input.
        pending: Ids of the parent's unanswered calls, in order.
        declared: Names of the functions that are declared.
        opens: Whether the input begins the conversation.
    """
    if opens and steps and steps[0].get("type") != "user_input":
        yield Doubt("opens-with-model", f"it opens with a {steps[0].get('type')}")
    calls = [step for step in steps if step.get("type") == "function_call"]
    for call_id, count in Counter(call["id"] for call in calls).items():
        if count > 1:
            yield Doubt("repeated-call-ids", f"{count} calls are {call_id}")
    for name in dict.fromkeys(call["name"] for call in calls):
        if name not in declared:
            yield Doubt("undeclared-functions", f"{name} is called and not declared")
    yield from _results(steps, [*pending, *(call["id"] for call in calls)])
    for index, step in enumerate(steps):
        if step.get("type") == "user_input" and _is_empty(step.get("content")):
            yield Doubt("empty-text", f"input[{index}] says nothing")


def _results(steps: Iterable[Step], calls: list[str]) -> Iterator[Doubt]:
    places = {call_id: place for place, call_id in enumerate(calls)}
    last = -1
    for step in steps:
        if step.get("type") != "function_result":
            last = -1
            continue
        call_id = step["call_id"]
        if not step.get("name"):
            yield Doubt("nameless-results", f"the result of {call_id} has no name")
        place = places.get(call_id, last)
        if place < last:
            why = f"the result of {call_id} comes after one of a later call"
            yield Doubt("results-order", why)
        last = place


def _is_empty(content: object) -> bool:
    blocks = content if is_list(content) else []
    return bool(blocks) and all(
        block.get("type") == "text" and not block.get("text") for block in blocks
    )
