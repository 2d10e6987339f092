"""Listen to the stream of a run, and know what was heard when it is opened again."""

from dataclasses import dataclass, field

from interactions_core.background.holding.leased_job import LeasedJob
from interactions_core.background.holding.leases import note_look, renew_lease
from interactions_core.canonical import JsonObject
from interactions_core.exceptions import DeadlineExceededError, RequestError
from interactions_core.process.failpoints import FailPoint, hit
from interactions_core.protocol.refusals import refusal
from interactions_core.transcript.streaming import Assembler, StreamEvent
from interactions_core.turns.effects import Flow, next_event, show


@dataclass(slots=True)
class Listener:
    """What a stream has said so far.

    Attributes:
        assembler: The answer so far.
        last_event_id: The last event that has a name to resume after. API: only some
            deltas of runs in the background have one.
    """

    assembler: Assembler = field(default_factory=Assembler)
    last_event_id: str = ""
    _since: list[JsonObject] = field(default_factory=list[JsonObject])
    _repeats: list[JsonObject] = field(default_factory=list[JsonObject])

    @property
    def name(self) -> str:
        """The run's id; "" until the stream has told it."""
        return str(self.assembler.interaction.get("id") or "")

    def begin_again(self) -> None:
        """Expect what came after `last_event_id` once more."""
        self.assembler.error = None
        self._repeats = [*self._since]

    def take(self, event: JsonObject) -> list[StreamEvent]:
        """Take an event, unless it was heard before; return what it shows."""
        if self._repeats:
            if event == self._repeats[0]:
                del self._repeats[0]
                return []
            self._repeats.clear()
        if self.assembler.has_heard(event):
            return []
        shown = list(self.assembler.feed(event))
        self._since.append(event)
        if event.get("event_id"):
            self.last_event_id = str(event["event_id"])
            self._since.clear()
        return shown


def named(listener: Listener) -> Flow[list[StreamEvent]]:
    """Listen until the stream has named its run; return what else it has shown.

    Raises:
        RequestError: It broke off before.
    """
    shown: list[StreamEvent] = []
    while not listener.name:
        event = yield from next_event()
        if event is None:
            break
        shown += listener.take(event)
        if listener.assembler.error is not None and not listener.name:
            raise refusal(None, listener.assembler.error)
    return shown


def heard(work: LeasedJob, listener: Listener) -> Flow[bool]:
    """Show a stream's events until it ends, for whatever reason.

    Returns:
        Whether it said anything new.

    Raises:
        DeadlineExceededError: It goes on for longer than `deadline_s`.
    """
    deadline_s = work.run.deadline_s
    assembler, news = listener.assembler, False
    while not (assembler.completed or assembler.repeats or assembler.error is not None):
        try:
            event = yield from next_event()
        except RequestError:
            break
        if event is None:
            break
        hit(FailPoint.LOOKED)
        note_look(work)
        before = listener.last_event_id
        for item in listener.take(event):
            news = True
            yield from show(item)
        news = news or listener.last_event_id != before
        yield from renew_lease(work)
        if not assembler.completed and work.age_s() >= deadline_s:
            raise DeadlineExceededError(work.name, deadline_s)
    return news
