"""What CrewAI's event bus carries."""

from collections.abc import Callable
from typing import Any

from crewai.events import crewai_event_bus


def events_of(act: Callable[[], object], *kinds: Any) -> list[Any]:
    """Do something; return the events of these kinds."""
    seen: list[Any] = []
    with crewai_event_bus.scoped_handlers():
        for kind in kinds:

            @crewai_event_bus.on(kind)
            def note(_: Any, event: Any) -> None:
                seen.append(event)

        act()
        crewai_event_bus.flush()
    return seen
