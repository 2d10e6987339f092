"""What both databases share: statements, tables, migrations, and the store over them.

A statement is written once, with `$1`, `$2`, ... for its values; where the databases
differ, `statements.in_dialects` makes both forms of it. `statements` says how.
"""
