"""The seam for adapters: what a package that puts a framework on sessions is built of.

Read the framework's list into a `Transcript` of steps, ask it as a `Turn` of an
`InteractionsClient` (at once, as a stream, in the background, awaited or not), and hand
the `Reply` on. Semantic versioning applies to this package and to `exceptions`; an
adapter needs nothing else of core. `options` has what users set, `secrets` what may not
be shown, and `storage` what a checkpointer shares with a session store.
"""

from interactions_core.background.job_turn import Suspended
from interactions_core.canonical import Json, JsonObject, parsed_arguments
from interactions_core.client.aclient import AsyncInteractionsClient
from interactions_core.client.client import InteractionsClient, itself
from interactions_core.client.connection import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT_S,
    Connection,
)
from interactions_core.client.pair import ClientPair
from interactions_core.counted import counted
from interactions_core.extras import require
from interactions_core.logs import bare_error, log_fields, shown_error
from interactions_core.process.forking import Lock, PerProcess
from interactions_core.protocol.blocking import BLOCKED, blocked_by
from interactions_core.protocol.retention import DEFAULT_RETENTION_S
from interactions_core.protocol.statuses import status_of
from interactions_core.protocol.token_estimate import (
    estimated_json_tokens,
    estimated_picture_tokens,
    estimated_text_tokens,
)
from interactions_core.records.anchors import Anchor, anchor_from_metadata
from interactions_core.records.calls import question_of
from interactions_core.records.interactions import Scope
from interactions_core.records.jobs.job import Job, request_fingerprint
from interactions_core.records.labels import Label
from interactions_core.records.mirror import Mirror
from interactions_core.records.questions import Question
from interactions_core.records.remainders import remainder_note
from interactions_core.records.turn import GraphPosition, Reply, Turn
from interactions_core.services.graph_resumer import Resume
from interactions_core.stores import SessionStore, open_store
from interactions_core.stores.opening import aopen_store, check_url, file_url
from interactions_core.stores.workers import in_thread, in_worker
from interactions_core.transcript.digest import Transcript
from interactions_core.transcript.media_hashes import is_base64
from interactions_core.transcript.parts import (
    MEDIA_KINDS,
    MediaKind,
    Part,
    joined_parts,
    media_part,
    part_from_wire,
    text_part,
)
from interactions_core.transcript.replies import (
    pending_calls,
    reply_text,
    visible_reply,
)
from interactions_core.transcript.steps import (
    Step,
    function_call,
    function_result,
    model_output,
    user_input,
)
from interactions_core.transcript.streaming import (
    ArgumentsDelta,
    CallStarted,
    MediaDelta,
    ServerStep,
    StreamEvent,
    TextDelta,
    ThoughtDelta,
    event_error,
    events_of,
)
from interactions_core.turns.context import (
    DEFAULT_DEADLINE_S,
    DEFAULT_POLL,
    ClientPolicy,
    OnChangedCall,
)
from interactions_core.turns.local_answers import LocalAnswer
from interactions_core.turns.spending.usage_counter import UsageCounter
from interactions_core.usage import Usage

__all__ = [
    "BLOCKED",
    "DEFAULT_DEADLINE_S",
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_POLL",
    "DEFAULT_RETENTION_S",
    "DEFAULT_TIMEOUT_S",
    "MEDIA_KINDS",
    "Anchor",
    "ArgumentsDelta",
    "AsyncInteractionsClient",
    "CallStarted",
    "ClientPair",
    "ClientPolicy",
    "Connection",
    "GraphPosition",
    "InteractionsClient",
    "Job",
    "Json",
    "JsonObject",
    "Label",
    "LocalAnswer",
    "Lock",
    "MediaDelta",
    "MediaKind",
    "Mirror",
    "OnChangedCall",
    "Part",
    "PerProcess",
    "Question",
    "Reply",
    "Resume",
    "Scope",
    "ServerStep",
    "SessionStore",
    "Step",
    "StreamEvent",
    "Suspended",
    "TextDelta",
    "ThoughtDelta",
    "Transcript",
    "Turn",
    "Usage",
    "UsageCounter",
    "anchor_from_metadata",
    "aopen_store",
    "bare_error",
    "blocked_by",
    "check_url",
    "counted",
    "estimated_json_tokens",
    "estimated_picture_tokens",
    "estimated_text_tokens",
    "event_error",
    "events_of",
    "file_url",
    "function_call",
    "function_result",
    "in_thread",
    "in_worker",
    "is_base64",
    "itself",
    "joined_parts",
    "log_fields",
    "media_part",
    "model_output",
    "open_store",
    "parsed_arguments",
    "part_from_wire",
    "pending_calls",
    "question_of",
    "remainder_note",
    "reply_text",
    "request_fingerprint",
    "require",
    "shown_error",
    "status_of",
    "text_part",
    "user_input",
    "visible_reply",
]
