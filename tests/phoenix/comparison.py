"""What Phoenix shows held to what the session store says. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.phoenix.back_end import SeenSession, SeenSpan

PROVIDER: Final = "gcp.gemini"
KINDS: Final = {"llm", "agent", "chain"}
"""What a span of ours is, in Phoenix's words; it says `unknown` of what it cannot read."""

EXACT_USD: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the store says of a session; `cost` in USD, `None` where not all is known."""

    prompt: int
    completion: int
    cost: float | None


def is_ours(span: SeenSpan) -> bool:
    """Tell whether our packages have made a span; frameworks name other providers."""
    asked = span.attributes.get("gen_ai", {}).get("provider", {})
    return asked.get("name") == PROVIDER


def differences(
    told: Mapping[str, Told],
    sessions: Mapping[str, SeenSession],
    spans: Sequence[SeenSpan],
    killed: Collection[str] = (),
) -> list[str]:
    """Say where Phoenix and the store do not agree; nothing where they do.

    Args:
        told: What the store says, by session.
        sessions: What Phoenix says.
        spans: All that it has.
        killed: Sessions of killed processes, whose outermost spans have never ended.
    """
    return [
        *_of_sessions(told, sessions),
        *_of_spans(spans, killed),
        *_of_sums(told, spans),
        *_of_costs(told, spans),
    ]


def _of_sessions(
    told: Mapping[str, Told], sessions: Mapping[str, SeenSession]
) -> Iterator[str]:
    if told.keys() != sessions.keys():
        yield f"sessions {sorted(sessions)}, and in the store {sorted(told)}"
    for name in told.keys() & sessions.keys():
        ours, seen = told[name], sessions[name]
        counted = (seen.prompt, seen.completion)
        if counted != (ours.prompt, ours.completion):
            yield f"{name}: {counted} tokens, and in the store {ours}"


def _of_spans(spans: Sequence[SeenSpan], killed: Collection[str]) -> Iterator[str]:
    for span in orphans(spans):
        if session_of(span) not in killed:
            yield f"{span.name}: its parent is in no trace"
    for span in spans:
        if is_ours(span) and span.kind not in KINDS:
            yield f"{span.name}: it is {span.kind}"
        if not is_ours(span) and (span.prompt or span.completion):
            yield f"{span.name}: not ours, and it counts tokens"


def _of_sums(told: Mapping[str, Told], spans: Sequence[SeenSpan]) -> Iterator[str]:
    """Add up all spans: what is in no session is counted there as well."""
    seen = sum(span.prompt + span.completion for span in spans)
    ours = sum(each.prompt + each.completion for each in told.values())
    if seen != ours:
        yield f"{seen} tokens in all spans, and in the store {ours}"


def _of_costs(told: Mapping[str, Told], spans: Sequence[SeenSpan]) -> Iterator[str]:
    """Hold costs to each other: those that were told, the store's, and Phoenix's own.

    Phoenix works them out by its own prices, and has none for agents.
    """
    for span in spans:
        cost = cost_told(span)
        if span.cost and cost is not None and abs(span.cost - cost) > EXACT_USD:
            yield f"{span.name}: {span.cost} USD, and it was told {cost}"
    for name, ours in told.items():
        cost = sum(cost_told(span) or 0 for span in spans if session_of(span) == name)
        if ours.cost is not None and abs(ours.cost - cost) > EXACT_USD:
            yield f"{name}: spans tell {cost} USD, and the store {ours.cost}"


def session_of(span: SeenSpan) -> str:
    """Return the session that a span names; "" for none."""
    return span.attributes.get("session", {}).get("id", "")


def cost_told(span: SeenSpan) -> float | None:
    """Return the cost that a span says of itself; `None` for none."""
    return span.attributes.get("llm", {}).get("cost", {}).get("total")


def orphans(spans: Sequence[SeenSpan]) -> list[SeenSpan]:
    """Return the spans whose parents have never come."""
    known = {(span.trace, span.span_id) for span in spans}
    return [s for s in spans if s.parent and (s.trace, s.parent) not in known]


def table(told: Mapping[str, Told], sessions: Mapping[str, SeenSession]) -> str:
    """Return the figures of both, side by side."""
    head = (
        f"{'session':<16} {'prompt':>13} {'completion':>13} {'USD':>25} {'traces':>7}"
    )
    both = sorted(told.keys() & sessions.keys())
    return "\n".join([head, *(_row(name, told, sessions) for name in both)])


def _row(
    name: str, told: Mapping[str, Told], sessions: Mapping[str, SeenSession]
) -> str:
    ours, seen = told[name], sessions[name]
    return (
        f"{name:<16} {f'{seen.prompt} = {ours.prompt}':>13} "
        f"{f'{seen.completion} = {ours.completion}':>13} "
        f"{f'{_usd(seen.cost)} | {_usd(ours.cost)}':>25} {len(seen.traces):>7}"
    )


def _usd(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.7f}"


def outline(spans: Sequence[SeenSpan]) -> str:
    """Return the trees of all spans, indented, in the order in which they were made."""
    below: dict[tuple[str, str], list[SeenSpan]] = {}
    lost = {span.span_id for span in orphans(spans)}
    for span in spans:
        above = "" if span.span_id in lost else span.parent
        below.setdefault((span.trace, above), []).append(span)
    traces = dict.fromkeys(span.trace for span in spans)
    return "\n\n".join("\n".join(_tree(below, trace, "", "")) for trace in traces)


def _tree(
    below: Mapping[tuple[str, str], Sequence[SeenSpan]],
    trace: str,
    parent: str,
    indent: str,
) -> Iterator[str]:
    for span in below.get((trace, parent), ()):
        tokens = f"{span.prompt}+{span.completion}"
        yield f"{indent}{span.name} [{span.kind}] {tokens} {span.status}"
        yield from _tree(below, trace, span.span_id, f"{indent}  ")
