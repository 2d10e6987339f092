"""Processes of three releases on one store, while it is migrated and they are rolled back.

The release before is taken out of the history (`tests.previous`), the one after is that
of `tests.contract.next_release`. `conductor` starts `worker`s of them under the load that
they are themselves, and `migrating`, which is killed in the middle once.

`worker` runs on the packages of any release, and imports of them what is public.
"""
