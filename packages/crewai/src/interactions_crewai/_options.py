"""The options that `InteractionsLLM` and `InteractionsAgentTool` share.

No call is made here. Dumps, which CrewAI writes into checkpoints, hold no secret.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from time import time
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    create_model,
    field_serializer,
)

from interactions_core.adapter import (
    ClientPair,
    Connection,
    SessionStore,
    in_thread,
)
from interactions_core.adapter.options import (
    Allowance,
    CommonOptions,
    OnEmpty,
    check_mirror,
    check_names,
    check_server_tools,
    check_values,
    connection_from_options,
    explaining_values,
    fields_of,
    policy_from_options,
    store_place,
    told,
)
from interactions_core.adapter.secrets import (
    check_address,
    kind_of,
    masked,
    masks_in,
    shown_store,
)
from interactions_core.exceptions import ConfigurationError
from interactions_crewai._clients import Clients

_MASKED: Final = ("tools", "environment", "agent_config", "webhook_config", "base_url")


if TYPE_CHECKING:
    _Common = CommonOptions
else:
    _Common = create_model("_Common", **fields_of(CommonOptions, Field, "crewai"))


class SharedOptions(_Common, BaseModel):
    """Who is asked, where sessions are, how requests and runs behave."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    tools: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]],
        description=told("crewai", "tools"),
        repr=False,
    )
    sessions: str | Any = Field(
        default="memory:", description=told("crewai", "sessions"), repr=False
    )
    webhook_config: dict[str, Any] | None = Field(
        default=None, description=told("crewai", "webhook_config"), repr=False
    )
    api_key: str | None = Field(
        default=None, description=told("crewai", "api_key"), exclude=True, repr=False
    )
    client: Any = Field(
        default=None, description=told("crewai", "client"), exclude=True, repr=False
    )

    _on_empty: ClassVar[OnEmpty] = "raise"
    _clock: Callable[[], float] = PrivateAttr(default=time)
    _clients: Clients = PrivateAttr(default_factory=Clients)

    @field_serializer("sessions")
    def _name_sessions(self, sessions: Any) -> str:
        # Without a password, which PostgreSQL takes from elsewhere as well.
        return shown_store(sessions if isinstance(sessions, str) else sessions.url)

    @field_serializer("retention")
    def _iso(self, retention: timedelta) -> str:
        return f"PT{retention.total_seconds():.0f}S"

    @field_serializer("tools", "environment", "agent_config", "webhook_config")
    def _mask_values(self, value: Any) -> Any:
        return masked(value)

    @field_serializer("base_url")
    def _mask_url(self, url: str | None) -> Any:
        return masked(url, "address")

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Any:
        """Copy the options; store, client and connections are shared."""
        shared = {id(one): one for one in (self.sessions, self.client)}
        return super().__deepcopy__({**(memo or {}), **shared})

    def __getstate__(self) -> dict[Any, Any]:
        """Pickle the options, the key among them; connections are opened anew."""
        if self.client is not None:
            msg = (
                f"{type(self).__name__}: a pickle cannot hold the object given as "
                "client=; give api_key, base_url and their kin instead"
            )
            raise ConfigurationError(msg)
        state = super().__getstate__()
        store = self.sessions
        url = store if isinstance(store, str) else store.url
        return {**state, "__dict__": {**state["__dict__"], "sessions": url}}

    def cancel(self) -> None:
        """End every call of this object and its copies that waits for a run.

        The runs are cancelled on the server, and the calls raise
        `JobCancelledError`. For use from another thread, or a signal handler.
        """
        self._clients.waits.cancel()

    def close(self) -> None:
        """Close connections and session files; the next call opens them again."""
        self._clients.close()

    async def aclose(self) -> None:
        """Do as `close` does, and close the connections of the running event loop."""
        await self._clients.aclose()

    def _check(self) -> None:
        """Refuse now what the first call would refuse."""
        store_place("sessions", self.sessions)
        if not any(masks_in(self.base_url, "base_url", "address")):
            check_address("base_url", self.base_url or "")
        check_server_tools(type(self).__name__, self.tools)

    def _store(self) -> SessionStore:
        store = self.sessions
        if isinstance(store, str):
            store = self._clients.store(store, self.mirror)
        check_mirror(store, self.mirror if "mirror" in self.model_fields_set else None)
        return store

    async def _astore(self) -> SessionStore:
        """Do as `_store`, for callers on an event loop: files are opened elsewhere."""
        url = self.sessions
        if isinstance(url, str) and not self._clients.has_store(url, self.mirror):
            return await in_thread(self._store)
        return self._store()

    def _ready(self, allowance: Allowance | None = None) -> ClientPair:
        options = {**self.__dict__, "on_empty": self._on_empty}
        policy = policy_from_options(options, clock=self._clock, allowance=allowance)
        return self._clients.get(self._connection(), policy)

    def _connection(self) -> Connection:
        for name in _MASKED:
            for place in masks_in(getattr(self, name), name, kind_of(name)):
                msg = (
                    f"{type(self).__name__}: {place} is masked: it was left out when "
                    f"this was saved; set {name} again"
                )
                raise ConfigurationError(msg)
        return connection_from_options(self.__dict__)


def checked(
    owner: str,
    given: Mapping[str, Any],
    known: set[str],
    make: Callable[[dict[str, Any]], None],
) -> None:
    """Construct something whose options may be wrong, with the options as meant.

    Raises:
        ConfigurationError: An option is unknown, or not what it should be; no value
            is in its text.
    """
    check_names(owner, given, known)
    # With `agent`, CrewAI has its name as the model's too.
    asked = {name: given[name] for name in given if name != "model"}
    if given.get("model") != given.get("agent"):
        asked["model"] = given.get("model")
    read = {**given, **check_values(owner, asked)}
    with explaining_values(owner, ValidationError):
        make(read)
