"""Write a job's plan down, and read it again in the process that goes on with it."""

from typing import Any, cast

from interactions_core.canonical import JsonObject
from interactions_core.mapping.planning import Plan
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.jobs.job import Job
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow, store_call
from interactions_core.turns.lookup import find_plan


def plan_json(plan: Plan) -> JsonObject:
    """Write what was sent, and what it was chained on."""
    return {
        "reason": plan.reason,
        "steps": plan.steps,
        "synthetic": plan.synthetic,
        "previous": plan.previous_interaction_id,
        "base": plan.base.key if plan.base is not None else "",
        "base_steps": plan.base_steps,
        "form": plan.form,
        "known_form": plan.known_form,
    }


def plan_of(run: TurnContext, job: Job) -> Flow[Plan]:
    """Return the plan that a job was submitted with.

    A store that keeps no content has no steps of it; they are then those that the
    list would be sent with today, if it would be chained on the same interaction.
    """
    # Written by `plan_json`.
    written = cast("dict[str, Any]", job.plan)
    previous = written.get("previous", "")
    if "steps" not in written:
        plan, _ = yield from find_plan(run.turn, run.records, run.now())
        if plan.previous_interaction_id == previous:
            return plan
    parent = yield from _record(run, previous)
    base = yield from _record(run, written.get("base", ""))
    return Plan(
        reason=written.get("reason", "root"),
        steps=tuple(written.get("steps", ())),
        synthetic=tuple(written.get("synthetic", ())),
        previous_interaction_id=previous,
        parent=parent,
        base=base,
        base_steps=written.get("base_steps", 0) if base is not None else 0,
        form=tuple(written.get("form", ())),
        known_form=tuple(written.get("known_form", ())),
    )


def _record(run: TurnContext, key: str) -> Flow[InteractionRecord | None]:
    if not key:
        return None
    store, scope = run.records.store, run.records.scope
    return (yield from store_call(lambda: store.get(scope, key)))
