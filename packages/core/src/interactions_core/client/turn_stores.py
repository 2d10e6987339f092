"""Where a turn's interactions are recorded, by whom its client may see."""

from typing import TYPE_CHECKING

from interactions_core.client.connection import Connection
from interactions_core.client.identity import address_of, claimant_by, signers_of
from interactions_core.profiles.forming import takes_labels
from interactions_core.profiles.loading import beliefs_here
from interactions_core.protocol.api_versions import check_version
from interactions_core.protocol.platforms import check_platform
from interactions_core.records.accounts import Owner, server_of
from interactions_core.records.erasures import LATE
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import request_fingerprint
from interactions_core.records.names import check_names
from interactions_core.records.openings import Asked
from interactions_core.records.turn import Turn
from interactions_core.stores.protocols.sessions import SessionStore
from interactions_core.turns.first_look import FirstLook
from interactions_core.turns.lookup import TurnStore, first_digests

if TYPE_CHECKING:
    from google.genai import Client


def records_of(
    client: "Client", connection: Connection, turn: Turn, store: SessionStore
) -> TurnStore:
    """Say where a turn's interactions are recorded, and whom to believe.

    What the turn looks for first is read in the same transaction.

    Raises:
        AccountConflictError: The account and the key have rows of their own.
        ConfigurationError: The store cannot keep the name of the session or thread,
            the version of the API does not serve the model, or the platform does
            not take a setting.
    """
    version, digests = address_of(client)[1], first_digests(turn)
    beliefs = beliefs_here()

    def ask(owner: Owner) -> Asked:
        service = server_of(owner.name), version
        scope = Scope(owner.name, turn.session_id, turn.thread_id)
        check_version(turn.target, owner.name, version)
        found = takes_labels(beliefs, (*service, turn.target_name))
        check_platform(turn.settings, owner.name, takes_labels=found)
        longest: int | None = getattr(store, "longest_name", None)
        check_names(longest, session_id=scope.session_id, thread_id=scope.thread_id)
        call = request_fingerprint(turn, scope) if turn.background else b""
        return Asked(
            scope=scope, request_digests=digests, call_digest=call, place=turn.place
        )

    opening = store.open_turn(claimant_by(client, connection), ask)
    owner, scope, began = opening.owner, opening.asked.scope, opening.mark
    return TurnStore(
        store=store,
        scope=scope,
        key=owner.key,
        signers=signers_of(client, connection, scope),
        trust_anchors=connection.trust_anchors,
        # Where nothing was deleted, nobody needs to be asked.
        began=LATE if began and turn.is_late() else began,
        service=(server_of(owner.name), version),
        first=FirstLook.of(opening),
    )
