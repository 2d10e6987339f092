"""From a conversation to the steps of its answer, for models and agents."""

from dataclasses import replace

from interactions_emulator.answering.answerer import answer
from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.answering.research import compose_research, research_reply
from interactions_emulator.answering.sandbox_work import SandboxFile, compose_managed
from interactions_emulator.answering.script import Script
from interactions_emulator.base.ids import IdSource
from interactions_emulator.reply import continuation
from interactions_emulator.reply.compose import Composed, compose
from interactions_emulator.reply.replies import Reply
from interactions_emulator.resources.agents import Agent


def choose_reply(
    script: Script,
    conversation: Conversation,
    agent: Agent | None,
    rest: list[str] | None,
) -> tuple[Reply, str | None]:
    """Return what is said, and the token for what is left to say.

    Args:
        script: Answers first, if one of its rules applies.
        conversation: All that is known.
        agent: The agent that was asked, if it was one.
        rest: What a continued answer has left; it needs nobody's decision.

    Raises:
        ApiError: The script refuses.
    """
    if rest is not None:
        return _take_hop(Reply(text=rest[0]), rest)
    reply = script.take_reply(conversation)
    if reply is None and agent is not None and agent.family == "deep-research":
        reply = research_reply(conversation)
    reply = reply or answer(conversation)
    request = conversation.request
    # Only foreground runs of models stop for continuation (SDK).
    hops = 0 if request.background or request.agent else reply.hops
    return _take_hop(replace(reply, hops=hops), None)


def compose_steps(
    reply: Reply,
    conversation: Conversation,
    agent: Agent | None,
    ids: IdSource,
    *,
    vertex: bool,
) -> tuple[Composed, SandboxFile | None]:
    """Return the steps of the answer, and what an agent's sandbox is given."""
    request = conversation.request
    if agent is None:
        about = conversation.last_user_text
        config = request.generation_config
        return compose(reply, request.model, config, about, ids), None
    if agent.family == "deep-research":
        return compose_research(reply, conversation, agent.base, ids), None
    return compose_managed(reply, conversation, ids, vertex=vertex)


def _take_hop(reply: Reply, rest: list[str] | None) -> tuple[Reply, str | None]:
    """Return what this hop says, and the token for what it leaves."""
    parts = rest
    if parts is None and reply.hops and reply.text is not None:
        parts = continuation.split(reply.text, reply.hops)
    if parts is None or len(parts) == 1:
        return reply, None
    return replace(reply, text=parts[0]), continuation.to_token(parts[1:])
