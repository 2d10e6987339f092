"""Where in CrewAI a call is made."""

from typing import Final

from crewai.context import capture_execution_context, get_current_task_id
from crewai.flow.flow_context import current_flow_id

_KICKOFFS: Final = frozenset({"crew_kickoff_started", "lite_agent_execution_started"})
_FLOW: Final = "flow_started"


def execution_context() -> str:
    """Name the running task and flow; "" outside of both."""
    names = (get_current_task_id(), current_flow_id.get())
    return "/".join(name for name in names if name)


def current_kickoff() -> str:
    """Name the kickoff of a crew or an agent around this call.

    It is the event that began it: a crew that is restored from a checkpoint goes on
    under the same one. Outside of crews and agents it is the flow's, or "".
    """
    around = capture_execution_context().event_id_stack
    kickoffs = [name for name, kind in around if kind in _KICKOFFS]
    flows = [name for name, kind in around if kind == _FLOW]
    return (kickoffs[-1:] or flows[:1] or [""])[0]
