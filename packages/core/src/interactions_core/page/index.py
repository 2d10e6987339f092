"""The scalars of conversations, turns and jobs, as the scripts of the page read them.

Values that are as usual are left out, so that thousands of turns are small. No word of
what was said is here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Final

from interactions_core.explaining.turn_facts import (
    costs_of_turn,
    has_failed,
    is_sent_again,
)
from interactions_core.page.axis import Axis, axis_of
from interactions_core.page.jobs import ToldJob, job_json
from interactions_core.page.layout import layout_of, links_of
from interactions_core.records.charges import PICO
from interactions_core.records.conversations import (
    Conversation,
    ConversationId,
    JobTotals,
    Recorded,
)
from interactions_core.records.costs import Costs

_USUAL: Final[Mapping[str, object]] = {
    "l": "chained",
    "r": "continue",
    "st": "completed",
    "a": 1,
    "ss": 1,
    "b": 0,
}
_JOBS: Final = attrgetter(*JobTotals.__dataclass_fields__)
_EMPTY: Final[Sequence[object]] = (None, "", 0, False, [])


def name_of(conversation: ConversationId) -> str:
    """Name a conversation by 12 characters that hold wherever it is shown."""
    scope = conversation.scope
    whole = [scope.credential, scope.session_id, scope.thread_id, conversation.root]
    return hashlib.sha256("\0".join(whole).encode()).hexdigest()[:12]


def thread_json(
    told: Conversation, title: str, owed: Costs | None = None
) -> dict[str, object]:
    """Write a conversation with its sums, and without turns.

    Args:
        told: The conversation.
        title: What it goes by.
        owed: What its runs took whose answers nobody has taken; `None` for none.
    """
    return {
        "id": name_of(told.id),
        "name": title,
        "key": told.id.name,
        "thread": bool(told.id.scope.thread_id),
        "tenant": told.id.scope.session_id,
        "platform": told.id.scope.credential.partition("|")[0],
        "label": [told.label.framework, told.label.name],
        "targets": [*told.targets],
        "records": told.records,
        **costs_json(told.costs),
        "forks": told.forks,
        "retries": told.retries,
        "first": told.first_at,
        "last": told.last_at,
        "newest": told.last,
        "reason": told.last_reason,
        "expires": told.expires_at,
        "jobs": [*_JOBS(told.jobs)],
    } | ({} if owed is None else {"owed": costs_json(owed)})


def costs_json(costs: Costs) -> dict[str, object]:
    """Write sums of turns; money in USD, null for unknown."""
    return {
        "turns": costs.turns,
        "again": costs.sent_again,
        "tokens": costs.usage.total_tokens,
        "usd": _number(costs.usd),
        "again_usd": _number(costs.again_usd),
        "unpriced": costs.unpriced,
    }


def turns_json(
    turns: Sequence[Recorded],
    jobs: Sequence[ToldJob],
    *,
    targets: Sequence[str],
    no_price: Mapping[str, str],
) -> dict[str, object]:
    """Write the turns and jobs of a conversation, and where they lie.

    Args:
        turns: The turns, the oldest first.
        jobs: Its jobs.
        targets: What turns name by number.
        no_price: Why turns have no price, by their keys.
    """
    links = links_of([(turn.record.key, turn.link_to) for turn in turns])
    layout = layout_of(links)
    axis = _axis(turns, jobs)
    first = turns[0].record.created_at if turns else 0.0
    numbers = {job.job.key: number for number, job in enumerate(jobs)}
    whys = [*dict.fromkeys(no_price.values())]
    written = [
        _turn(turn, first, numbers, targets)
        | ({} if links[i] == i - 1 else {"p": links[i]})
        | ({"b": layout.branches[i]} if layout.branches[i] else {})
        | _no_price(whys, no_price.get(turn.record.key))
        | {"x": round(axis.place(turn.record.created_at), 1)}
        for i, turn in enumerate(turns)
    ]
    return {
        "first": first,
        "targets": [*targets],
        "no_price": whys,
        "turns": written,
        "lanes": [*layout.lanes],
        "jobs": [job_json(job, axis) for job in jobs],
        "gaps": [[round(x, 1), round(seconds)] for x, seconds in axis.gaps],
        "width": round(axis.places[-1], 1) if axis.places else 0,
    }


def _no_price(whys: Sequence[str], why: str | None) -> dict[str, object]:
    """Name by number why a turn has no price."""
    return {} if why is None else {"np": whys.index(why)}


def _axis(turns: Sequence[Recorded], jobs: Sequence[ToldJob]) -> Axis:
    times = [turn.record.created_at for turn in turns]
    times += [at for job in jobs for at in job.times]
    return axis_of(times, [job.span for job in jobs])


def _turn(
    turn: Recorded, first: float, jobs: Mapping[str, int], targets: Sequence[str]
) -> dict[str, object]:
    record, costs, usage = turn.record, costs_of_turn(turn), costs_of_turn(turn).usage
    recovered = dict.fromkeys(word for each in turn.entries for word in each.recovered)
    job = turn.job.key if turn.job else ""
    fresh = max(0, usage.input_tokens - usage.cached_tokens)
    spent = [
        *(usage.cached_tokens, fresh, usage.tool_use_tokens),
        *(usage.thought_tokens, usage.output_tokens),
    ]
    told: dict[str, object] = {
        "k": record.key,
        "at": round(record.created_at - first, 1),
        "l": turn.link,
        "r": record.reason,
        "st": record.status,
        "m": targets.index(record.target),
        "u": spent if any(spent) else None,
        "c": _cost(turn, costs),
        "bs": costs.bytes_sent,
        "rb": costs.replay_bytes,
        "ss": costs.steps_sent,
        "rs": costs.replay_steps,
        "a": costs.attempts,
        "mb": costs.maybe_billed,
        "rec": [*recovered],
        "again": int(is_sent_again(turn)),
        "bad": int(has_failed(turn)),
        "ex": round(record.ends_at) if record.stored else None,
        "gone": int(record.gone),
        "un": int(not record.stored),
        "who": turn.label.name,
        "j": jobs[job] + 1 if job in jobs else None,
    }
    return {key: each for key, each in told.items() if not _is_usual(key, each)}


def _is_usual(key: str, value: object) -> bool:
    if key in _USUAL:
        return value == _USUAL[key]
    # A cost of nothing is known, and one that is not is none.
    return value in _EMPTY and not (key == "c" and value is not None)


def _cost(turn: Recorded, costs: Costs) -> float | None:
    if not turn.entries or costs.unpriced:
        return None
    return costs.picousd / PICO


def _number(usd: object) -> float | None:
    return None if usd is None else float(str(usd))
