"""Finds in a create what the points are about; `strictness` says what is refused."""

from collections.abc import Collection, Iterator

from interactions_emulator.base.payloads import Step, is_list, is_object
from interactions_emulator.base.strictness import Doubt
from interactions_emulator.request.doubtful_history import history_doubts
from interactions_emulator.request.doubtful_settings import settings_doubts
from interactions_emulator.request.generation import function_names
from interactions_emulator.request.validation import CreateRequest


def find_doubts(
    request: CreateRequest, pending: Collection[str], version: str
) -> Iterator[Doubt]:
    """Yield everything in a request that a point is about.

    Args:
        request: The create, with what an agent's definition adds.
        pending: Ids of the parent's unanswered calls, in order.
        version: Of the API: `v1`, `v1beta`, …
    """
    yield from settings_doubts(request.sent, version)
    if request.agent is not None:
        yield from _agent(request)
    if request.previous and not request.store:
        yield Doubt("stateless-parent", f"it is chained on {request.previous}")
    yield from history_doubts(
        request.input,
        pending,
        function_names(request.tools),
        opens=request.previous is None,
    )


def _agent(request: CreateRequest) -> Iterator[Doubt]:
    if request.agent_config and "type" not in request.agent_config:
        yield Doubt("agent-config-type", "agent_config has no type")
    if request.sent.get("response_format"):
        yield Doubt("antigravity-format", "the agent takes no response_format")
    if "image" in _kinds(request.input):
        yield Doubt("antigravity-images", "there is a picture in the input")


def _kinds(steps: list[Step]) -> set[str]:
    contents = [step.get("content") for step in steps]
    blocks = [block for one in contents if is_list(one) for block in one]
    return {str(block.get("type")) for block in blocks if is_object(block)}
