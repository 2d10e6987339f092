"""What is known of each interaction: the values that stores keep and plans read.

Pure values. Nothing here decides whether one may be chained on; see `planning`.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from interactions_core.canonical import JsonObject
from interactions_core.records.charges import Charge
from interactions_core.records.names import check_names
from interactions_core.transcript.digest import SEED
from interactions_core.transcript.parts import text_part
from interactions_core.transcript.replies import (
    pending_calls,
    reply_text,
    visible_reply,
)
from interactions_core.transcript.steps import Step, model_output
from interactions_core.usage import Usage

Reason = Literal[
    "root",
    "continue",
    "fork",
    "retry",
    "expired",
    "foreign",
    "stateless",
    "explicit",
    "separate",
]
"""Why a request was sent as it was.

`root`: nothing known to build on. `continue`: chained on the newest answer. `fork`:
chained on an answer that already had a continuation. `retry`: the same list again,
beside the first. `expired`: the server forgot; everything was sent. `foreign`: a
message names an interaction that could not be verified. `stateless`: `store=False`.
`explicit`: the caller named the parent. `separate`: built-in tools were asked before a
turn with functions, in a root of its own.
"""

OWED: Final = 2
"""An answer was recorded and is being handed on for the first time."""

OWED_AGAIN: Final = 1
"""An answer was refused on its way to the framework; one more call may have it."""


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Whose conversation it is; nothing is ever matched across scopes.

    Attributes:
        credential: The owner: platform, host, and project, account or keyed
            fingerprint of an API key; see `accounts`.
        session_id: The isolation that the user chose: a tenant, a user, a crew.
        thread_id: The framework's conversation, where it has one.

    Raises:
        ConfigurationError: A name holds a lone surrogate.
    """

    credential: str
    session_id: str = ""
    thread_id: str = ""

    def __post_init__(self) -> None:
        check_names(session_id=self.session_id, thread_id=self.thread_id)


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """The part of a reply that a message list can be compared with.

    Kept instead of the text, so that a store without content can still match.

    Attributes:
        marks: The marks of the visible steps.
        calls: The marks of the pending calls among them.
        call_ids: Their ids.
        text_chars: The length of the text in characters.
        text_sha256: The SHA-256 of the text, hexadecimal.
        only_text: Whether the reply is text and nothing else.
    """

    marks: tuple[bytes, ...]
    calls: tuple[bytes, ...] = ()
    call_ids: tuple[str, ...] = ()
    text_chars: int = 0
    text_sha256: str = ""
    only_text: bool = False

    @classmethod
    def of(cls, held: Sequence[JsonObject]) -> "ReplyForm":
        """Describe the steps of an answer."""
        visible = visible_reply(held)
        calls = [step for step in visible if step.kind == "function_call"]
        text = reply_text(held)
        return cls(
            marks=hashes_of(visible),
            calls=hashes_of(calls),
            call_ids=tuple(pending_calls(held)),
            text_chars=len(text),
            text_sha256=text_hash(text),
            only_text=[step.wire for step in visible]
            == [model_output([text_part(text)]).wire],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRecord:
    """One answered request.

    Attributes:
        key: The interaction's id; for an unstored one a name of ours.
        scope: Whose it is.
        request_digest: The digest of the whole list that was asked.
        parent_id: What it was chained on; "" for a root.
        base_key: The record whose context the mirrored steps continue; "" for none.
        context_digest: The digest of all wire steps up to and with this answer.
        context_steps: How many wire steps that are.
        context_bytes: How many bytes they are as JSON.
        target: `model:NAME` or `agent:NAME`.
        sent: The input as sent, oldest first, without what `base_key` holds.
        synthetic: Indexes in `sent` of steps that are not in the list.
        held: The answer with all its steps, as the server holds it.
        form: What a list is compared with.
        returned: The marks of the text that the framework shows in place of this reply,
            because it ran the function itself; `None` where it shows the reply.
        noted: The marks of what a framework is told that takes no media: the text,
            and a note in their place; empty where nothing was left out.
        local_results: Results that were answered locally and not yet sent.
        setup: Hash of system instruction and tools.
        context: The framework's execution context; "" if it has none.
        reason: Why it was sent as it was.
        stored: Whether the server keeps it.
        status: As reported.
        created_at: Epoch seconds.
        expires_at: Epoch seconds; the earliest of its ancestry, as expected when it was
            recorded.
        learned_expires_at: Epoch seconds; the earliest of its ancestry by the retention
            that was learned since. Stores work it out when they read, and keep it not.
        gone: Whether the server is known to have lost it or an ancestor.
        children: How many known interactions continue it.
        environment_id: The environment that an agent worked in; "" for none.
        usage: As reported.
        call_digest: What was asked, and how; b"" where nobody asked through us.
        owed: How many calls may still be given it: `OWED` until a framework has it,
            `OWED_AGAIN` after it was refused once, 0 when nobody waits for it.
        holder: The process that is handing it on, or was about to; "" for none.
        made_by: The key under which the server had it, as owners are named; "" for
            the one that the owner is named after.
        setup_marks: What names its tools and its options in a store, which fills them
            in; "" for one without, empty where nothing is known.
    """

    key: str
    scope: Scope
    request_digest: bytes
    form: ReplyForm
    created_at: float
    expires_at: float
    parent_id: str = ""
    base_key: str = ""
    context_digest: bytes = SEED
    context_steps: int = 0
    context_bytes: int = 0
    target: str = ""
    sent: tuple[JsonObject, ...] = ()
    synthetic: tuple[int, ...] = ()
    held: tuple[JsonObject, ...] = ()
    returned: tuple[bytes, ...] | None = None
    noted: tuple[bytes, ...] = ()
    local_results: tuple[JsonObject, ...] = ()
    setup: bytes = b""
    context: str = ""
    reason: Reason = "root"
    stored: bool = True
    status: str = "completed"
    gone: bool = False
    children: int = 0
    environment_id: str = ""
    usage: Usage = field(default_factory=Usage)
    call_digest: bytes = b""
    owed: int = 0
    holder: str = ""
    learned_expires_at: float = math.inf
    made_by: str = ""
    setup_marks: tuple[str, ...] = ()

    @property
    def ends_at(self) -> float:
        """Until when the server should hold it and its ancestry, in epoch seconds."""
        return min(self.expires_at, self.learned_expires_at)

    @property
    def keyed_by(self) -> str:
        """The key under which the server had it, as owners are named."""
        return self.made_by or self.scope.credential


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One paid answer, for the usage ledger.

    Attributes:
        key: The record that it belongs to.
        target: `model:NAME` or `agent:NAME`.
        reason: The plan's reason.
        status: As reported.
        usage: As reported, hops added up.
        created_at: Epoch seconds.
        attempts: How many times the create was sent.
        maybe_billed: How many of them may have been billed without an answer.
        recovered: What had to be worked around: `expired`, `rerooted`,
            `not_implemented`, and changes of the request's form, see `requests`.
        steps_sent: Steps in the input of the request that was answered.
        bytes_sent: That input as JSON, in bytes.
        replay_steps: Steps that a replay of everything would have sent.
        replay_bytes: Bytes that it would have sent.
        charges: What each answer of the service took that belongs to it, in the order
            in which they came: the hops of a continued answer, and before them those
            that were given up. Empty in entries of versions that kept none, where
            nothing of it is known.
        job: The key of the job in the background; "" for none.
        sent_again: Whether earlier answers of the conversation were sent again, because
            nothing could be chained on.
    """

    key: str
    target: str
    reason: Reason
    status: str
    usage: Usage
    created_at: float
    attempts: int = 1
    maybe_billed: int = 0
    recovered: tuple[str, ...] = ()
    steps_sent: int = 0
    bytes_sent: int = 0
    replay_steps: int = 0
    replay_bytes: int = 0
    charges: tuple[Charge, ...] = ()
    job: str = ""
    sent_again: bool = False

    @property
    def hops(self) -> int | None:
        """How many creates the answer took that it came to; `None` for unknown."""
        return sum(not each.given_up for each in self.charges) or None

    @property
    def picousd(self) -> int | None:
        """What it costs, in 1e-12 USD; `None` if that of any charge is unknown."""
        known = [each.price.picousd for each in self.charges]
        added = [cost for cost in known if cost is not None]
        return sum(added) if added and len(added) == len(known) else None


@dataclass(frozen=True, slots=True)
class StoredInteraction:
    """An interaction of a thread, as deleting the thread must see it.

    Attributes:
        scope: Whose it is.
        key: The interaction's id.
        parent_id: What it was chained on; "" for a root.
        is_shared: Another thread knows it, or continues it.
        created_at: When it was recorded, in epoch seconds.
        is_running: Whether it may still be worked on.
        made_by: As in its record.
    """

    scope: Scope
    key: str
    parent_id: str
    is_shared: bool
    created_at: float = 0.0
    is_running: bool = False
    made_by: str = ""


def hashes_of(steps: Sequence[Step]) -> tuple[bytes, ...]:
    """Return the marks of steps."""
    return tuple(step.mark for step in steps)


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text, lone surrogates included."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
