"""Who owns what a store keeps, under whichever key it was made.

Pure. The owner of rows is a text in them: platform, host, and a project, an account or
the fingerprint of a key. It is never rewritten. A key that came later, or a name that
the user gave to the account, is linked to the text that the rows have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.exceptions import ConfigurationError
from interactions_core.records.names import check_names

VARIABLE: Final = "INTERACTIONS_ACCOUNT"
"""The environment variable that names the account where no option does."""

_ACCOUNT: Final = "account:"
_LONGEST: Final = 200

LinkAction = Literal["link", "unlink"]


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who asks.

    Attributes:
        key: Platform, host, and project or fingerprint of the key.
        account: Platform, host, and the account that the user named; "" for none.
    """

    key: str
    account: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All that may be linked to an owner."""
        return (self.account, self.key) if self.account else (self.key,)

    @property
    def stable(self) -> str:
        """What stays when the key is rotated; "" for nothing."""
        return self.account or ("" if is_fingerprint(self.key) else self.key)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows somebody asks for.

    Attributes:
        name: As it stands in the rows.
        claimant: Who asks.
    """

    name: str
    claimant: Claimant

    @property
    def key(self) -> str:
        """The key that asks, as rows name it."""
        return self.claimant.key


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """One change of who owns what, for the audit.

    Attributes:
        at: Epoch seconds.
        actor: The user and machine that did it.
        action: What was done.
        name: The key or account.
        owner: Whose rows it was linked to, or no longer is.
    """

    at: float
    actor: str
    action: LinkAction
    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class OwnerSummary:
    """What a store keeps for one owner.

    Attributes:
        name: As it stands in the rows.
        interactions: How many are recorded.
        open_jobs: How many jobs are not consumed.
        last_at: When the newest interaction was recorded, in epoch seconds; 0 for none.
        linked: The keys and accounts that are linked to it.
    """

    name: str
    interactions: int = 0
    open_jobs: int = 0
    last_at: float = 0.0
    linked: tuple[str, ...] = ()


def claimant_of(key: str, account: str) -> Claimant:
    """Say who asks.

    Args:
        key: Platform, host, and project or fingerprint of the key.
        account: What the user calls the account; "" for nothing. Where there is a
            project, that is who owns.

    Raises:
        ConfigurationError: The account's name cannot be one.
    """
    if not account:
        return Claimant(key)
    check_account(account)
    if not is_fingerprint(key):
        return Claimant(key)
    return Claimant(key, f"{server_of(key)}|{_ACCOUNT}{account}")


def check_account(account: str) -> None:
    """Refuse what cannot name an account.

    Raises:
        ConfigurationError: It is too long, has characters that are not printed, or
            space around it, which would make it another account.
    """
    check_names(account=account)
    if account != account.strip():
        msg = f"account has space around it: {account[:_LONGEST]!r}"
        raise ConfigurationError(msg)
    if len(account) <= _LONGEST and account.isprintable() and "|" not in account:
        return
    msg = (
        f"account takes up to {_LONGEST} printable characters other than '|', "
        f"not {account[:_LONGEST]!r}"
    )
    raise ConfigurationError(msg)


def server_of(owner: str) -> str:
    """Return the platform and the host in the name of an owner."""
    platform, host, *_ = owner.split("|")
    return f"{platform}|{host}"


def is_account(owner: str) -> bool:
    """Tell whether an owner is named by an account."""
    return f"|{_ACCOUNT}" in owner


def is_fingerprint(owner: str) -> bool:
    """Tell whether an owner is named by its key alone, which may be rotated."""
    # A project has a location beside it.
    return len(owner.split("|")) == len(("platform", "host", "key")) and not is_account(
        owner
    )


def summaries(
    recorded: Mapping[str, tuple[int, float]],
    open_jobs: Mapping[str, int],
    links: Mapping[str, str],
) -> list[OwnerSummary]:
    """Put together what is kept for each owner, newest first.

    Args:
        recorded: How many interactions each has, and when the newest was recorded.
        open_jobs: How many jobs of each are not consumed.
        links: The owner of each key and account that is linked.
    """
    found = [
        OwnerSummary(
            owner,
            *recorded.get(owner, (0, 0.0))[:1],
            open_jobs.get(owner, 0),
            recorded.get(owner, (0, 0.0))[1],
            tuple(sorted(n for n, whose in links.items() if owner == whose != n)),
        )
        for owner in sorted({*recorded, *open_jobs, *links.values()})
    ]
    return sorted(found, key=lambda each: each.last_at, reverse=True)
