"""Export conversations of a session store, in the form that another program reads."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.canonical import Json
from interactions_core.exceptions import StoreError, UnknownInteractionError
from interactions_core.exporting.anthropic_messages import to_anthropic
from interactions_core.exporting.branches import Branch
from interactions_core.exporting.chat_completions import to_chat_completions
from interactions_core.exporting.contexts import Context
from interactions_core.exporting.converted import Converted
from interactions_core.exporting.langchain_messages import to_langchain
from interactions_core.exporting.losses import Loss
from interactions_core.exporting.markdown import to_markdown
from interactions_core.exporting.media import by_reference
from interactions_core.exporting.messages import Turns
from interactions_core.exporting.reading import (
    branch_of,
    list_branches,
    list_conversations,
    read_context,
)
from interactions_core.exporting.responses import to_responses
from interactions_core.exporting.turns import read_turns
from interactions_core.records.conversations import ConversationFilter, ConversationId
from interactions_core.records.interactions import Scope
from interactions_core.stores.protocols.sessions import SessionStore

Form = Literal["steps", "openai", "responses", "anthropic", "langchain", "markdown"]
Files = Literal["inline", "reference"]

SCHEMA: Final = 1
"""Changes when a key of a line goes, or changes its meaning."""

_MESSAGES: Final[Mapping[Form, tuple[str, Callable[[Turns], Converted]]]] = {
    "openai": ("messages", to_chat_completions),
    "responses": ("input", to_responses),
    "anthropic": ("messages", to_anthropic),
    "langchain": ("messages", to_langchain),
}
"""The key that a form has in a line, and what writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A conversation, or one of its branches, in another form.

    Attributes:
        form: The form that it was written in.
        head: What it is: `thread`, `session`, `root`, `target`, `keys` of its turns
            with the oldest first, `first_at` and `last_at` in epoch seconds, and
            `branch`, the place of this one among all, the newest being 1.
        body: What was said, by the key that it has in a line: `steps` and
            `synthetic`, `messages`, `input`, or `text`.
        pending: The ids of calls that wait for a result.
        not_carried: What the form could not carry.
    """

    form: Form
    head: Mapping[str, Json]
    body: Mapping[str, Json]
    pending: tuple[str, ...] = ()
    not_carried: tuple[Loss, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return the conversation as one object, as a line of an export has it."""
        return {
            "schema": SCHEMA,
            "format": self.form,
            **self.head,
            **self.body,
            "pending": list(self.pending),
            "not_carried": [loss.as_json() for loss in self.not_carried],
        }

    def text(self) -> str:
        """Return the conversation as text: a line of JSON, or a piece of Markdown."""
        if self.form == "markdown":
            return str(self.body["text"])
        return json.dumps(self.as_json(), ensure_ascii=False, default=dict) + "\n"


def export(
    store: SessionStore,
    *,
    to: Form,
    thread_id: str | None = None,
    session_id: str | None = None,
    interaction_id: str | None = None,
    all_branches: bool = False,
    files: Files = "inline",
    is_done: Callable[[ConversationId, str], bool] | None = None,
) -> Iterator[Exported]:
    """Write conversations in another form, one after the other, the newest first.

    Only the store is asked, and nothing is written there. A conversation with branches
    is the one that leads to its newest answer; the others are named in `not_carried`.

    Args:
        store: The session store that recorded them.
        to: `steps` for the API's own, `openai` for chat completions, `responses` for
            OpenAI's Responses, `anthropic`, `langchain` for `messages_from_dict`, or
            `markdown` for people.
        thread_id: Only the conversations of this thread.
        session_id: Only those of this session, or tenant.
        interaction_id: Only what leads to this interaction.
        all_branches: Whether each branch is a conversation of its own.
        files: Whether media that were sent as data stay in the export, or a reference,
            their hash and size, stands in their place.
        is_done: Says of a conversation and its last interaction that it was written
            already, and is to be left out.

    Raises:
        UnknownInteractionError: The store has no record of that interaction.
        StoreError: The store cannot be read, or keeps no content of a conversation that
            was named. Of one among many the loss `content` is named.
    """
    writer = _Writer(store, to, files)
    if interaction_id is not None:
        yield writer.write(*_named(store, interaction_id), is_named=True)
        return
    where = ConversationFilter(thread_id=thread_id, session_id=session_id)
    for found in list_conversations(store, where):
        branches = list_branches(store, found.id)
        for number, branch in enumerate(branches, 1):
            if number > 1 and not all_branches:
                break
            if is_done is not None and is_done(found.id, branch.last.key):
                continue
            place = (number, len(branches))
            left_out = [] if all_branches else branches[1:]
            yield writer.write(
                found.id,
                branch,
                place=place,
                left_out=left_out,
                is_named=thread_id is not None,
            )


def count_conversations(
    store: SessionStore, thread_id: str | None, session_id: str | None
) -> int:
    """Say how many conversations there are, those without any answer counted."""
    where = ConversationFilter(thread_id=thread_id, session_id=session_id)
    return store.list_conversations(where, limit=1, count_known=False).matching


def has_answer(
    store: SessionStore, thread_id: str | None, session_id: str | None
) -> bool:
    """Tell whether anything was answered in what is chosen."""
    where = ConversationFilter(thread_id=thread_id, session_id=session_id)
    return next(list_conversations(store, where), None) is not None


def _named(store: SessionStore, key: str) -> tuple[ConversationId, Branch]:
    for scope in store.locate(key):
        branch = branch_of(store, scope, key)
        conversation = store.conversation_of(scope, key)
        if branch is not None and conversation is not None:
            return conversation, branch
    raise UnknownInteractionError(key)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the conversations of a store in one form."""

    store: SessionStore
    form: Form
    files: Files

    def write(
        self,
        conversation: ConversationId,
        branch: Branch,
        *,
        place: tuple[int, int] = (1, 1),
        left_out: "list[Branch] | tuple[()]" = (),
        is_named: bool = False,
    ) -> Exported:
        others = [Loss("branch", f"the branch to {b.last.key}") for b in left_out]
        head = _head(conversation, branch, place)
        try:
            context = read_context(self.store, branch)
        except StoreError:
            if is_named:
                raise
            lost = (Loss("content", branch.last.key), *others)
            return Exported(
                form=self.form, head=head, body=_nothing(self.form), not_carried=lost
            )
        body, losses, pending = self._body(context, head, conversation, branch)
        return Exported(
            form=self.form,
            head=head,
            body=body,
            pending=pending,
            not_carried=(*losses, *others),
        )

    def _body(
        self,
        context: Context,
        head: Mapping[str, Json],
        conversation: ConversationId,
        branch: Branch,
    ) -> tuple[dict[str, Json], list[Loss], tuple[str, ...]]:
        turns = read_turns(context)
        if self.form == "markdown":
            records = self.store.records(conversation)
            numbers = {each.record.key: at for at, each in enumerate(records, 1)}
            told = [(numbers.get(r.key, 0), r.created_at) for r in branch.records]
            text, losses = to_markdown(context, head, told)
            return {"text": text}, losses, turns.pending
        if self.files == "reference":
            context = by_reference(context)
            turns = read_turns(context)
        if self.form == "steps":
            body = _steps(context)
            return body, [*context.losses], turns.pending
        key, convert = _MESSAGES[self.form]
        done = convert(turns)
        return {key: done.items}, done.losses, turns.pending


def _steps(context: Context) -> dict[str, Json]:
    steps: list[Json] = [step.wire for step in context.steps]
    synthetic: list[Json] = [*context.synthetic]
    return {"steps": steps, "synthetic": synthetic}


def _nothing(form: Form) -> dict[str, Json]:
    if form == "markdown":
        return {"text": ""}
    if form == "steps":
        return {"steps": [], "synthetic": []}
    return {_MESSAGES[form][0]: []}


def _head(
    conversation: ConversationId, branch: Branch, place: tuple[int, int]
) -> dict[str, Json]:
    scope: Scope = conversation.scope
    keys: list[Json] = [record.key for record in branch.records]
    return {
        "thread": scope.thread_id or None,
        "session": scope.session_id or None,
        "root": conversation.root or None,
        "target": branch.last.target,
        "keys": keys,
        "first_at": branch.records[0].created_at,
        "last_at": branch.last.created_at,
        "branch": {"number": place[0], "of": place[1]},
    }
