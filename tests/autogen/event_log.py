"""AutoGen's event log, collected."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autogen_core import EVENT_LOGGER_NAME

EventLog = list[Any]


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.events: EventLog = []

    def emit(self, record: logging.LogRecord) -> None:
        self.events.append(record.msg)


@contextmanager
def event_log() -> Iterator[EventLog]:
    """Collect the events of the block, in order."""
    collector = _Collector()
    with listening(collector):
        yield collector.events


@contextmanager
def listening(handler: logging.Handler) -> Iterator[None]:
    """Give AutoGen's events to a handler, and to nobody else."""
    logger = logging.getLogger(EVENT_LOGGER_NAME)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
