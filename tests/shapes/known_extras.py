"""Fields and words that the adapters send and the SDK's types do not have, each with its reason.

What is not in this table makes the run fail that sends it.
"""

KNOWN_EXTRAS = {
    "DocumentContentParam.mime_type: 'text/plain' is none of its words": (
        "Only where the user's own block names it; the SDK leaves these words open, and"
        " nobody has recorded what the service says to it."
    ),
    "FunctionCallStepParam.signature": (
        "A replay sends a recorded answer back as it came; the service sets this key"
        " itself since 2026-10-05 (recorded), and the SDK's own tests demand that steps"
        " go back with the fields it does not know (tests/gaos/test_unknown_fields.py)."
    ),
    "GenerationConfigParam.top_k": (
        "Only where the user writes it (LangGraph's `model_kwargs`); answered by"
        " gemini-2.5-flash on 2026-07-27 (recorded)."
    ),
}
"""By type and field of the SDK; for a word, what the finding says of it follows."""
