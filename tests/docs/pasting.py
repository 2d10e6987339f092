"""An interpreter into which blocks of a page are pasted. Run as a program, by `walk`.

Reads lines of JSON, the code, its line and its page, and runs each in one namespace;
after a block comes a line with a NUL and how it went. It needs the standard library
only, since it runs in an environment that has nothing else.
"""

import json
import sys
import traceback

NAMES: dict[str, object] = {"__name__": "__main__"}


def main() -> None:
    """Run what is pasted until the end of the input or the first error."""
    for line in sys.stdin:
        text, number, page = json.loads(line)
        code = compile("\n" * (number - 1) + text, page, "exec", dont_inherit=True)
        try:
            exec(code, NAMES)  # noqa: S102 - that is what it is for
        except BaseException:  # noqa: BLE001 - it is told
            traceback.print_exc()
            sys.stdout.write("\x00failed\n")
            sys.stdout.flush()
            raise SystemExit(1) from None
        sys.stdout.write("\x00done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
