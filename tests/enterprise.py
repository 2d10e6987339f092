"""The emulator as the enterprise platform, where clients have tokens and no key."""

from typing import Any

from google import genai
from google.auth.credentials import Credentials


class Tokens(Credentials):
    def refresh(self, _: object) -> None:
        self.token = str(self)


_PLACE: dict[str, Any] = {"vertexai": True, "project": "p", "location": "global"}
PLATFORM: dict[str, Any] = {**_PLACE, "credentials": Tokens(), "api_key": None}
"""Options of a model that ask it."""


def enterprise_client(url: str) -> genai.Client:
    """Return a client for the adapters that have no option for credentials."""
    options = {"base_url": url}
    return genai.Client(**_PLACE, credentials=Tokens(), http_options=options)
