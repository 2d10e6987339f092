"""Where in CrewAI a call is made."""

from crewai.context import get_current_task_id
from crewai.flow.flow_context import current_flow_id


def execution_context() -> str:
    """Name the running task and flow; "" outside of both."""
    names = (get_current_task_id(), current_flow_id.get())
    return "/".join(name for name in names if name)
