"""A function call that the framework answered itself, and showed as the reply.

The framework's list then has the result as the model's words, while the server still
waits for it. Pure.
"""

from dataclasses import replace
from typing import NamedTuple

from interactions_core.records.interactions import InteractionRecord, hashes_of
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.steps import function_result, model_output


class LocalAnswer(NamedTuple):
    """What a framework answered itself.

    Attributes:
        call_id: Which call of the reply.
        name: Of the function.
        text: The result, as it was shown.
    """

    call_id: str
    name: str
    text: str


def locally_answered(
    record: InteractionRecord, answer: LocalAnswer
) -> InteractionRecord:
    """Have the next turn send a result that the list shows as the reply."""
    return replace(
        record,
        returned=hashes_of([model_output([text_part(answer.text)])]),
        local_results=(function_result(*answer).wire,),
    )
