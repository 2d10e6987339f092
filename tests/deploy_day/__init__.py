"""A day of deployments: pods of several versions, under load, while everything changes.

`conductor` plays the day, as a program: it starts the emulator, a PostgreSQL with a
synchronous standby, pods (`service`) and watchers, has clients ask them (`clients`), and
lets things happen to them (`events`) in an order by a seed. What pods were asked and
what came of it they write down (`ledger`); `checker` holds that against what the server
was asked and has.

`service`, `graphs` and `ledger` run on installed packages of any version, and import
nothing of the packages but what is public; the others import nothing of them. What plays
and what is played talk by lines of JSON and by real HTTP. Nothing here patches anything,
and nobody waits for a time: only for something to have happened.
"""
