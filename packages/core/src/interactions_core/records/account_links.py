"""Which keys and accounts are linked to whose rows, and which may be. Pure.

What was recorded under a key is never rewritten: whoever comes later, or is named later,
is linked to it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from interactions_core.counted import counted
from interactions_core.exceptions import AccountConflictError, ConfigurationError
from interactions_core.records.accounts import Claimant, is_account, server_of


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
