"""The sync driver: carries out what a turn asks for, and waits for it.

Decides nothing; `aclient` is the same file with `await`.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from interactions_core.background.job_turn import (
    Suspended,
    interrupted_job,
)
from interactions_core.canonical import JsonObject
from interactions_core.client import wire
from interactions_core.client.arrivals import arrival_of
from interactions_core.client.connection import CANCEL_TIMEOUT_S, Connection
from interactions_core.client.effect_runner import EffectRunner
from interactions_core.client.identity import look_up_owner
from interactions_core.client.instrumentation import check_instrumentation
from interactions_core.client.sdk import given_client, open_client
from interactions_core.client.sdk_errors import translate_errors
from interactions_core.client.take_turn import suspend_turn, take_turn
from interactions_core.client.turn_stores import records_of
from interactions_core.exceptions import InteractionsError
from interactions_core.logs import log_fields, shown_error
from interactions_core.process.forking import (
    Lock,
    PerProcess,
)
from interactions_core.records.accounts import Owner
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.transcript.streaming import StreamEvent
from interactions_core.turns.adoption import adopted_record
from interactions_core.turns.context import ClientPolicy, TurnContext
from interactions_core.turns.effects import (
    Flow,
    HandOn,
    SetCleanup,
    Show,
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
        flow = suspend_turn(self._run(turn, store))
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
        with translate_errors():
            raw = self.sdk().interactions.with_raw_response.get(
                interaction_id,
                include_input=include_input,
                timeout=self.connection.timeout_s,
            )
            return wire.parsed_interaction(raw.read(), arrival_of(raw))

    def cancel(self, interaction_id: str) -> None:
        """Cancel a run in the background."""
        with translate_errors():
            self.sdk().interactions.cancel(interaction_id, timeout=CANCEL_TIMEOUT_S)

    def give_up(self, interaction_id: str) -> InteractionsError | None:
        """Cancel a run that nobody waits for any more, as far as that is possible.

        Returns:
            Why it goes on, if it does.
        """
        try:
            self.cancel(interaction_id)
        except InteractionsError as error:
            logger.warning(
                "run %s goes on: %s",
                interaction_id,
                shown_error(error),
                extra=log_fields("run_not_cancelled", error=error, id=interaction_id),
            )
            return error
        return None

    def delete(self, interaction_id: str) -> None:
        """Delete an interaction on the server."""
        with translate_errors():
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
        sdk = self.sdk()
        records = records_of(sdk, self.connection, turn, store)
        return TurnContext(turn, records, self._policy, check_instrumentation)

    def _drive(
        self, flow: Flow[T], hand_on: Callable[[Reply], object] = itself
    ) -> Generator[StreamEvent | T]:
        answer: object = None
        error: BaseException | None = None
        with contextlib.closing(EffectRunner(self)) as hands:
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
        given = given_client(self.connection)
        if given is not None:
            return given
        with self._lock:
            opened = self._opened.get()
            if not opened:
                opened.append(open_client(self.connection))
            return opened[0]
