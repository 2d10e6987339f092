"""Sends the creates one after another, and deletes what they have stored."""

import contextlib
import re
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, cast

from interactions_core.canonical import JsonObject
from interactions_core.client import wire
from interactions_core.client.client import InteractionsClient
from interactions_core.client.instrumentation import check_instrumentation
from interactions_core.client.sdk_errors import translate_errors
from interactions_core.doctor.live.calls import CALLS
from interactions_core.doctor.live.findings import Came, Finding
from interactions_core.doctor.live.questions import Call, Models, Said, body_of
from interactions_core.doctor.live.recordings import hide
from interactions_core.exceptions import (
    AuthenticationError,
    InteractionsError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    RequestError,
)
from interactions_core.protocol.refusals import NOT_IMPLEMENTED
from interactions_core.protocol.sse import EventReader

TIMEOUT_S: Final = 120.0
PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Between tries of a create whose parent, made a moment ago, is not known yet."""

QUOTA_PAUSE_S: Final = 20.0
"""Where the API names no time of its own. Free keys may ask some ten times a minute."""

LONGEST_PAUSE_S: Final = 120.0

_LONGEST_MESSAGE: Final = 300
_TIER: Final = re.compile(r"(free|paid)[_ -]?tier", re.IGNORECASE)
"""As in `generate_content_free_tier_requests`, the name of a quota."""

_REFUSED: Final = frozenset({*range(400, 500), NOT_IMPLEMENTED})
_UNSETTLING: Final = frozenset({408, 409, 429})


class Trial:
    """One run of all creates.

    Args:
        client: Whom to ask; its owner closes it.
        models: Which models.
        hidden: Texts that no finding may hold, such as the key.
        sleep: Waits for some seconds.

    Attributes:
        left: Interactions that could not be deleted.
        key_tier: `free` or `paid`, where a refusal for the quota says whose that is;
            "" where none does.
    """

    def __init__(
        self,
        client: InteractionsClient,
        models: Models,
        *,
        hidden: Iterable[str] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._hidden = [secret for secret in hidden if secret]
        self._models = models
        self._sleep = sleep
        self._said: dict[int, Said] = {}
        self._stored: list[str] = []
        self.left: list[str] = []
        self.key_tier = ""

    def run(self) -> Generator[Finding]:
        """Yield what each create has settled; delete what is stored at the end.

        Ends after the first one if the key, the address or the model is wrong.
        """
        try:
            for call in CALLS:
                finding = self._settle(call)
                if finding.came == "refused" and call.otherwise is not None:
                    # For those that are to come, and for the rest of what it asks.
                    again = self._settle(replace(call, body=call.otherwise))
                    finding = replace(finding, otherwise=again.came)
                yield finding
                if call.number == 1 and finding.came != "answered":
                    return
        finally:
            self._clean()

    def _settle(self, call: Call) -> Finding:
        body = body_of(call, self._models, self._said)
        model = self._models.newest if call.newest else self._models.usual
        if body is None:
            return _finding(call, model, "not asked")
        try:
            return self._asked(call, model, body)
        except RequestError as error:
            # An answer that was cut may still say what it was.
            if isinstance(error, NetworkError):
                self._noted({"id": error.interaction_id})
            return self._refused(call, model, error)

    def _asked(self, call: Call, model: str, body: JsonObject) -> Finding:
        """Send a create; again where the quota or a new parent is to be waited for."""
        waited_s = 0.0
        for pause in PAUSES_S:
            try:
                return self._answered(call, model, body, waited_s)
            except RateLimitError as error:
                self._note_tier(error)
                asked_s = error.retry_after_s or QUOTA_PAUSE_S
                self._sleep(min(asked_s, LONGEST_PAUSE_S))
            except NotFoundError:
                if "previous_interaction_id" not in body:
                    raise
                waited_s += pause
                self._sleep(pause)
        return self._answered(call, model, body, waited_s)

    def _answered(
        self, call: Call, model: str, body: JsonObject, waited_s: float
    ) -> Finding:
        events: tuple[str, ...] = ()
        if call.stream:
            interaction, events = self._stream(body)
        else:
            interaction = self._create(body)
        id_ = self._noted(interaction)
        if body.get("background") and id_:
            interaction = self._look_and_cancel(id_)
        steps = _steps(interaction)
        self._said[call.number] = Said(id_, steps)
        tokens = _mapping(interaction.get("usage")).get("total_input_tokens")
        return _finding(
            call,
            model,
            "answered",
            status=200,
            state=str(interaction.get("status") or ""),
            calls=sum(step.get("type") == "function_call" for step in steps),
            input_tokens=tokens if isinstance(tokens, int) else None,
            tier=str(interaction.get("service_tier") or ""),
            waited_s=waited_s,
            events=events,
        )

    def _create(self, body: JsonObject) -> JsonObject:
        check_instrumentation()
        arguments = wire.create_arguments(body, TIMEOUT_S, stream=False)
        with translate_errors():
            raw = self._resource().with_raw_response.create(**arguments)
            return wire.parsed_interaction(raw.read())

    def _stream(self, body: JsonObject) -> tuple[JsonObject, tuple[str, ...]]:
        check_instrumentation()
        arguments = wire.create_arguments(body, TIMEOUT_S, stream=True)
        reader, interaction = EventReader(), dict[str, Any]()
        steps: dict[object, JsonObject] = {}
        kinds: dict[str, None] = {}
        with (
            translate_errors(),
            self._resource().with_streaming_response.create(**arguments) as response,
        ):
            for chunk in response.iter_bytes():
                for event in reader.read(chunk):
                    kinds[str(event.get("event_type"))] = None
                    interaction |= _mapping(event.get("interaction"))
                    # It is there from now on, however the stream ends.
                    self._noted(interaction)
                    if event.get("event_type") == "step.start":
                        steps[event.get("index")] = _mapping(event.get("step"))
        return {**interaction, "steps": [*steps.values()]}, tuple(kinds)

    def _note_tier(self, error: RateLimitError) -> None:
        """Remember what the name of a quota says of the key."""
        named = _TIER.search(error.api_message)
        self.key_tier = named[1].lower() if named else self.key_tier

    def _noted(self, interaction: JsonObject) -> str:
        """Return the id of what was made, and have it deleted at the end."""
        id_ = str(interaction.get("id") or "")
        if id_ and id_ not in self._stored:
            self._stored.append(id_)
        return id_

    def _look_and_cancel(self, id_: str) -> JsonObject:
        interaction: JsonObject = self._client.get(id_, include_input=False)
        # What is over cannot be cancelled.
        with contextlib.suppress(InteractionsError):
            self._client.cancel(id_)
        return interaction

    def _refused(self, call: Call, model: str, error: RequestError) -> Finding:
        status = error.status_code
        settled = status in _REFUSED and status not in _UNSETTLING
        # The first create settles the key as well.
        settled = settled or isinstance(error, AuthenticationError)
        message = hide(error.api_message, self._hidden)[:_LONGEST_MESSAGE]
        return _finding(
            call,
            model,
            "refused" if settled else "unanswered",
            status=status,
            code=error.code,
            message=message,
        )

    def _clean(self) -> None:
        # Children first: what becomes of one whose parent is gone is not known.
        for id_ in reversed(self._stored):
            try:
                self._client.delete(id_)
            except NotFoundError:
                continue
            except InteractionsError:
                self.left.append(id_)
        self._stored.clear()

    # The SDK's resource is built at run time and has no usable static type.
    def _resource(self) -> Any:  # noqa: ANN401
        return self._client.sdk().interactions


def _finding(call: Call, model: str, came: Came, **fields: Any) -> Finding:  # noqa: ANN401
    return Finding(
        number=call.number,
        settles=call.settles,
        model=model,
        expected=call.expected,
        came=came,
        **fields,
    )


def _steps(interaction: JsonObject) -> list[JsonObject]:
    steps = interaction.get("steps")
    return [_mapping(step) for step in steps] if isinstance(steps, list) else []


def _mapping(value: object) -> JsonObject:
    # JSON objects have strings for keys.
    return cast("JsonObject", value) if isinstance(value, Mapping) else {}
