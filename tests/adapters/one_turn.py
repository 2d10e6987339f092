"""An adapter in a process of its own: python -m tests.adapters.one_turn NAME OPTIONS.

Asks one question.
"""

import json
import sys
import time

from tests.adapters.drivers import DRIVERS

QUESTION = "The history of TPUs"


def main(name: str, options: str) -> None:
    driver = DRIVERS[name](json.loads(options), time.time)
    driver.ask([{"role": "user", "content": QUESTION}])
    driver.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
