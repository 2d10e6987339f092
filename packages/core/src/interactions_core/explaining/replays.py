"""What asks a turn again with all that came before, from what a store holds."""

from dataclasses import dataclass, field

from interactions_core.canonical import Json
from interactions_core.explaining.curl import replay_body
from interactions_core.explaining.inputs import input_before, records_of
from interactions_core.explaining.whole_inputs import asked_with
from interactions_core.records.interactions import InteractionRecord
from interactions_core.records.mirror import is_redacted
from interactions_core.stores.protocols.sessions import SessionStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A create that asks a turn again.

    Attributes:
        body: What is sent; empty where nobody can tell.
        previous: What it goes on from at the server, of which the store has nothing; ""
            for nothing.
        refusal: Why nobody can tell; "" where there is a body.
    """

    body: dict[str, Json] = field(default_factory=dict[str, Json])
    previous: str = ""
    refusal: str = ""


def replay_of(store: SessionStore, record: InteractionRecord) -> Replay:
    """Put together what would have to be sent to ask a turn again."""
    line = records_of(store, record.scope, record.key)
    if is_redacted(step for each in line for step in each.held):
        return Replay(
            refusal="this store keeps lengths and hashes only, so nobody can tell what "
            "to send"
        )
    told = input_before(store, line)
    if not told.is_whole:
        return Replay(
            refusal="this store does not have all that came before, so nobody can tell "
            "what to send"
        )
    body = replay_body(record, asked_with(line, told), told.previous)
    return Replay(body=body, previous=told.previous)
