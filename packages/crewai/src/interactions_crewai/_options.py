"""The options that `InteractionsLLM` and `InteractionsAgentTool` share.

No call is made here. Dumps, which CrewAI writes into checkpoints, hold no secret.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from time import time
from typing import Any, ClassVar, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_serializer,
)

from interactions_core.adapter import (
    DEFAULT_DEADLINE_S,
    DEFAULT_MAX_RETRIES,
    DEFAULT_POLL,
    DEFAULT_RETENTION_S,
    DEFAULT_TIMEOUT_S,
    ClientPair,
    ClientPolicy,
    Connection,
    Mirror,
    SessionStore,
    in_thread,
)
from interactions_core.adapter.options import (
    check_names,
    check_values,
    explain_values,
    store_place,
)
from interactions_core.adapter.secrets import check_address, masked, shown_store
from interactions_core.exceptions import ConfigurationError
from interactions_crewai._clients import Clients
from interactions_crewai._secrets import masks_in

_MASKED: Final = ("tools", "environment", "agent_config", "webhook_config", "base_url")


class SharedOptions(BaseModel):
    """Who is asked, where sessions are, how requests and runs behave."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    agent: str | None = None
    """A managed agent's name."""
    agent_config: dict[str, Any] | None = Field(default=None, repr=False)
    """What the agent is told beside the input; its `type` is the family's."""
    environment: str | dict[str, Any] | None = Field(default=None, repr=False)
    """The sandbox of an agent, or `"remote"` for a new one."""
    tools: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]], repr=False
    )
    """Built-in tools and MCP servers of every call; functions belong to agents."""
    sessions: str | Any = Field(default="memory:", repr=False)
    """A session store, its URL, or the path of its file."""
    session_id: str = ""
    """The isolation scope: a tenant, a user."""
    deadline_s: float = Field(default=DEFAULT_DEADLINE_S, gt=0)
    """How long a run in the background may take; then it is cancelled."""
    poll: tuple[float, float] = DEFAULT_POLL
    """The first and the longest pause between two looks at such a run, in seconds."""
    on_lost_submit: Literal["raise", "resubmit"] = "raise"
    """What to do when the answer to the create of such a run was lost: the run may
    exist, and a second one would be billed as well."""
    webhook_config: dict[str, Any] | None = Field(default=None, repr=False)
    """Who is told when such a run is over."""
    mirror: Mirror = "full"
    """What a session store opened by URL keeps of the content."""
    retention: timedelta = timedelta(seconds=DEFAULT_RETENTION_S)
    """How long the server keeps interactions: 55 days paid, 1 day on the free tier."""
    timeout_s: float = Field(default=DEFAULT_TIMEOUT_S, gt=0)
    """Of one request, in seconds."""
    max_retries: int = Field(default=DEFAULT_MAX_RETRIES, ge=0)
    """How often a request is repeated after errors that allow it."""
    service_tier: str | None = None
    """The tier that serves the request, e.g. `"flex"`."""
    labels: dict[str, str] | None = None
    """Names and values that the bill is sorted by."""
    api_key: str | None = Field(default=None, exclude=True, repr=False)
    """`None` reads GOOGLE_API_KEY or GEMINI_API_KEY. It is in no checkpoint."""
    base_url: str | None = Field(default=None, repr=False)
    """Another server, with its scheme, e.g. the emulator's `url`."""
    api_version: str | None = None
    """The version of the API, e.g. `"v1beta"`."""
    vertexai: bool | None = None
    """Whether to ask the enterprise platform."""
    project: str | None = None
    """The project on the enterprise platform."""
    location: str | None = None
    """The location on the enterprise platform."""
    client: Any = Field(default=None, exclude=True, repr=False)
    """A `google.genai.Client` to use instead; its owner closes it."""

    _returns_empty: ClassVar[bool] = False
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
        if not any(masks_in(self.base_url, "base_url")):
            check_address("base_url", self.base_url or "")
        for tool in self.tools:
            if tool.get("type") in {None, "function"}:
                msg = (
                    f"{type(self).__name__}: tools takes built-in tools and MCP servers "
                    "such as {'type': 'google_search'}; give functions to the agent, "
                    "which runs them"
                )
                raise ConfigurationError(msg)

    def _store(self) -> SessionStore:
        store = self.sessions
        if isinstance(store, str):
            store = self._clients.store(store, self.mirror)
        if store.mirror != self.mirror and "mirror" in self.model_fields_set:
            msg = (
                f"mirror={self.mirror!r} has no effect: {store.url} was opened with "
                f"mirror={store.mirror!r}; give the option to whoever opens the store"
            )
            raise ConfigurationError(msg)
        return store

    async def _astore(self) -> SessionStore:
        """Do as `_store`, for callers on an event loop: files are opened elsewhere."""
        url = self.sessions
        if isinstance(url, str) and not self._clients.has_store(url, self.mirror):
            return await in_thread(self._store)
        return self._store()

    def _ready(self) -> ClientPair:
        policy = ClientPolicy(
            max_retries=self.max_retries,
            retention_s=self.retention.total_seconds(),
            clock=self._clock,
            poll=self.poll,
            resubmits=self.on_lost_submit == "resubmit",
            # An LLM decides for itself: the text that stop words leave may be empty.
            returns_empty=self._returns_empty,
        )
        return self._clients.get(self._connection(), policy)

    def _connection(self) -> Connection:
        for name in _MASKED:
            for place in masks_in(getattr(self, name), name):
                msg = (
                    f"{type(self).__name__}: {place} is masked: it was left out when "
                    f"this was saved; set {name} again"
                )
                raise ConfigurationError(msg)
        return Connection(
            api_key=self.api_key,
            base_url=self.base_url,
            api_version=self.api_version,
            vertexai=self.vertexai,
            project=self.project,
            location=self.location,
            client=self.client,
            timeout_s=self.timeout_s,
        )


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
    try:
        make(read)
    except ValidationError as exc:
        found = exc.errors(include_input=False, include_url=False)
        raise ConfigurationError(explain_values(owner, found)) from None
