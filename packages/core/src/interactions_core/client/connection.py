"""Where the API is and who is asking.

Values only; no key and no password is in a repr.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from interactions_core.exceptions import ConfigurationError
from interactions_core.records.accounts import check_account
from interactions_core.secret_options import (
    check_address,
    check_header,
    host_of,
    split_url,
)

DEFAULT_TIMEOUT_S: Final = 600.0
"""Of one request. The SDK has no limit of its own; the service cuts at ten minutes."""

CANCEL_TIMEOUT_S: Final = 5.0
"""How long a turn that ends early waits for the server to stop its run."""

DEFAULT_MAX_RETRIES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How to reach the API; what is `None` is left to google-genai's own defaults.

    Raises:
        ConfigurationError: A key or a header holds what no header takes, the address
            cannot be reached by HTTP, or the time is none.

    Attributes:
        api_key: The key; `None` reads GOOGLE_API_KEY or GEMINI_API_KEY.
        base_url: Another server, e.g. the emulator's `url`.
        api_version: `"v1"`, `"v1beta"`, ...
        headers: Sent with every request.
        vertexai: Whether to ask the enterprise platform.
        project: Its project.
        location: Its location.
        account: What to call the account whose sessions these are, where there is no
            project: whatever stays when the key is rotated. `None` reads
            INTERACTIONS_ACCOUNT; "" for none, and the key is who owns.
        credentials: `google.auth` credentials for it; `None` finds those of the
            environment.
        client: A `google.genai.Client` to use instead; its owner closes it.
        timeout_s: Of one request.
        anchor_key: Signs what messages say of their interactions, so that they are
            believed without a shared store; b"" to sign nothing. Of several the first
            signs, and what any of them has signed is believed.
        trust_anchors: Whether unsigned ones are believed, for single-tenant programs.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = field(default=None, repr=False)
    api_version: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    vertexai: bool | None = None
    project: str | None = None
    location: str | None = None
    account: str | None = None
    credentials: object = field(default=None, repr=False)
    client: object = field(default=None, repr=False)
    timeout_s: float = DEFAULT_TIMEOUT_S
    anchor_key: bytes | Sequence[bytes] = field(default=b"", repr=False)
    trust_anchors: bool = False

    def __post_init__(self) -> None:
        if not self.timeout_s > 0:
            msg = f"timeout_s must be more than 0 seconds, not {self.timeout_s}"
            raise ConfigurationError(msg)
        if self.account:
            check_account(self.account)
        # google-genai strips a line feed that was read with a key from its file.
        check_header("api_key", (self.api_key or "").strip())
        for name, value in self.headers.items():
            check_header("the name of a header", name)
            check_header(f"the header {name}", value)
        check_address("base_url", self.base_url or "")

    @property
    def anchor_keys(self) -> tuple[bytes, ...]:
        """All keys of anchors, the one that signs first."""
        given = self.anchor_key
        keys = (given,) if isinstance(given, bytes) else tuple(given)
        return tuple(key for key in keys if key)

    def __repr__(self) -> str:
        where = f"project {self.project}" if self.project else host_of(self.base_url)
        return f"Connection(to {where or 'the default host'})"


def without_password(url: str) -> tuple[str, dict[str, str]]:
    """Take user and password out of a URL, because HTTP libraries log URLs.

    Returns:
        The URL without them, and the header that says the same.
    """
    parts = split_url("base_url", url)
    user, found, host = parts.netloc.rpartition("@")
    if not found:
        return url, {}
    token = base64.b64encode(unquote(user).encode(errors="replace")).decode()
    header = {"Authorization": f"Basic {token}"}
    return parts._replace(netloc=host).geturl(), header
