"""LangGraph's configs, read: where a checkpoint is, and which ones are sought."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig

from interactions_core.adapter.storage import check_names


@dataclasses.dataclass(frozen=True, slots=True)
class Address:
    """Where a checkpoint is; without an id, the newest of its namespace."""

    thread_id: str
    namespace: str
    checkpoint_id: str | None

    def __post_init__(self) -> None:
        check_names(
            thread_id=self.thread_id,
            checkpoint_ns=self.namespace,
            checkpoint_id=self.checkpoint_id,
        )

    @classmethod
    def of(cls, config: RunnableConfig) -> "Address":
        """Read a config that names a thread.

        Raises:
            ConfigurationError: A name in it cannot be kept by any database.
        """
        options = _configurable(config)
        return cls(
            str(options["thread_id"]),
            options.get("checkpoint_ns") or "",
            _checkpoint_id(config),
        )

    def at(self, checkpoint_id: str) -> "Address":
        """Return the address of another checkpoint of the same namespace."""
        return dataclasses.replace(self, checkpoint_id=checkpoint_id)

    def to_config(self) -> RunnableConfig:
        """Write the config that leads here."""
        return {
            "configurable": {
                "thread_id": self.thread_id,
                "checkpoint_ns": self.namespace,
                "checkpoint_id": self.checkpoint_id,
            }
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Search:
    """What `list` was asked for; `None` means any."""

    thread_id: str | None = None
    namespace: str | None = None
    checkpoint_id: str | None = None
    before_id: str | None = None
    metadata: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    limit: int | None = None

    def __post_init__(self) -> None:
        check_names(
            thread_id=self.thread_id,
            checkpoint_ns=self.namespace,
            checkpoint_id=self.checkpoint_id,
            before=self.before_id,
        )

    @classmethod
    def of(
        cls,
        config: RunnableConfig | None,
        filter_: Mapping[str, Any] | None,
        before: RunnableConfig | None,
        limit: int | None,
    ) -> "Search":
        """Read the arguments of `list`; `before` may name no thread."""
        before_id = _checkpoint_id(before) if before else None
        if config is None:
            return cls(before_id=before_id, metadata=filter_ or {}, limit=limit)
        options = _configurable(config)
        return cls(
            str(options["thread_id"]),
            options.get("checkpoint_ns"),
            _checkpoint_id(config),
            before_id,
            filter_ or {},
            limit,
        )

    def conditions(self) -> tuple[str, list[str]]:
        """Return the part that SQL can decide, and its parameters."""
        wanted = (
            ("t.thread_id =", self.thread_id),
            ("s.namespace =", self.namespace),
            ("c.checkpoint_id =", self.checkpoint_id),
            ("c.checkpoint_id <", self.before_id),
        )
        given = [(term, value) for term, value in wanted if value is not None]
        terms = [f"{term} ${at}" for at, (term, _) in enumerate(given, 1)]
        return " AND ".join(terms or ["1 = 1"]), [value for _, value in given]

    def accepts(self, metadata: Mapping[str, Any]) -> bool:
        """Tell whether the metadata holds all that is asked for."""
        return all(metadata.get(key) == value for key, value in self.metadata.items())


def _configurable(config: RunnableConfig) -> dict[str, Any]:
    return config.get("configurable", {})


def _checkpoint_id(config: RunnableConfig) -> str | None:
    checkpoint_id = _configurable(config).get("checkpoint_id")
    return str(checkpoint_id) if checkpoint_id else None
