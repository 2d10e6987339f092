"""Values that no option can mean, and what each adapter says of them alike."""

from datetime import timedelta

import pytest

WRONG_VALUES = [
    pytest.param({"retention": 1}, "retention=1 names no unit", id="a bare number"),
    pytest.param({"retention": "7"}, "retention='7' names no unit", id="as a text"),
    pytest.param({"retention": timedelta(0)}, "longer than nothing", id="no time"),
    pytest.param({"retention_days": 7}, "did you mean 'retention'", id="another name"),
    pytest.param({"poll": (10, 1)}, r"not \(10, 1\)", id="pauses that shrink"),
    pytest.param({"poll": (0, 1)}, r"not \(0, 1\)", id="no pause"),
    pytest.param({"poll": 5}, "first and the longest pause", id="one pause"),
    pytest.param({"timeout_s": float("nan")}, "number of seconds", id="no number"),
    pytest.param(
        {"timeout_s": timedelta(seconds=3)}, "timeout_s=3", id="a time in seconds"
    ),
    pytest.param({"deadline_s": float("inf")}, "finite number", id="no end"),
    pytest.param({"max_retries": -1}, "0, 1, 2 or more, not -1", id="fewer than none"),
    pytest.param({"max_retries": float("inf")}, "or more, not inf", id="for ever"),
    pytest.param({"max_output_tokens": 10**400}, "1 or more, not", id="no float"),
    pytest.param({"max_output_tokens": 0}, "1 or more, not 0", id="no tokens"),
    pytest.param({"temperature": "hot"}, "temperature must be a number", id="a word"),
    pytest.param(
        {"on_lost_submit": "resubmitt"}, "did you mean 'resubmit'", id="misspelt"
    ),
    pytest.param({"mirror": "none"}, "mirror is one of 'full', 'signatures'$"),
    pytest.param({"sessions": 3}, "the path of a file, not an object of type int"),
    pytest.param({"sessions": "state.db"}, "did you mean 'sqlite:///state.db'"),
    pytest.param({"base_url": "localhost:80"}, "write 'http://localhost:80'"),
    pytest.param({"base_url": "ftp://host"}, "begins with 'ftp://'"),
    pytest.param({"base_url": "http://"}, "names no host"),
    pytest.param(
        {"model": "deep-research-preview-04-2026"},
        "is an agent, not a model; write agent='deep-research-preview-04-2026'",
        id="an agent as a model",
    ),
]

NO_AGENTS = [
    pytest.param(
        "deep-reserch-preview-04-2026",
        "'deep-reserch-preview-04-2026'; did you mean 'deep-research-preview-04-2026'",
        id="misspelt",
    ),
    pytest.param(
        "gemini-3.8-flash", "looks like a model: write model='gemini", id="a model"
    ),
    pytest.param("our-own", "Asked was the agent 'our-own'; check", id="nobody's"),
]
"""Agents that nobody has, and what the error says of each."""
