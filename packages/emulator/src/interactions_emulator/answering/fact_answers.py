"""Answers questions about the conversation from the conversation alone.

A server that lost part of a session answers differently, which is the point.
"""

import re
from collections.abc import Iterator

_VALUE = r"(?P<value>[^.!?\n;]*[^.!?\n;\s])"
_STATEMENTS = (
    re.compile(
        r"\b(?:my|our|the) (?P<key>[\w' -]{1,40}?)(?: is| are| was|'s|:| =) "
        + _VALUE
        + r"(?=[.!\n;]|$)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:call me|i am called) (?P<value>[\w' -]{1,40})", re.IGNORECASE),
    re.compile(r"\b(?:I am|I'm) (?P<value>[A-Z][\w'-]+)"),
)
_REMEMBER = re.compile(r"\bremember (?:that |this: ?)?" + _VALUE, re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:what|which|who|where|when|tell me|recall|repeat|remember|know|remind)\b"
    r"[^.!\n]{0,80}?\b(?P<owner>my|our|the) (?P<key>[\w' -]{1,40}?)"
    r"(?= and\b| again\b| is\b| was\b| please\b|[?,.!\n]|$)",
    re.IGNORECASE,
)
_AND_MORE = re.compile(
    r"\band (?P<owner>my|our|the) (?P<key>[\w' -]{1,40}?)(?=[?,.!\n]|$)",
    re.IGNORECASE,
)
_ORDER = re.compile(r"\W*(?:tell|recall|repeat|remind)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n|,? and (?=my\b|our\b)|; ")
_ORDINAL = re.compile(
    r"\bwhat (?:did i (?:say|ask|write|tell you)|was my)\b[^?\n]*?"
    r"\b(?P<which>first|last|previous|before)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\bhow many (?:messages|times|turns|questions)\b", re.IGNORECASE)
_WHO = re.compile(r"\bwho am i\b", re.IGNORECASE)
_RECALL_LIST = re.compile(
    r"\bwhat (?:did i (?:ask|tell) you to|should you|do you|did you) remember\b",
    re.IGNORECASE,
)

DENIAL = "I do not know "
"""What is said of the unknown is no fact, if somebody passes it on."""


def answer_from_facts(user_texts: list[str]) -> str | None:
    """Answer the last user text if it asks about the earlier ones.

    Returns:
        The answer, which says so if the conversation lacks it; None if the text
        asks nothing of the kind.
    """
    if not user_texts:
        return None
    *earlier, question = user_texts
    for answer in (_ordinal, _list, _facts):
        text = answer(question, earlier)
        if text is not None:
            return text
    return None


def _ordinal(question: str, earlier: list[str]) -> str | None:
    if _COUNT.search(question):
        return f"You have sent {len(earlier) + 1} messages, this one included."
    found = _ORDINAL.search(question)
    if not found:
        return None
    if not earlier:
        return "I do not know: this is the first message that I see."
    first = found["which"].lower() == "first"
    which, text = ("first", earlier[0]) if first else ("last", earlier[-1])
    return f'Your {which} message was: "{text}"'


def _list(question: str, earlier: list[str]) -> str | None:
    if not _RECALL_LIST.search(question):
        return None
    kept = [m["value"] for text in earlier for m in _REMEMBER.finditer(text)]
    if not kept:
        return "I do not know: you have not asked me to remember anything."
    return "You asked me to remember: " + "; ".join(kept)


def _facts(question: str, earlier: list[str]) -> str | None:
    asked = _asked(question)
    if not asked:
        return None
    known = _known([*earlier, question])
    return " ".join(_fact(thing, known, earlier) for thing in asked)


def _asked(question: str) -> list[str]:
    """Return the things asked for, as `your name` or `the code word`."""
    if _WHO.search(question):
        return ["your name"]
    if "?" not in question and not _ORDER.match(question):
        return []
    found = _ASKED.search(question)
    if not found:
        return []
    more = _AND_MORE.finditer(question, found.end("key"))
    return [_thing(match) for match in (found, *more)]


def _thing(match: re.Match[str]) -> str:
    owner = "the" if match["owner"].lower() == "the" else "your"
    return f"{owner} {match['key'].strip()}"


def _known(texts: list[str]) -> dict[str, str]:
    return {key: value for text in texts for key, value in _statements(text)}


def _statements(text: str) -> Iterator[tuple[str, str]]:
    for sentence in _SENTENCES.split(text):
        if sentence.rstrip().endswith("?") or DENIAL in sentence:
            continue
        for pattern in _STATEMENTS:
            found = pattern.search(sentence)
            if found:
                yield _key(found.groupdict().get("key") or "name"), found["value"]
                break


def _fact(thing: str, known: dict[str, str], earlier: list[str]) -> str:
    key = _key(thing.partition(" ")[2])
    if key in known:
        return f"{thing[0].upper()}{thing[1:]} is {known[key]}."
    words = set(key.split())
    for text in reversed(earlier):
        found = _REMEMBER.search(text)
        if found and words <= set(re.findall(r"\w+", text.lower())):
            return f"You asked me to remember: {found['value']}."
    return f"{DENIAL}{thing}: nothing in this conversation says it."


def _key(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip().lower())
