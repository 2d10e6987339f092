"""All looks in the order in which they are shown."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator

from interactions_core.doctor import service, stores
from interactions_core.doctor.checks import Check
from interactions_core.doctor.prices import check_prices
from interactions_core.doctor.profiles import check_profiles
from interactions_core.doctor.versions import check_versions
from interactions_core.profiles.loading import VARIABLE
from interactions_core.records.erased import VARIABLE as ERASED


def examine(
    sessions: str = "",
    *,
    offline: bool = False,
    clock: Callable[[], float] = time.time,
) -> list[Check]:
    """Look at everything that a call here would use, as `examine_each` does."""
    return [*examine_each(sessions, offline=offline, clock=clock)]


def examine_each(
    sessions: str = "",
    *,
    offline: bool = False,
    clock: Callable[[], float] = time.time,
) -> Iterator[Check]:
    """Look at everything that a call here would use, one after the other.

    Key, address and proxies are those of the environment, as google-genai reads them.

    Args:
        sessions: The URL of a session store; "" for none.
        offline: Whether to ask the API nothing.
        clock: Epoch seconds.

    Yields:
        What was found, as soon as it is, without content and secrets.
    """
    yield from check_versions()
    store, found = stores.open_to_look(sessions)
    with (
        contextlib.ExitStack() as stack,
        service.client_here(offline=offline, clock=clock) as client,
    ):
        if store is not None:
            stack.callback(store.close)
        secret, whose = stores.secret_of(store), ""
        if isinstance(client, Check):
            yield client
        else:
            yield from service.check_service(
                client, offline=offline, secret=secret, clock=clock
            )
            if store is not None and secret:
                whose = client.owner(store).name
        yield from check_profiles(os.environ.get(VARIABLE, ""), now=clock())
        yield from found
        yield from stores.check_list(os.environ.get(ERASED, ""))
        if store is not None:
            yield from stores.check_content(store, whose, now=clock())
        yield from check_prices(store, now=clock())
