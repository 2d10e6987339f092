"""What the service has said in public, by the beginning of its heading on the page."""

from typing import Final

OPAQUE: Final = "Request contains an invalid argument."
_NO_BACKGROUND: Final = "The agent does not support using background=True"
_LEGACY: Final = (
    "The legacy Interactions API schema is no longer supported. Please upgrade your "
    "google-genai Python SDK to version >= 2.0.0"
)
_BUILT_IN: Final = (
    "Please enable tool_config.include_server_side_tool_invocations to use Built-in "
    "tools with Function calling."
)
_JSON: Final = (
    "Function calling with a response mime type: 'application/json' is unsupported"
)
_PLATFORM: Final = (
    "labels is not available on the Gemini API but it is available on the Gemini "
    "Enterprise Agent Platform"
)
_LEVEL: Final = (
    "'minimal' is not a supported thinking level for this model. Allowed values are: "
    "low, high."
)
_TURN: Final = (
    "Please ensure that function response turn comes immediately after a function call "
    "turn. Got function response with name 'fetch'."
)
_MODEL_LAST: Final = (
    "Requests ending with a model turn are not supported unless the last part is a "
    "function response."
)
_STATES: Final = (
    "The specified schema produces a constraint that has too many states for serving. "
    "Typical causes of this error are schemas with lots of text."
)
_BLOCKED: Final = "Requests to this API generativelanguage.googleapis.com are blocked."

REFUSALS: Final = [
    *(
        {"status": 400, "message": text}
        for text in (
            OPAQUE,
            _BUILT_IN,
            _JSON,
            "Invalid input received",
            "Request has empty input.",
            "Unknown parameter 'labels'.",
            _PLATFORM,
            _LEVEL,
            "Corrupted thought signature.",
            _TURN,
            _MODEL_LAST,
            _STATES,
            _NO_BACKGROUND,
            _LEGACY,
            "Multiple authentication credentials received. Please pass only one.",
        )
    ),
    {"status": 403, "message": _BLOCKED, "code": "API_KEY_SERVICE_BLOCKED"},
]
"""As faults of the emulator."""
