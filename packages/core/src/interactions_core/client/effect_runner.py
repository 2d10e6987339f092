"""What a turn asks for, carried out and waited for; `async_effect_runner` awaits it."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from interactions_core.canonical import JsonObject
from interactions_core.client import wire
from interactions_core.client.arrivals import arrival_of
from interactions_core.client.built_requests import as_request
from interactions_core.client.instrumentation import check_instrumentation
from interactions_core.client.sdk_errors import translate_errors
from interactions_core.process.forking import ASK_AGAIN, CALL, Origin, leave_to_parent
from interactions_core.protocol.sse import EventReader
from interactions_core.turns.effects import (
    Create,
    Effect,
    Fetch,
    GiveUp,
    NextEvent,
    OpenStream,
    ResumeStream,
    SetCleanup,
    Sleep,
    StoreCall,
    Within,
)

if TYPE_CHECKING:
    from interactions_core.client.client import InteractionsClient


class EffectRunner:
    """Performs the effects of one turn; holds its open stream."""

    def __init__(self, client: "InteractionsClient") -> None:
        self._client = client
        self._origin = Origin()
        self._stream = contextlib.ExitStack()
        self.running = SetCleanup("")
        self._events: Iterator[JsonObject] = iter(())

    def perform(self, effect: Effect) -> object:
        """Carry out an effect that is not the driver's own; return what came of it."""
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
            case Within(effect, entered):
                with entered():
                    answer = self.perform(effect)
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
        """Leave the stream, and clean up as the turn asked for."""
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
        # Whatever the turn has looked at: it may be switched on at any time.
        check_instrumentation()
        with translate_errors():
            raw = self._resource().with_raw_response.create(
                **self._arguments(body, stream=False)
            )
            return wire.parsed_interaction(
                raw.read(), arrival_of(raw), stored=wire.is_stored(body)
            )

    def _open(self, body: JsonObject, silence_s: float | None) -> None:
        check_instrumentation()
        self._close_stream()
        with translate_errors():
            response = self._stream.enter_context(
                self._resource().with_streaming_response.create(
                    **self._arguments(body, stream=True, most_s=silence_s)
                )
            )
        self._events = _events(response, stored=wire.is_stored(body))

    def _resume(
        self, interaction_id: str, last_event_id: str, silence_s: float
    ) -> None:
        self._close_stream()
        timeout_s = self._client.connection.timeout_s
        with translate_errors():
            response = self._stream.enter_context(
                self._resource().with_streaming_response.get(
                    interaction_id,
                    stream=True,
                    last_event_id=last_event_id or None,
                    timeout=min(timeout_s, silence_s),
                )
            )
        self._events = _events(response)

    # The SDK's resource is built at run time and has no usable static type.
    def _resource(self) -> Any:  # noqa: ANN401
        return self._client.sdk().interactions

    def _arguments(
        self, body: JsonObject, *, stream: bool, most_s: float | None = None
    ) -> Mapping[str, Any]:
        timeout_s = self._client.connection.timeout_s
        arguments = wire.create_arguments(
            body, min(timeout_s, most_s or timeout_s), stream=stream
        )
        # Whoever hands a client in may look at what it is called with.
        is_given = self._client.connection.client is not None
        return arguments if is_given else as_request(arguments)


# A response of the SDK, which has no usable static type.
def _events(response: Any, *, stored: bool = True) -> Iterator[JsonObject]:  # noqa: ANN401
    reader, arrival = EventReader(), arrival_of(response)
    with translate_errors():
        for chunk in response.iter_bytes():
            yield from reader.read(chunk)
            if reader.finished:
                return
            wire.check_legible(reader)
    yield from wire.flush_stream(reader, arrival, stored=stored)
