"""What a job was asked, as far as the store keeps it. Pure."""

from collections.abc import Mapping, Sequence

from interactions_core.canonical import Json, JsonObject
from interactions_core.records.jobs.job import Job
from interactions_core.records.mirror import is_redacted


def asked_step(job: Job) -> JsonObject | None:
    """Return what was said last to the model or agent.

    Args:
        job: With its content, as `get_job` returns it.

    Returns:
        The last step of a user that is in the list, else the last that was sent; `None`
        where nothing is kept: the job is done with, or the store keeps no content.
    """
    kept = job.plan.get("steps")
    listed = kept if isinstance(kept, Sequence) and not isinstance(kept, str) else ()
    steps = [step for step in listed if isinstance(step, Mapping)]
    if not steps or is_redacted(steps):
        return None
    ours = _numbers(job.plan.get("synthetic"))
    said = [step for at, step in enumerate(steps) if at not in ours]
    users = [step for step in said if step.get("type") == "user_input"]
    return (users or said or steps)[-1]


def _numbers(value: Json) -> set[int]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return set()
    return {each for each in value if isinstance(each, int)}
