"""`interactions db migrate` of the release after this one.

python -m tests.versions.migrating SESSIONS BATCH
"""

import sys
from dataclasses import replace
from functools import partial

from interactions_core.services.schema_commands import add_checkpoints, migrate_store
from tests.contract.next_release import EXPANDED, FILL, VERSION, another


def main() -> None:
    """Migrate, and print how far it is."""
    store = another(sys.argv[1], auto_migrate=False)
    add_checkpoints(store)
    filled = (*EXPANDED, replace(FILL, size=int(sys.argv[2])))
    store.database.install("sessions", filled, needs=VERSION)
    done = migrate_store(store, partial(print, flush=True))
    store.close()
    sys.exit(not done)


if __name__ == "__main__":
    main()
