"""A store on PostgreSQL with a table of its own beside it, and a superuser."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from interactions_core.stores import PostgresStore
from tests.contract.postgres.databases import NOTES


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(postgres_url)
    opened.database.install("notes", NOTES)
    yield opened
    opened.close()


@pytest.fixture
def admin(postgres_server: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        yield connection
