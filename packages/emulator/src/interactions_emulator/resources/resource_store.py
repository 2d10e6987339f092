"""The callers' agents and environments: created, found, listed, deleted."""

from random import Random

from interactions_emulator.base import refusals
from interactions_emulator.base.clock import MovableClock
from interactions_emulator.base.payloads import JsonObject, is_object
from interactions_emulator.base.settings import Settings
from interactions_emulator.request.caller import Caller
from interactions_emulator.resources.agents import Agent, find_agent, read_definition
from interactions_emulator.resources.environments import (
    Environment,
    check_environment,
    configured,
    new_environment,
)
from interactions_emulator.store.stores import Store

_AGENTS = "agents"
_ENVIRONMENTS = "environments"


class ResourceStore:
    """The agents and environments in a store; used on the server's event loop only; never awaits."""

    def __init__(
        self, settings: Settings, store: Store, clock: MovableClock, random: Random
    ) -> None:
        self._isolates = settings.isolate_keys
        self._store = store
        self._clock = clock
        self._random = random

    def find_agent(self, name: str, caller: Caller) -> Agent:
        """Return a built-in or custom agent.

        Raises:
            ApiError: The caller has no such agent.
        """
        key = self._key(name, caller)
        return find_agent(name, self._store.list_resources(_AGENTS).get(key))

    def create_agent(self, body: object, caller: Caller) -> JsonObject:
        """Store a custom agent and return it.

        Raises:
            ApiError: The definition is refused, or its id is taken.
        """
        if not is_object(body):
            raise refusals.syntax_error()
        definition = read_definition(body, caller.platform)
        key = self._key(definition["id"], caller)
        if key in self._store.list_resources(_AGENTS):
            raise refusals.already_exists()
        self._store.put_resource(_AGENTS, key, definition)
        return definition

    def get_agent(self, name: str, caller: Caller) -> JsonObject:
        """Return a custom agent.

        Raises:
            ApiError: The caller has no such agent.
        """
        found = self._store.list_resources(_AGENTS).get(self._key(name, caller))
        if found is None:
            raise refusals.not_found()
        return found

    def list_agents(self, caller: Caller) -> list[JsonObject]:
        """Return the caller's custom agents, oldest first."""
        prefix = self._key("", caller)
        found = self._store.list_resources(_AGENTS).items()
        return [value for key, value in found if key.startswith(prefix)]

    def delete_agent(self, name: str, caller: Caller) -> None:
        """Forget a custom agent; what it has done stays.

        Raises:
            ApiError: The caller has no such agent.
        """
        self.get_agent(name, caller)
        self._store.delete_resource(_AGENTS, self._key(name, caller))

    def create_environment(self, body: object, caller: Caller) -> Environment:
        """Make and store an environment, empty or forked from another.

        Raises:
            ApiError: The body is refused, or what is to be forked is not found.
        """
        given: object = {} if body is None else body
        if not is_object(given):
            raise refusals.syntax_error()
        check_environment(given, inline=False)
        made = self._new_environment(given, caller)
        source = given.get("from_environment")
        if source:
            origin = self.get_environment(
                str(source).removeprefix("environments/"), caller
            )
            for path, one in origin.files.items():
                made = made.with_file(path, one.data, self._clock.now())
        self.put_environment(made)
        return made

    def get_environment(self, environment_id: str, caller: Caller) -> Environment:
        """Return an environment that still lives.

        Raises:
            ApiError: It is unknown, gone, or somebody else's.
        """
        value = self._store.list_resources(_ENVIRONMENTS).get(environment_id)
        found = None if value is None else Environment.from_json(value)
        if found is None or not self._is_visible(found, caller):
            raise refusals.not_found()
        return found

    def list_environments(self, caller: Caller) -> list[Environment]:
        """Return the caller's living environments, oldest first."""
        found = self._store.list_resources(_ENVIRONMENTS).values()
        living = [Environment.from_json(value) for value in found]
        return [one for one in living if self._is_visible(one, caller)]

    def delete_environment(self, environment_id: str, caller: Caller) -> None:
        """Forget an environment with its files.

        Raises:
            ApiError: As `get_environment`.
        """
        self.get_environment(environment_id, caller)
        self._store.delete_resource(_ENVIRONMENTS, environment_id)

    def open_environment(self, given: str | JsonObject, caller: Caller) -> Environment:
        """Return the environment that a create names or describes, not stored yet.

        Raises:
            ApiError: It is not found, or its description is refused.
        """
        if isinstance(given, str):
            given = {} if given == "remote" else {"environment_id": given}
        check_environment(given, inline=True)
        known = given.get("environment_id")
        if not known or self._is_foreign_form(str(known), caller):
            opened = self._new_environment(given, caller)
        else:
            found = self.get_environment(str(known), caller)
            opened = configured(found, given, self._clock.now())
        if opened.is_self_hosted:
            what = "agents in self-hosted environments"
            raise refusals.not_built(what)
        return opened

    def put_environment(self, environment: Environment) -> None:
        """Add or replace an environment."""
        value = environment.to_json()
        self._store.put_resource(_ENVIRONMENTS, environment.id, value)

    def _new_environment(self, given: JsonObject, caller: Caller) -> Environment:
        is_vertex = caller.platform == "vertex"
        now = self._clock.now()
        return new_environment(caller.owner, given, now, self._random, vertex=is_vertex)

    def _is_foreign_form(self, environment_id: str, caller: Caller) -> bool:
        """Whether the id has the other platform's form: that makes a new sandbox.

        Seen live (June 2026): `env_<uuid>` is not the environment `<uuid>`.
        """
        return caller.platform == "gemini" and environment_id.startswith("env_")

    def _is_visible(self, environment: Environment, caller: Caller) -> bool:
        ours = environment.owner == caller.owner or not self._isolates
        return ours and environment.is_alive(self._clock.now())

    def _key(self, name: str, caller: Caller) -> str:
        return f"{caller.owner if self._isolates else ''}/{name}"
