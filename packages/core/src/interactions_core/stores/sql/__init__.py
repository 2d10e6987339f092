"""What both databases share: statements, tables, migrations, and the store over them."""
