"""Who owns what a store keeps, under whichever key it was made.

Pure. The owner of rows is a text in them: platform, host, and a project, an account or
the fingerprint of a key. It is never rewritten. A key that came later, or a name that
the user gave to the account, is linked to the text that the rows have.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interactions_core.counted import counted
from interactions_core.exceptions import AccountConflictError, ConfigurationError
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


def known_owner(claimant: Claimant, links: Mapping[str, str]) -> str:
    """Return whose rows are meant; "" if that is to be written down first.

    Args:
        claimant: Who asks.
        links: The owners of its names, as far as they are linked.
    """
    if not claimant.account:
        return links.get(claimant.key, claimant.key)
    if claimant.account in links and claimant.key in links:
        return links[claimant.account]
    return ""


def new_links(
    claimant: Claimant,
    links: Mapping[str, str],
    *,
    has_rows: Callable[[str], bool],
    has_account: Callable[[str], bool],
) -> dict[str, str]:
    """Say what an account that is named needs to be linked to.

    The first name for an account takes over what its key owns, and a later key what
    the account owns. A key that several accounts share counts for the first of them:
    the others own nothing of it.

    Args:
        claimant: Who asks, and by which account.
        links: The owners of its names, as far as they are linked.
        has_rows: Whether anything is kept for an owner.
        has_account: Whether an account is linked to an owner.

    Returns:
        The owners of names that have none yet.

    Raises:
        AccountConflictError: The account owns rows, and the key others.
    """
    key, account, made = claimant.key, claimant.account, dict[str, str]()
    held = links.get(key, key)
    owner = links.get(account, "")
    if not owner:
        is_free = has_rows(held) and not has_account(held)
        owner = made[account] = held if is_free else account
    if key not in links:
        if key != owner and has_rows(key):
            raise AccountConflictError(key, owner)
        made[key] = owner
    return made


def check_links(
    links: Mapping[str, str],
    changed: Mapping[str, str],
    *,
    has_rows: Callable[[str], bool],
    open_jobs: Callable[[str], int],
) -> None:
    """Refuse links that would lose something, or join what is not one.

    Args:
        links: The owner of each name that is linked.
        changed: What `relinked` says.
        has_rows: Whether a name has rows that nobody said to leave.
        open_jobs: How many of its jobs are not consumed.

    Raises:
        AccountConflictError: One has rows of its own.
        ConfigurationError: One has jobs that are not consumed, or is of another server.
    """
    for name, owner in changed.items():
        # What is linked to somebody else already has left its own.
        is_own = links.get(name, name) == name
        check_link(
            name,
            owner,
            has_rows=is_own and has_rows(name),
            open_jobs=open_jobs(name) if is_own else 0,
        )


def is_new(
    claimant: Claimant, links: Mapping[str, str], made: Mapping[str, str]
) -> bool:
    """Tell whether neither an account nor its key has been seen before.

    Args:
        claimant: Who asks.
        links: The owners of its names, as far as they were linked.
        made: What `new_links` says.
    """
    is_own = made.get(claimant.account) == claimant.account
    return is_own and claimant.key not in links


def split_advice(claimant: Claimant, owners: Collection[str]) -> str:
    """Warn of a history that goes on twice; "" if nothing suggests that.

    Args:
        claimant: An account and a key that are both new.
        owners: Those who have rows, two or more of them if there are several.
    """
    if len(owners) != 1:
        return ""
    (owner,) = owners
    if server_of(owner) != server_of(claimant.key):
        return ""
    return (
        f"{claimant.account} and its key are new in this store, and go on with nothing "
        f"that {owner} has. If the key has taken the place of another one, "
        f"`interactions accounts link '{owner}' --name '{claimant.account}' "
        "--leave-rows --sessions URL` has the account go on with it"
    )


def check_link(name: str, owner: str, *, has_rows: bool, open_jobs: int) -> None:
    """Refuse a link that would lose something, or join what is not one.

    Args:
        name: The key or account that is to be linked.
        owner: Whose rows it is to own.
        has_rows: Whether it has rows that nobody said to leave.
        open_jobs: How many of its jobs are not consumed.

    Raises:
        AccountConflictError: It has rows of its own.
        ConfigurationError: It has jobs that are not consumed, or the two are of
            different servers.
    """
    if server_of(name) != server_of(owner):
        msg = f"{name} and {owner} are of different servers, and cannot be linked"
        raise ConfigurationError(msg)
    if name == owner:
        return
    if open_jobs:
        msg = (
            f"{name} has {counted(open_jobs, 'job')} whose answers nobody has had yet, "
            "and which nobody finds any more once it is linked: let the answers be "
            "asked for, or delete the jobs with their threads, and link it then"
        )
        raise ConfigurationError(msg)
    if has_rows:
        raise AccountConflictError(name, owner)


def relinked(
    links: Mapping[str, str], names: Sequence[str], owner: str
) -> dict[str, str]:
    """Return what changes when names are linked; what was linked to them comes along.

    So do the keys of an account that is linked, unless another account has them too:
    with its name and without they are to own the same.

    Args:
        links: The owner of each name that is linked.
        names: What is linked.
        owner: What to.
    """
    along = [each for each, whose in links.items() if whose in names]
    for account in filter(is_account, names):
        held = links.get(account, account)
        keys = {held, *(each for each, whose in links.items() if whose == held)}
        if not any(is_account(each) for each in keys.difference(names)):
            along += sorted(keys)
    changed = dict.fromkeys([*names, *along], owner)
    return {name: owner for name in changed if links.get(name) != owner}


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
