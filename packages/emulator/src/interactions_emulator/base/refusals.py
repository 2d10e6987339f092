"""The catalogue of what the API refuses, each text with its source."""

from interactions_emulator.base.errors import (
    INVALID_ARGUMENT,
    ApiError,
    default_message,
)

_LEGACY = (
    "The legacy Interactions API schema is no longer supported. Please upgrade your "
    "google-genai Python SDK to version >= 2.0.0 (e.g., run pip install -U "
    "google-genai) to use the Interactions API. For details and migration examples, "
    "see: https://ai.google.dev/gemini-api/docs/interactions-breaking-changes-may-2026"
)


def invalid(message: str, *, why: str = "") -> ApiError:
    """400 `invalid_request` with the given text."""
    return ApiError(400, message, why=why)


def invalid_argument(why: str) -> ApiError:
    """The catch-all 400; `why` is for people only."""
    return invalid(INVALID_ARGUMENT, why=why)


def unknown_parameter(key: str, place: str = "") -> ApiError:
    """A key the API does not know (live probe, Aug 2026)."""
    where = f" at '{place}'" if place else ""
    return invalid(f"Unknown parameter '{key}'{where}.")


def unsupported_value(value: object, place: str, supported: list[str]) -> ApiError:
    """A value outside an enumeration (live probe, Aug 2026)."""
    names = ", ".join(f"'{name}'" for name in supported)
    return invalid(
        f"The value '{value}' is not supported for '{place}'."
        f" Supported values: {names}."
    )


def unsupported_type(kind: object, place: str, supported: list[str]) -> ApiError:
    """A type that does not exist (docs, api-errors page)."""
    names = ", ".join(f"'{name}'" for name in supported)
    return invalid(
        f"The value '{kind}' is not supported for 'type' at '{place}'."
        f" Supported values: {names}."
    )


def wrong_type(place: str, expected: str) -> ApiError:
    """A value of the wrong JSON type (live probe, Sep 2026)."""
    return invalid(f"The value is invalid for '{place}'. Expected {expected}")


def not_found() -> ApiError:
    """An unknown, deleted, expired or foreign entity, which is not named."""
    return ApiError(404, default_message(404))


def already_exists() -> ApiError:
    """An id that is taken (code of the docs' table; the text is Google's usual)."""
    return ApiError(409, "Requested entity already exists.", "already_exists")


def bad_name(interaction_id: str) -> ApiError:
    """An id that cannot be one (live probe, Aug 2026)."""
    return invalid(f"Invalid interaction name: interactions/{interaction_id}")


def not_built(what: str) -> ApiError:
    """Something the API has and this emulator has not."""
    return ApiError(501, f"The emulator does not implement {what} yet.")


def syntax_error() -> ApiError:
    """A body that cannot be read as a request (recorded text)."""
    return invalid("Invalid JSON payload: syntax error in request body.")


def no_target() -> ApiError:
    """Neither model nor agent (live probe, Aug 2026)."""
    return invalid("Provide a 'agent', or 'model' parameter.")


def two_targets() -> ApiError:
    """Both model and agent; the text was never recorded."""
    return invalid_argument("model and agent exclude each other")


def unknown_model(model: str, suggestion: str) -> ApiError:
    """A model that is not served (live probe, Sep 2026)."""
    message = f"Model '{model}' not found. Did you mean '{suggestion}'?"
    return ApiError(404, message)


def no_background(model: str) -> ApiError:
    """A model that cannot run in the background (recorded 2026-06-15)."""
    return invalid(f"Model '{model}' does not support background interactions.")


def needs_background() -> ApiError:
    """Deep Research in the foreground (live notes, 2026)."""
    return invalid("Agents are required to use background=true")


def needs_store() -> ApiError:
    """Background without storage (live notes, 2026)."""
    return invalid("store=true is required for background interactions")


def mime_type_alone() -> ApiError:
    """The deprecated MIME type without a format (live probe, Aug 2026)."""
    return invalid("responseFormat must be set when responseMimeType is set")


def missing_key(key: str, place: str) -> ApiError:
    """A key that the API requires (recorded for `tools`, Apr 2026)."""
    return invalid(f"Missing key '{key}' in input '{place}'.")


def invalid_content_type(kind: object) -> ApiError:
    """A step or content type that does not exist (recorded, Apr 2026)."""
    return invalid(f"Invalid content type: {kind}")


def missing_call_id() -> ApiError:
    """A function result without its call's id (recorded, Apr 2026)."""
    return invalid("Missing call_id in content of type function_result.")


def corrupt_base64(place: str) -> ApiError:
    """Media whose data cannot be decoded (live probe, Sep 2026)."""
    return wrong_type(place, "string, corrupt base64")


def invalid_input(place: str) -> ApiError:
    """A segment of media that ends before it begins (recorded, Sep 2026)."""
    return invalid(f"Invalid input at '{place}'.")


def missing_input() -> ApiError:
    """No input at all (live probe, Aug 2026)."""
    return invalid("Missing input.")


def empty_input() -> ApiError:
    """An input step without content (live probe, Aug 2026)."""
    return invalid("Request has empty input.")


def invalid_function_name(name: str, index: int) -> ApiError:
    """A function name that may not be.

    The text is that of public reports of 2025 for the other API of the service, the
    length that of google-genai 3.4.0; older models are reported to stop at 64.
    """
    return invalid(
        f"tools[{index}].name: [FIELD_INVALID] Invalid function name. Must start with a "
        "letter or an underscore. Must be a-z, A-Z, 0-9, or contain underscores (_), "
        "dots (.), colons (:), or dashes (-), with a maximum length of 128.",
        why=f"the name is {name!r}",
    )


def foreign_tool_key(key: str, index: int) -> ApiError:
    """A key of another API's function tool (recorded, Apr 2026)."""
    offset = 26 + len(key)
    return invalid(
        f"invalid JSON in genai.Interaction @ tools[{index}].function: message"
        f" genai.Function, near 1:{offset + 1} (offset {offset}):"
        f" no such field: '{key}'"
    )


def unsupported_level(level: object, allowed: tuple[str, ...]) -> ApiError:
    """A thinking level that the model lacks (live probe, Aug 2026)."""
    return invalid(
        f"'{level}' is not a supported thinking level for this model."
        f" Allowed values are: {', '.join(allowed)}."
    )


def diarized_vocabulary() -> ApiError:
    """Words to expect beside speakers to tell apart (live notes, Sep 2026)."""
    return invalid("custom_vocabulary is incompatible with diarization.")


def no_functions() -> ApiError:
    """A tool choice without function tools; refused live, text unrecorded."""
    return invalid("Function calling config is set without function_declarations.")


def result_without_call(name: str) -> ApiError:
    """A result that no call precedes (python-genai#3003)."""
    return invalid(
        "Please ensure that function response turn comes immediately after a function"
        f" call turn. Got function response with name '{name}'."
    )


def results_missing() -> ApiError:
    """Calls that were not all answered; the text is generateContent's."""
    return invalid(
        "Please ensure that the number of function response parts is equal to the"
        " number of function call parts of the function call turn."
    )


def call_without_user() -> ApiError:
    """A history that opens with a call; the text is generateContent's."""
    return invalid(
        "Please ensure that function call turn comes immediately after a user turn or"
        " after a function response turn."
    )


def corrupted_signature() -> ApiError:
    """A thought signature that was not issued (live probe, Aug 2026)."""
    return ApiError(400, "Corrupted thought signature.", when_streaming=True)


def missing_signature() -> ApiError:
    """A replayed call without any signature (live probe, Aug 2026)."""
    why = "a function_call has no signature and no preceding thought has one"
    return ApiError(400, INVALID_ARGUMENT, when_streaming=True, why=why)


def already_completed() -> ApiError:
    """Cancelling what is over (third parties' mocks; unverified)."""
    return invalid("Interaction is already completed.")


def legacy_client() -> ApiError:
    """A client or body of the schema removed in June 2026 (recorded)."""
    return invalid(_LEGACY)


def no_credentials() -> ApiError:
    """No key at all; the text is that of Google's front end."""
    return ApiError(
        403,
        "Method doesn't allow unregistered callers (callers without established"
        " identity). Please use API Key or other form of API consumer identity to"
        " call this API.",
        shape="front_end",
    )


def wrong_key() -> ApiError:
    """A wrong key is 400, not 401 (live probe, Aug 2026)."""
    message = "API key not valid. Please pass a valid API key."
    return ApiError(400, message, shape="front_end")


def two_credentials() -> ApiError:
    """Header and query key at once (live probe, Aug 2026)."""
    message = "Multiple authentication credentials received. Please pass only one."
    return ApiError(400, message, shape="front_end")
