"""Who a request comes from; keys themselves are neither kept nor shown."""

import hashlib

from starlette.requests import Request

from interactions_emulator.base import refusals
from interactions_emulator.base.settings import Settings
from interactions_emulator.request.caller import Caller

_LEGACY_CLIENT = "google-genai-sdk/1."


def identify(request: Request, settings: Settings) -> Caller:
    """Check the credentials and return whose interactions are meant.

    Raises:
        ApiError: There is no key, there are two, or it is a wrong one; or the
            client is one of those that the server no longer serves.
    """
    in_header = request.headers.get("x-goog-api-key")
    in_query = request.query_params.get("key")
    if in_header and in_query:
        raise refusals.two_credentials()
    key = in_header or in_query or _bearer(request)
    if not key:
        raise refusals.no_credentials()
    project = settings.project_of.get(key, "")
    if settings.api_keys and key not in settings.api_keys and not project:
        raise refusals.wrong_key()
    if _LEGACY_CLIENT in request.headers.get("x-goog-api-client", ""):
        raise refusals.legacy_client()
    return _caller(request, f"keys of {project}" if project else f"key {key}")


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _caller(request: Request, holder: str) -> Caller:
    # Tokens are renewed every hour, so a project counts for more than a token.
    project = request.path_params.get("project")
    project = project or request.headers.get("x-goog-user-project")
    version = request.url.path.split("/")[1]
    is_vertex = version == "v1beta1" or "project" in request.path_params
    name = f"project {project}" if project else holder
    return Caller(
        hashlib.sha256(name.encode()).hexdigest()[:16],
        "vertex" if is_vertex else "gemini",
        version,
    )
