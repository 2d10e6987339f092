"""Carry a turn on and have its spans made, where the program wants any."""

import contextlib
from typing import TYPE_CHECKING, TypeVar, cast

from interactions_core.tracing.set_up import find_telemetry
from interactions_core.turns.context import TurnContext
from interactions_core.turns.effects import Flow
from interactions_core.turns.watching import UNWATCHED

if TYPE_CHECKING:
    from interactions_core.tracing.watch import TracedTurn

T = TypeVar("T")


def traced(flow: Flow[T], run: TurnContext, *, stream: bool = False) -> Flow[T]:
    """Carry a turn on; its spans stand under the one that is current here and now.

    Args:
        flow: The turn, with whatever else looks at its effects.
        run: The same turn's context, which is told who watches it.
        stream: Whether it shows events while the answer goes on.

    Returns:
        The flow; the very same where nobody has set OpenTelemetry up.
    """
    telemetry = find_telemetry()
    if telemetry is None:
        return flow
    from interactions_core.tracing.watch import TracedTurn  # noqa: PLC0415 - needs it

    run.tally.watch = watch = TracedTurn(run, telemetry, stream=stream)
    return _let_go(_carried(flow, watch), run)


def _let_go(flow: Flow[T], run: TurnContext) -> Flow[T]:
    """Carry a turn on, and take its watch from it at its end.

    They hold each other, and with them the transcript and the store, which would else
    be there until the next collection of garbage.
    """
    try:
        return (yield from flow)
    finally:
        run.tally.watch = UNWATCHED


def _carried(flow: Flow[T], watch: "TracedTurn") -> Flow[T]:
    answer: object = None
    error: BaseException | None = None
    with contextlib.closing(flow):
        while True:
            try:
                effect = flow.throw(error) if error else flow.send(answer)
            except StopIteration as done:
                watch.end()
                return cast("T", done.value)
            except BaseException as raised:
                watch.fail(raised)
                raise
            answer = error = None
            try:
                answer = yield watch.around(effect)
            except GeneratorExit:
                watch.leave()
                raise
            # Where a reply is handed on, anything may be thrown.
            except BaseException as exc:  # noqa: BLE001 - the flow raises it
                error = exc
            else:
                watch.note(effect, answer)
