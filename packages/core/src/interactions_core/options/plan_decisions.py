"""What is decided on the plan of a managed agent: given as such, or read from words.

Pure. Words are a convenience: what is not plainly an approval never counts as one.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from interactions_core.exceptions import ConfigurationError
from interactions_core.logs import log_fields

logger: Final = logging.getLogger("interactions_core")

PLANS: Final = "collaborative_planning"
"""What makes an agent plan first, in its `agent_config` (API)."""

KEY: Final = "plan_decision"
"""Where the metadata of a message, or an option of a call, holds a decision."""

APPROVALS: Final = frozenset(
    {
        *("accept", "accepted", "agree", "agreed", "all good", "approve", "approved"),
        *("begin", "carry on", "continue", "do it", "excellent", "fine", "go"),
        *("go ahead", "go for it", "good", "good to go", "great", "i agree"),
        *("i approve", "i like it", "lets do it", "lets go", "lgtm", "looks fine"),
        *("looks good", "looks great", "looks right", "no changes", "no objections"),
        *("ok", "okay", "perfect", "proceed", "ship it", "sounds fine", "sounds good"),
        *("sounds great", "start", "start research", "start the research", "sure"),
        *("that is fine", "that is good", "that works", "thats fine", "thats good"),
        *("this is fine", "this is good", "works for me", "yeah", "yep", "yes", "yup"),
        *("👍", "✅"),
    }
)
"""Words that approve, without case, apostrophes and punctuation."""

COURTESIES: Final = frozenset(
    {
        *("and", "as planned", "for", "it", "me", "much", "now", "please", "so"),
        *("thank you", "thanks", "the plan", "then", "this plan", "to", "very"),
        *("with", "your plan", "plan"),
    }
)
"""Words that may stand beside an approval and change nothing."""

REFUSALS: Final = frozenset(
    {
        *("add", "again", "but", "cancel", "cannot", "cant", "change", "changes"),
        *("decline", "disagree", "disapprove", "dont", "drop", "except", "hold"),
        *("however", "include", "instead", "less", "longer", "missing", "more"),
        *("never", "no", "nope", "not", "only", "rather", "redo", "refuse", "reject"),
        *("rejected", "remove", "replan", "revise", "rework", "rewrite", "shorter"),
        *("skip", "stop", "too", "wait", "without", "wrong"),
    }
)
"""Words that ask for another plan."""

_PHRASES: Final = {tuple(p.split()): p in APPROVALS for p in APPROVALS | COURTESIES}
_LONGEST: Final = max(map(len, _PHRASES))
_LONGEST_TEXT: Final = 200
"""Longer texts say more than a few words, in characters."""

_WORDS: Final = {"approved": True, "refused": False}
_WORD: Final = re.compile(r"[^\W_]+|[👍✅]")


@dataclass(frozen=True, slots=True)
class PlanDecision:
    """Whether a managed agent may begin the work that it has planned.

    Attributes:
        approved: Begin it; otherwise make another plan, which is billed as well.
        comments: What else to tell the agent; what to change, for another plan.
    """

    approved: bool
    comments: str = ""

    @property
    def text(self) -> str:
        """What the agent is told."""
        usual = "Approved: begin the work." if self.approved else "Make another plan."
        return self.comments or usual

    def to_metadata(self) -> dict[str, str]:
        """Write it for the metadata of a message, which frameworks keep as texts."""
        return {KEY: "approved" if self.approved else "refused"}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> "PlanDecision | None":
        """Read what `to_metadata` wrote; `None` where there is nothing of it.

        Raises:
            ConfigurationError: It is another word.
        """
        word = metadata.get(KEY)
        if word not in {None, *_WORDS}:
            msg = f"{KEY} is 'approved' or 'refused', not {word!r}"
            raise ConfigurationError(msg)
        return None if word is None else cls(approved=_WORDS[word])

    @classmethod
    def read(cls, value: object) -> "PlanDecision | None":
        """Read what somebody answered.

        Args:
            value: A `PlanDecision`; a truth value; a mapping or an object with
                `approved` and perhaps `comments`; a mapping with the `type`
                `"approve"` or `"reject"` that LangChain uses; or words.

        Returns:
            The decision; `None` if the value is neither approval nor refusal.
        """
        if isinstance(value, cls):
            return value
        if isinstance(value, bool):
            return cls(value)
        if isinstance(value, str):
            return cls.from_words(value)
        approved = _of(value, "approved")
        if approved is None:
            kind = _of(value, "type")
            approved = {"approve": True, "reject": False}.get(str(kind))
        if not isinstance(approved, bool):
            return None
        comments = _of(value, "comments") or _of(value, "message") or ""
        return cls(approved, str(comments))

    @classmethod
    def from_words(cls, text: str) -> "PlanDecision | None":
        """Read a person's words.

        A text approves if it is short, asks nothing, and consists of `APPROVALS` and
        `COURTESIES` alone. Otherwise any word of `REFUSALS` makes it a refusal.

        Returns:
            The decision, with the words as its comments; `None` for neither.
        """
        words = _WORD.findall(re.sub("['\u2019]", "", text.lower()))
        asks = "?" in text or len(text) > _LONGEST_TEXT
        if not asks and _approves(words):
            return cls(approved=True, comments=text)
        refuses = not REFUSALS.isdisjoint(words)
        return cls(approved=False, comments=text) if refuses else None


def decide(value: object, *, plan_id: str, tokens: int) -> PlanDecision:
    """Read what was answered to a plan; what is neither yes nor no plans again.

    Args:
        value: As `PlanDecision.read` takes it.
        plan_id: The plan, for the warning.
        tokens: What it took.

    Raises:
        ConfigurationError: It is no decision and no words either.
    """
    decision = PlanDecision.read(value)
    if decision is not None:
        return decision
    if not isinstance(value, str):
        msg = (
            f"{value!r} decides on no plan; use PlanDecision(approved=True), "
            "{'approved': True} or words such as 'approve'"
        )
        raise ConfigurationError(msg)
    logger.warning(
        "%s",
        undecided(plan_id, tokens),
        extra=log_fields("plan_undecided", id=plan_id),
    )
    return PlanDecision(approved=False, comments=value)


def planning_config(
    agent_config: Mapping[str, object] | None, decision: PlanDecision
) -> dict[str, object]:
    """Return the `agent_config` of the turn that follows a decision.

    Raises:
        ConfigurationError: The agent makes no plans.
    """
    if not (agent_config or {}).get(PLANS):
        msg = f"{KEY} goes with an agent that plans: agent_config={{..., {PLANS!r}: True}}"
        raise ConfigurationError(msg)
    return {**(agent_config or {}), PLANS: not decision.approved}


def undecided(interaction_id: str, tokens: int) -> str:
    """Say that an answer to a plan is neither approval nor refusal.

    Args:
        interaction_id: The plan.
        tokens: What it took.
    """
    return (
        f"what was said of the plan {interaction_id} neither approves nor refuses it, "
        f"so that another plan is made, which is billed as well: the last one took "
        f"{tokens} tokens. Approve with PlanDecision(approved=True), or in words such "
        "as 'approve'"
    )


def _approves(words: list[str]) -> bool:
    """Tell whether phrases that approve, and courtesies, are all that is said."""
    place, approved = 0, False
    while place < len(words):
        for length in range(_LONGEST, 0, -1):
            phrase = tuple(words[place : place + length])
            if len(phrase) == length and phrase in _PHRASES:
                approved = approved or _PHRASES[phrase]
                place += length
                break
        else:
            return False
    return approved


def _of(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None)
