"""All looks in the order in which they are shown."""

import contextlib
import os
import time
from collections.abc import Callable

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
    """Look at everything that a call here would use.

    Key, address and proxies are those of the environment, as google-genai reads them.

    Args:
        sessions: The URL of a session store; "" for none.
        offline: Whether to ask the API nothing.
        clock: Epoch seconds.

    Returns:
        What was found, without content and secrets.
    """
    store, found = stores.open_to_look(sessions)
    with (
        contextlib.ExitStack() as stack,
        service.client_here(offline=offline, clock=clock) as client,
    ):
        if store is not None:
            stack.callback(store.close)
        secret = stores.secret_of(store)
        checks, whose = [*check_versions()], ""
        if isinstance(client, Check):
            checks.append(client)
        else:
            checks += service.check_service(
                client, offline=offline, secret=secret, clock=clock
            )
            if store is not None and secret:
                whose = client.owner(store).name
        checks += check_profiles(os.environ.get(VARIABLE, ""), now=clock())
        checks += found
        checks += stores.check_list(os.environ.get(ERASED, ""))
        if store is not None:
            checks += stores.check_content(store, whose, now=clock())
        checks += check_prices(store, now=clock())
        return checks
