"""Words of names, by which a value for them is chosen."""

from typing import Final

FREE_TEXT: Final = frozenset(
    [
        "query",
        "text",
        "message",
        "prompt",
        "input",
        "content",
        "topic",
        "description",
        "context",
        "body",
    ]
)
"""What the text as a whole can stand for."""
TASKS: Final = frozenset(["task", "question", "request"])
"""What is asked, unless the text quotes something."""
EXPLANATIONS: Final = frozenset(
    [
        "reason",
        "reasoning",
        "rationale",
        "explanation",
        "feedback",
        "thought",
        "thoughts",
        "plan",
        "instruction",
        "instructions",
        "justification",
        "analysis",
        "suggestion",
        "suggestions",
    ]
)
"""What the work is about says it; no name or quotation does."""
ROLES: Final = frozenset(
    [
        "speaker",
        "agent",
        "role",
        "choice",
        "selection",
        "option",
        "assignee",
        "recipient",
        "coworker",
    ]
)
"""Names of whoever was chosen."""
GENERIC: Final = frozenset(["answer", "value"])
"""Names that say nothing without that of the object they are in."""
EXPRESSION: Final = frozenset(
    ["expression", "expr", "formula", "equation", "calculation"]
)
NO_NAMES: Final = frozenset(
    [
        "I",
        "MUST",
        "NOT",
        "DO",
        "NEVER",
        "ALWAYS",
        "ONLY",
        "IMPORTANT",
        "SHOULD",
        "AND",
        "OR",
        "NO",
        "ALL",
        "ANY",
        "JSON",
        "NOTE",
        "What",
        "Which",
        "Who",
        "Where",
        "When",
        "Why",
        "How",
        "Is",
        "Are",
        "Do",
        "Does",
        "Did",
        "Can",
        "Could",
        "Please",
        "The",
        "Then",
        "Understood",
        "Continue",
        "Task",
        "Number",
        "Step",
    ]
)
"""Words that are in capitals for their weight or their place."""
