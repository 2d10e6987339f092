"""The error of which all others of these packages are kinds.

A pickle of any of them names `interactions_core.exceptions` and `_restored` in it, also
one that another release reads.
"""

from collections.abc import Callable

from interactions_core.usage import Usage


class InteractionsError(Exception):
    """Base of every error that these packages raise for themselves.

    Pickles and copies keep message and attributes, whatever the constructor takes.

    Attributes:
        usage: What was answered, and so billed, before this was raised: the tokens of
            the answer that amounts to it, and of those that were given up before it.
    """

    usage = Usage()

    def __reduce__(
        self,
    ) -> (
        "tuple[Callable[..., InteractionsError], tuple[object, ...], dict[str, object]]"
    ):
        return _restored, (type(self), self.args), self.__dict__.copy()


def _restored(
    kind: type[InteractionsError], args: tuple[object, ...]
) -> InteractionsError:
    error = kind.__new__(kind)
    error.args = args
    return error
