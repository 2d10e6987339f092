"""Whose interactions a client sees, and whose rows that makes its own.

A key is never kept or shown: it is named by a keyed hash.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from interactions_core.client.connection import Connection
from interactions_core.records.accounts import VARIABLE, Claimant, Owner, claimant_of
from interactions_core.records.anchors import Signer
from interactions_core.records.interactions import Scope
from interactions_core.secret_options import check_header, host_of
from interactions_core.stores.protocols.sessions import SessionStore

if TYPE_CHECKING:
    from google.genai import Client


def owner_of(client: "Client", connection: Connection, store: SessionStore) -> Owner:
    """Say whose rows a client's turns read and write.

    Raises:
        ConfigurationError: The account cannot be named so, or the key cannot be sent.
        AccountConflictError: The account and the key have rows of their own.
    """
    return store.find_owner(claimant_by(client, connection))


def claimant_by(
    client: "Client", connection: Connection
) -> Callable[[bytes], Claimant]:
    """Return what says who asks, given the secret that keys are fingerprinted with."""
    account = account_of(connection)

    def claimant(secret: bytes) -> Claimant:
        return claimant_of(credential_of(client, secret), account)

    return claimant


def look_up_owner(
    client: "Client", connection: Connection, store: SessionStore
) -> Owner:
    """Say whose rows a client's next turn will read; write nothing.

    Raises:
        ConfigurationError: The account cannot be named so, or the key cannot be sent.
    """
    key = credential_of(client, store.secret())
    claimant = claimant_of(key, account_of(connection))
    links = store.links_of(claimant.names)
    # An account that nobody has named yet takes over what its key owns.
    owner = links.get(claimant.account) or links.get(key, key)
    return Owner(owner, claimant)


def signers_of(
    client: "Client", connection: Connection, scope: Scope
) -> tuple[Signer, ...]:
    """Say whose anchors a client believes, the one that signs its own first.

    A project or an account is named alike wherever it is asked for; a key is named by
    a fingerprint that the anchor's key makes, and so only while it is not rotated.
    """
    account = account_of(connection)
    found: list[Signer] = []
    for key in connection.anchor_keys:
        claimant = claimant_of(credential_of(client, key), account)
        found += [
            Signer(key, replace(scope, credential=name))
            for name in dict.fromkeys((claimant.stable, claimant.key))
            if name
        ]
    return tuple(found)


def account_of(connection: Connection) -> str:
    """Return what the user calls the account; "" for nothing."""
    given = connection.account
    return os.environ.get(VARIABLE, "") if given is None else given


def credential_of(client: "Client", secret: bytes) -> str:
    """Name whose interactions a client sees, without naming its key.

    Args:
        client: The client.
        secret: What the fingerprint of the key is keyed with.

    Returns:
        Platform, host, and project or fingerprint.

    Raises:
        ConfigurationError: It has a key that no header takes.
    """
    # The SDK has no public accessor for what it resolved from the environment.
    api = cast("Any", client)._api_client  # noqa: SLF001
    host = host_of(api._http_options.base_url)  # noqa: SLF001
    if api.vertexai and api.project:
        return f"vertex|{host}|{api.project}|{api.location}"
    key = key_of(client)
    print_ = hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()[:32]
    return f"{'vertex' if api.vertexai else 'gemini'}|{host}|{print_}"


def address_of(client: "Client") -> tuple[str, str]:
    """Return where a client sends to, which may hold a password, and the version."""
    # As above.
    options = cast("Any", client)._api_client._http_options  # noqa: SLF001
    return str(options.base_url or ""), str(options.api_version or "")


def key_of(client: "Client") -> str:
    """Return a client's key, if it can be sent; libraries quote the others whole.

    Raises:
        ConfigurationError: It cannot.
    """
    # As above: what the SDK resolved from the environment.
    key = str(cast("Any", client)._api_client.api_key or "")  # noqa: SLF001
    check_header("the API key (GEMINI_API_KEY, GOOGLE_API_KEY or api_key=)", key)
    return key
