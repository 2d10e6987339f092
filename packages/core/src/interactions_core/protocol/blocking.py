"""Tell answers and requests that a policy of the API has blocked.

Pure. The codes are those of the API's page on errors; they come with a refusal, with
an interaction's `errors`, or with a step.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from interactions_core.canonical import JsonObject

BLOCKED: Final = frozenset(
    {
        "safety",
        "recitation",
        "language",
        "prohibited_content",
        "spii",
        "blocklist",
        "image_safety",
        "image_prohibited_content",
        "image_recitation",
        "image_other",
        "content_blocked",
    }
)


def blocked_by(interaction: JsonObject, steps: tuple[JsonObject, ...]) -> str:
    """Return the code of the policy that kept back an answer, or the rest of one.

    Args:
        interaction: The answer's body.
        steps: Its steps.

    Returns:
        One of `BLOCKED`; "" for an answer that nothing was kept back of.
    """
    listed = interaction.get("errors")
    errors = [*listed] if isinstance(listed, list) else []
    errors += [step.get("error") for step in steps]
    return next((code for code in _codes(errors) if code in BLOCKED), "")


def _codes(errors: Iterable[object]) -> Iterator[str]:
    for error in errors:
        if isinstance(error, Mapping):
            # The SDK calls a code a URI; the API has sent bare words.
            code = cast("Mapping[str, object]", error).get("code")
            yield str(code or "").rpartition("/")[2].lower()
