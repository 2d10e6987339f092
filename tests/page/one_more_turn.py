"""Writes one more turn to a store that a page is open on; see `test_page_server`."""

import sys

from interactions_core import SqliteStore
from tests.core.looking import Thread, at, model, user


def main(path: str) -> None:
    """Continue the thread with 61 turns, and end."""
    store = SqliteStore(path)
    Thread(store, "support-7731", "acme").turn(
        *("continue", at("28 Nov 19:00"), "v1_support-7731-061"),
        sent=[user("Fresh from elsewhere")],
        held=[model("Seen.")],
        key="v1_new",
    )
    store.close()


if __name__ == "__main__":
    main(sys.argv[1])
