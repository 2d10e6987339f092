"""The sync driver: carries out what a turn asks for, and waits for it.

Decides nothing; `aclient` is the same file with `await`.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from interactions_core.background.job_turn import (
    Suspended,
    interrupted_job,
    suspend_job,
)
from interactions_core.canonical import JsonObject
from interactions_core.client import wire
from interactions_core.client.connection import CANCEL_TIMEOUT_S, Connection
from interactions_core.client.identity import look_up_owner
from interactions_core.client.take_turn import take_turn
from interactions_core.exceptions import InteractionsError
from interactions_core.process.forking import (
    ASK_AGAIN,
    CALL,
    Lock,
    Origin,
    PerProcess,
    leave_to_parent,
)
from interactions_core.protocol.sse import EventReader
from interactions_core.records.accounts import Owner
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.transcript.streaming import StreamEvent
from interactions_core.turns.adoption import adopted_record
from interactions_core.turns.context import ClientPolicy, TurnContext
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    Flow,
    GiveUp,
    HandOn,
    NextEvent,
    OpenStream,
    ResumeStream,
    SetCleanup,
    Show,
    Sleep,
    StoreCall,
)
from interactions_core.turns.local_answers import LocalAnswer, locally_answered

if TYPE_CHECKING:
    from google.genai import Client

logger: Final = logging.getLogger("interactions_core")

T = TypeVar("T")


def itself(reply: Reply) -> Reply:
    """Hand a reply on as it is."""
    return reply


class InteractionsClient:
    """Takes turns for sync callers.

    Serves any number of threads and conversations at once; nothing on it belongs to
    one of them. The google-genai client is made with the first request and closed
    with this object, unless it was handed in.
    """

    def __init__(
        self,
        connection: Connection,
        policy: ClientPolicy,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.connection = connection
        self._policy = policy
        self.sleep = sleep
        self._lock = Lock()
        self._opened = PerProcess[list["Client"]](list)

    @overload
    def turn(self, turn: Turn, store: SessionStore) -> Reply: ...
    @overload
    def turn(
        self, turn: Turn, store: SessionStore, hand_on: Callable[[Reply], T]
    ) -> T: ...
    def turn(
        self,
        turn: Turn,
        store: SessionStore,
        hand_on: Callable[[Reply], object] = itself,
    ) -> object:
        """Answer a message list.

        Args:
            turn: What is asked.
            store: Where to look and to record.
            hand_on: Turns the reply into what the framework is given. Until it has
                returned, the answer is owed: where it raises, the next call that
                asks exactly the same is given the same reply, once.
        """
        flow = take_turn(self._run(turn, store))
        with contextlib.closing(self._drive(flow, hand_on)) as said:
            # A turn that shows nothing yields its reply only.
            return next(said)

    @overload
    def stream(
        self, turn: Turn, store: SessionStore
    ) -> Generator[StreamEvent | Reply]: ...
    @overload
    def stream(
        self, turn: Turn, store: SessionStore, hand_on: Callable[[Reply], T]
    ) -> Generator[StreamEvent | T]: ...
    def stream(
        self,
        turn: Turn,
        store: SessionStore,
        hand_on: Callable[[Reply], object] = itself,
    ) -> Generator[Any]:
        """Answer a message list; yield events as they come and the reply at the end."""
        return self._drive(take_turn(self._run(turn, store), stream=True), hand_on)

    def interrupted(self, turn: Turn, store: SessionStore) -> Suspended | None:
        """Say how often a call that suspends its graph has done so before."""
        flow = interrupted_job(self._run(turn, store))
        with contextlib.closing(self._drive(flow)) as said:
            return cast("Suspended | None", next(said))

    def suspend(self, turn: Turn, store: SessionStore) -> Suspended:
        """Submit a run in the background, or look at it; do not wait for it."""
        flow = suspend_job(self._run(turn, store))
        with contextlib.closing(self._drive(flow)) as said:
            return cast("Suspended", next(said))

    def adopt(self, turn: Turn, store: SessionStore, interaction_id: str) -> None:
        """Record that an interaction answered the list of a turn."""
        store.put(adopted_record(self._run(turn, store), interaction_id))

    def answer_locally(
        self, turn: Turn, store: SessionStore, reply: Reply, *, answer: LocalAnswer
    ) -> None:
        """Record that a call was answered here and its result shown as the reply.

        The next turn, whose list has the result as the model's words, sends it as the
        result that the server waits for.

        Args:
            turn: What was asked.
            store: Where the reply was recorded.
            reply: The reply with the call; nothing is noted for one without an id.
            answer: The call's id, the function's name, and what was handed on.
        """
        if not reply.interaction_id:
            return
        records = self._run(turn, store).records
        record = store.get(records.scope, reply.interaction_id)
        # A store that could not be written has been logged; the next turn says it all.
        if record is not None:
            store.put(locally_answered(record, answer), began=records.began)

    def get(self, interaction_id: str, *, include_input: bool = True) -> JsonObject:
        """Read an interaction."""
        with wire.translate_errors():
            raw = self.sdk().interactions.with_raw_response.get(
                interaction_id,
                include_input=include_input,
                timeout=self.connection.timeout_s,
            )
            return wire.parsed_interaction(raw.read())

    def cancel(self, interaction_id: str) -> None:
        """Cancel a run in the background."""
        with wire.translate_errors():
            self.sdk().interactions.cancel(interaction_id, timeout=CANCEL_TIMEOUT_S)

    def give_up(self, interaction_id: str) -> InteractionsError | None:
        """Cancel a run that nobody waits for any more, as far as that is possible.

        Returns:
            Why it goes on, if it does.
        """
        try:
            self.cancel(interaction_id)
        except InteractionsError as error:
            logger.warning("run %s goes on: %s", interaction_id, error)
            return error
        return None

    def delete(self, interaction_id: str) -> None:
        """Delete an interaction on the server."""
        with wire.translate_errors():
            self.sdk().interactions.delete(
                interaction_id, timeout=self.connection.timeout_s
            )

    def close(self) -> None:
        """Close the google-genai client, unless it was handed in."""
        with self._lock:
            opened = self._opened.get()
            while opened:
                opened.pop().close()

    def owner(self, store: SessionStore) -> Owner:
        """Say whose rows turns read and write, as far as that is settled."""
        return look_up_owner(self.sdk(), self.connection, store)

    def _run(self, turn: Turn, store: SessionStore) -> TurnContext:
        records = wire.records_of(self.sdk(), self.connection, turn, store)
        return TurnContext(turn, records, self._policy)

    def _drive(
        self, flow: Flow[T], hand_on: Callable[[Reply], object] = itself
    ) -> Generator[StreamEvent | T]:
        answer: object = None
        error: BaseException | None = None
        with contextlib.closing(_EffectRunner(self)) as hands:
            while True:
                hands.check(error)
                try:
                    effect = flow.throw(error) if error else flow.send(answer)
                except StopIteration as done:
                    hands.check()
                    yield done.value
                    return
                hands.check()
                answer = error = None
                if isinstance(effect, Show):
                    yield effect.event
                    continue
                if isinstance(effect, SetCleanup):
                    hands.running = effect
                    continue
                if isinstance(effect, HandOn):
                    try:
                        answer = hand_on(effect.reply)
                    # What refuses a reply may be the framework, or a person.
                    except BaseException as exc:  # noqa: BLE001 - the turn raises it
                        error = exc
                    continue
                try:
                    answer = hands.perform(effect)
                except InteractionsError as exc:
                    error = exc

    def sdk(self) -> "Client":
        """Return the google-genai client, opened with its first use."""
        given = wire.given_client(self.connection)
        if given is not None:
            return given
        with self._lock:
            opened = self._opened.get()
            if not opened:
                opened.append(wire.open_client(self.connection))
            return opened[0]


class _EffectRunner:
    """Performs the effects of one turn; holds its open stream."""

    def __init__(self, client: InteractionsClient) -> None:
        self._client = client
        self._origin = Origin()
        self._stream = contextlib.ExitStack()
        self.running = SetCleanup("")
        self._events: Iterator[JsonObject] = iter(())

    def perform(self, effect: Effect) -> object:
        answer: object = None
        match effect:
            case StoreCall(call):
                answer = call()
            case Create(body):
                answer = self._create(body)
            case OpenStream(body, silence_s):
                self._open(body, silence_s)
            case ResumeStream(interaction_id, last_event_id, silence_s):
                self._resume(interaction_id, last_event_id, silence_s)
            case GiveUp(interaction_id):
                answer = self._client.give_up(interaction_id)
            case NextEvent():
                answer = next(self._events, None)
            case Fetch(interaction_id):
                self._close_stream()
                answer = self._client.get(interaction_id, include_input=False)
            case Sleep(seconds):
                self._client.sleep(seconds)
            case _:
                raise NotImplementedError(effect)
        return answer

    def check(self, error: BaseException | None = None) -> None:
        """Raise `error` or `ForkedError` where the turn is another process's."""
        if error is not None and not self._origin.is_here:
            # With it a child leaves that was forked while the reply was handed on.
            raise error
        self._origin.check(CALL, ASK_AGAIN)

    def close(self) -> None:
        if not self._origin.is_here:
            # The stream is the parent's, and the run is what it waits for.
            leave_to_parent(self)
            return
        self._close_stream()
        if self.running.interaction_id:
            self._client.give_up(self.running.interaction_id)
        if self.running.cancelled is not None:
            self.running.cancelled()

    def _close_stream(self) -> None:
        self._events = iter(())
        self._stream.close()

    def _create(self, body: JsonObject) -> JsonObject:
        with wire.translate_errors():
            raw = self._resource().with_raw_response.create(
                **self._arguments(body, stream=False)
            )
            return wire.parsed_interaction(raw.read())

    def _open(self, body: JsonObject, silence_s: float | None) -> None:
        self._close_stream()
        with wire.translate_errors():
            response = self._stream.enter_context(
                self._resource().with_streaming_response.create(
                    **self._arguments(body, stream=True, most_s=silence_s)
                )
            )
        self._events = _events(response.iter_bytes())

    def _resume(
        self, interaction_id: str, last_event_id: str, silence_s: float
    ) -> None:
        self._close_stream()
        timeout_s = self._client.connection.timeout_s
        with wire.translate_errors():
            response = self._stream.enter_context(
                self._resource().with_streaming_response.get(
                    interaction_id,
                    stream=True,
                    last_event_id=last_event_id or None,
                    timeout=min(timeout_s, silence_s),
                )
            )
        self._events = _events(response.iter_bytes())

    # The SDK's resource is built at run time and has no usable static type.
    def _resource(self) -> Any:  # noqa: ANN401
        return self._client.sdk().interactions

    def _arguments(
        self, body: JsonObject, *, stream: bool, most_s: float | None = None
    ) -> dict[str, Any]:
        timeout_s = self._client.connection.timeout_s
        return wire.create_arguments(
            body, min(timeout_s, most_s or timeout_s), stream=stream
        )


def _events(chunks: Iterator[bytes]) -> Iterator[JsonObject]:
    reader = EventReader()
    with wire.translate_errors():
        for chunk in chunks:
            yield from reader.read(chunk)
            if reader.finished:
                return
            wire.check_legible(reader)
    yield from wire.flush_stream(reader)
