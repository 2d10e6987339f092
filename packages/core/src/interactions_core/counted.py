"""How a number of things is said. Imports nothing."""


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun, in the singular where it is one.

    Args:
        number: How many.
        one: The noun, as it stands behind 1.
        many: As it stands behind other numbers, if that is not `one` with an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
