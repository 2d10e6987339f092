"""What both databases share: statements, tables, migrations, and the store over them.

A statement is written once, with `$1`, `$2`, ... for its values; where the databases
differ, `statements.in_dialects` makes both forms of it. `statements` says how.

Each room has the tables of a noun: `..._rows` are SQL and conversions only, and
`..._tables` the methods of a store over them. What all rooms are made of lies here:
`database`, `rows`, `cleaning`; `store` puts the rooms together.
"""
