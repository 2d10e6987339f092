"""Remember that a function call was answered here and that its result was handed on.

CrewAI then shows the result as the assistant's text; the server still waits for it.
"""

from dataclasses import replace

from interactions_core.client import wire
from interactions_core.client.client import InteractionsClient
from interactions_core.records.interactions import marks_of
from interactions_core.records.turn import Reply, Turn
from interactions_core.stores import SessionStore
from interactions_core.transcript.steps import function_result, model_output, text_part


def record_local_answer(
    client: InteractionsClient,
    store: SessionStore,
    turn: Turn,
    reply: Reply,
    result: tuple[str, str, str],
) -> None:
    """Have the next turn send a result that the framework shows as the reply.

    Args:
        client: Knows whose records these are.
        store: Where the reply was recorded.
        turn: What was asked.
        reply: The reply with the calls; nothing is noted for one without an id.
        result: Call id, function name, and what was handed on.
    """
    if not reply.interaction_id:
        return
    records = wire.records_of(client.sdk(), client.connection, turn, store)
    record = store.get(records.scope, reply.interaction_id)
    # A store that could not be written has been logged; the next turn says it all.
    if record is not None:
        store.put(
            replace(
                record,
                returned=marks_of([model_output([text_part(result[2])])]),
                local_results=(function_result(*result).wire,),
            ),
            began=records.began,
        )
