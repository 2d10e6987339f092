"""Sentences and advice, for what was found out. Pure."""

from typing import Final

from interactions_core.explaining.explanation import Because, Difference
from interactions_core.records.interactions import Reason

READ_AS_INPUT: Final = (
    "Input is the whole conversation up to each turn, however little of it was sent: "
    "the longer it grows, the more a turn costs."
)
"""What is read is billed (recorded since July 2026, see `docs/service.md`)."""

IN_LIST: Final = (
    "{listed} are in the list; {kept}, like thoughts, are kept with answers"
)
"""Why more steps were sent than a list has, of which a difference is told."""

CONTINUED: Final = "the list has {listed}; the answer that was continued has the others"
"""Why fewer were."""

_SENTENCES: Final[dict[Because, str]] = {
    "new_conversation": "everything was sent, because this is a new conversation.",
    "another_account": (
        "everything was sent, because the conversation was begun under another account."
    ),
    "no_prefix_fits": "everything was sent, because no earlier answer fits this list.",
    "not_kept": (
        "everything was sent, because the server does not keep the answer before it."
    ),
    "not_recorded": (
        "the release that recorded it wrote no outline, so that lists cannot be "
        "compared."
    ),
    "expired": (
        "everything was sent, because the time is over for which the server keeps "
        "the answer before it."
    ),
    "gone": "everything was sent, because the server no longer had the answer before it.",
    "rerooted": (
        "everything was sent, because the server dropped what came before the answer."
    ),
    "not_implemented": (
        "everything was sent, because the server could not continue the answer before "
        "it."
    ),
    "foreign": (
        "everything was sent, because a message names an interaction that could not be "
        "verified."
    ),
    "stateless": "everything was sent, because the server is told to keep nothing.",
    "explicit": "the caller named the answer that was continued.",
    "separate": (
        "built-in tools were asked before a turn with functions, in a root of its own."
    ),
    "forked": "an answer that already had a continuation was continued.",
    "sibling": "the same list again, put beside the first try.",
    "continues": "the newest answer was continued; only the new steps were sent.",
    "system_changed": (
        "the newest answer was continued; only the new steps were sent, under another "
        "system instruction."
    ),
    "tools_changed": (
        "the newest answer was continued; only the new steps were sent, with other "
        "tools."
    ),
}

_CHANGES: Final = {
    "edited": "what the user had said is another text.",
    "reply_changed": "what the model had answered came back otherwise.",
    "result_changed": "the result of a function is another one.",
    "number_changed": "the same JSON but for a number.",
    "media_changed": "the bytes of a picture or another medium are not the same.",
    "trimmed": "steps are gone.",
    "summarised": "fewer steps stand in the place of earlier ones.",
    "inserted": "steps were put in.",
    "replaced": "other steps stand there.",
}

_ADVICE: Final[dict[Because, str]] = {
    "another_account": (
        "give both keys the same `account`, or join them with `interactions accounts "
        "link`, if they are meant to share conversations"
    ),
    "expired": (
        "if the pauses are shorter than what the server promises, set `retention` to "
        "what it does keep; else nothing is to be done, it costs one replay"
    ),
    "gone": (
        "if it happens often, look what deletes interactions, and at the tier of the "
        "key: a free one keeps them for a day"
    ),
    "foreign": (
        "let the processes share a session store, or give them the same `anchor_key`"
    ),
    "stateless": "leave out `store=False` if the server may keep the conversation",
}

_ADVICE_ON_CHANGE: Final = {
    "edited": (
        "if nobody meant to edit it, look for a hook or middleware that rewrites "
        "earlier messages"
    ),
    "reply_changed": (
        "if nobody meant to edit it, look for a hook, guardrail or parser that rewrites "
        "answers before they are put into the list"
    ),
    "result_changed": (
        "put a function's result into the list once, and leave it as it was: a result "
        "that is computed again, or shortened later, is another one"
    ),
    "number_changed": (
        "keep the list as it was answered: on a way through JSON, large or long numbers "
        "change; as strings they do not"
    ),
    "media_changed": (
        "send the same bytes each time: keep the encoded picture, or give its address"
    ),
    "trimmed": (
        "with a session on the server, history need not be trimmed to save upload; if "
        "it must be, trim much and seldom"
    ),
    "summarised": (
        "each summary begins a new chain: summarise much and seldom, and keep the list "
        "as it is in between"
    ),
    "inserted": (
        "put what is new at the end of the list; in the system instruction it would "
        "send nothing again, but cost the cache"
    ),
    "replaced": "look for what rewrites the list between two calls",
}

_CHANGING_HEAD: Final = (
    "keep what changes out of the first message: put it into the newest one; in the "
    "system instruction it would send nothing again, but cost the cache"
)


def sentence_of(why: Reason, because: Because, difference: Difference | None) -> str:
    """Say in a sentence why a request was sent as it was."""
    said = f"{why}: {_SENTENCES[because]}"
    if because == "forked" and difference is not None:
        said = (
            f"{said[:-1]}: the list goes on otherwise from step {difference.step} on."
        )
    return said


def change_of(difference: Difference) -> str:
    """Say in a sentence how a list differs."""
    counted = {"trimmed", "summarised", "inserted", "replaced"}
    if difference.change not in counted:
        return _CHANGES[difference.change]
    said = _CHANGES[difference.change][:-1]
    return f"{said}: {difference.gone} gone, {difference.added} added."


def advice_on(because: Because, difference: Difference | None) -> str:
    """Say what to do about it; "" where nothing is to be done."""
    if because in _ADVICE:
        return _ADVICE[because]
    if difference is None or because not in {"no_prefix_fits", "forked"}:
        return ""
    if difference.step == 1 and difference.change == "edited":
        return _CHANGING_HEAD
    return _ADVICE_ON_CHANGE[difference.change]
