"""What needs a package that is not installed says so, and what installs it."""

import re
import subprocess
import sys

import pytest

from interactions_core.exceptions import ConfigurationError, MissingPackageError
from interactions_core.extras import require

WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
try:
    exec(sys.argv[2])
except ImportError as exc:
    print(exc, exc.name, sep=chr(10))
"""
RECEIVER = """
from interactions_core import MemoryStore
from interactions_core.services.webhooks import Trust, WebhookReceiver
WebhookReceiver(MemoryStore(), Trust(audience="me"))
"""
SERVE = """
from interactions_core.cli.webhook import webhook
webhook(["serve", "--audience", "me", "--sessions", "sqlite:///s.db"], standalone_mode=False)
"""
MIGRATE = """
from interactions_langgraph._migration.arguments import open_source
open_source("postgresql://me@host/db", None)
"""
WEBHOOKS = "pip install 'pyjwt[crypto]>=2.10' 'uvicorn>=0.30'"
POSTGRES = "pip install 'psycopg-pool<4,>=3.2' 'psycopg[binary]<4,>=3.2'"
AGENTCHAT = "pip install 'autogen-agentchat<0.8,>=0.7.1'"


@pytest.mark.parametrize(
    ("missing", "use", "what", "command"),
    [
        pytest.param(
            "psycopg_pool", "import interactions_core as c; c.PostgresStore('postgresql://h/d')",
            "PostgreSQL", POSTGRES, id="a store",
        ),
        pytest.param(
            "psycopg", MIGRATE, "reading a PostgreSQL database", POSTGRES, id="migrate",
        ),
        pytest.param(
            "jwt", RECEIVER, "reading the token of a delivery", WEBHOOKS, id="tokens",
        ),
        pytest.param("uvicorn", SERVE, "serving a receiver", WEBHOOKS, id="a receiver"),
        pytest.param(
            "autogen_agentchat", "from interactions_autogen import InteractionsAgent",
            "InteractionsAgent", AGENTCHAT, id="an agent",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_the_command_that_installs_it(
    missing: str, use: str, what: str, command: str
) -> None:
    # `nox -s compat` has one adapter installed at a time.
    for adapter in re.findall(r"interactions_(?:autogen|langgraph)", use):
        pytest.importorskip(adapter)

    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, missing, use],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    told = f"{what} needs {missing}, which is not installed; run: {command}"
    assert done.stdout == f"{told}\n{missing}\n"


def test_a_module_of_ours_that_is_missing_is_not_blamed_on_an_extra() -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        require("postgres", "interactions_core.no_such_module", what="PostgreSQL")

    assert not isinstance(caught.value, MissingPackageError)


def test_what_is_missing_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigurationError) as caught:
        require("postgres", "no_such_driver.pool", what="PostgreSQL")

    assert isinstance(caught.value, MissingPackageError)
    assert (caught.value.name, caught.value.command) == ("no_such_driver", POSTGRES)
