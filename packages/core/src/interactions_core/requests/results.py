"""Write results as a server may want them: in the order of their calls, and named.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from interactions_core.canonical import JsonObject
from interactions_core.mapping.planning import Plan
from interactions_core.transcript.digest import Transcript


def calls_before(plan: Plan, transcript: Transcript) -> dict[str, str]:
    """Return names by the ids of all calls that a plan may hold results of, in order."""
    held = plan.parent.held if plan.parent is not None else ()
    listed = tuple(step.wire for step in transcript.steps)
    calls: dict[str, str] = {}
    for step in (*held, *listed, *plan.steps):
        if step.get("type") == "function_call":
            calls.setdefault(str(step.get("id")), str(step.get("name") or ""))
    return calls


def sort_results(plan: Plan, calls: Mapping[str, str]) -> Plan:
    """Return a plan whose results come in the order of their calls.

    Args:
        plan: What would be sent.
        calls: From `calls_before`; results of other calls come last.
    """
    place = {call_id: i for i, call_id in enumerate(calls)}
    order: list[int] = []
    for run in _runs(plan.steps):
        order += sorted(run, key=lambda i: _place(plan.steps[i], place))
    if order == list(range(len(order))):
        return plan
    synthetic = set(plan.synthetic)
    return replace(
        plan,
        steps=tuple(plan.steps[i] for i in order),
        synthetic=tuple(i for i, old in enumerate(order) if old in synthetic),
        # The input is nobody's whole context any more.
        base=None,
        base_steps=0,
    )


def name_results(plan: Plan, calls: Mapping[str, str]) -> Plan:
    """Return a plan whose results have the names of their calls."""
    steps = tuple(_named(step, calls) for step in plan.steps)
    if steps == plan.steps:
        return plan
    return replace(plan, steps=steps, base=None, base_steps=0)


def _runs(steps: Sequence[JsonObject]) -> list[list[int]]:
    """Part a list into runs of results, and single other steps."""
    runs: list[list[int]] = []
    for i, step in enumerate(steps):
        follows = i > 0 and _is_result(step) and _is_result(steps[i - 1])
        if follows:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _is_result(step: JsonObject) -> bool:
    return step.get("type") == "function_result"


def _place(step: JsonObject, places: Mapping[str, int]) -> int:
    return places.get(str(step.get("call_id")), len(places))


def _named(step: JsonObject, calls: Mapping[str, str]) -> JsonObject:
    name = calls.get(str(step.get("call_id")), "")
    if not _is_result(step) or step.get("name") or not name:
        return step
    return {**step, "name": name}
