"""The registered webhooks: who wants to hear of what, and their secrets."""

from collections.abc import Callable
from dataclasses import dataclass, field

from interactions_emulator.base import refusals
from interactions_emulator.base.clock import MovableClock, timestamp
from interactions_emulator.base.payloads import JsonObject, is_list, is_object
from interactions_emulator.webhooks.delivery_signatures import new_secret

_EVENTS = [
    "batch.succeeded",
    "batch.cancelled",
    "batch.expired",
    "batch.failed",
    "interaction.requires_action",
    "interaction.completed",
    "interaction.failed",
    "interaction.cancelled",
    "video.generated",
]
_STATES = ["enabled", "disabled", "disabled_due_to_failed_deliveries"]
_REVOCATIONS = [
    "revoke_previous_secrets_after_h24",
    "revoke_previous_secrets_immediately",
]
_KEYS: dict[str, type] = {"uri": str, "subscribed_events": list, "name": str}
_GRACE_S = 86_400.0
_SECRET_BYTES = 32
_SHOWN_CHARS = 6
_MOST_NAME = 63


@dataclass
class Secret:
    """A signing secret and when it ends; None is never."""

    value: str
    expires_at: float | None = None


@dataclass
class Webhook:
    """One registered receiver."""

    id: str
    owner: str
    uri: str
    events: list[str]
    created_at: float
    updated_at: float
    name: str = ""
    state: str = "enabled"
    secrets: list[Secret] = field(default_factory=list[Secret])

    def valid_secrets(self, now: float) -> list[Secret]:
        """Return the secrets to sign with, newest first."""
        return [s for s in self.secrets if s.expires_at is None or now < s.expires_at]

    def to_json(self, now: float) -> JsonObject:
        """Build the resource; secrets are shown cut off."""
        body: JsonObject = {
            "id": self.id,
            "name": self.name or None,
            "uri": self.uri,
            "subscribed_events": self.events,
            "state": self.state,
            "create_time": timestamp(self.created_at),
            "update_time": timestamp(self.updated_at),
            "signing_secrets": [_shown(one) for one in self.valid_secrets(now)],
        }
        return {key: value for key, value in body.items() if value is not None}


class WebhookStore:
    """The webhooks of one emulator; they do not outlive it."""

    def __init__(self, clock: MovableClock, randbytes: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._randbytes = randbytes
        self._webhooks: dict[str, Webhook] = {}

    def create(self, body: object, owner: str) -> JsonObject:
        """Register a webhook; its secret is shown this once.

        Raises:
            ApiError: A key is missing, unknown or wrong.
        """
        fields = _read(body, _KEYS)
        for key in ("uri", "subscribed_events"):
            if not fields.get(key):
                raise refusals.missing_key(key=key, place="webhook")
        now = self._clock.now()
        webhook = Webhook(
            id=f"wh_{self._randbytes(8).hex()}",
            owner=owner,
            uri=fields["uri"],
            events=fields["subscribed_events"],
            created_at=now,
            updated_at=now,
            name=(fields.get("name") or "")[:_MOST_NAME],
        )
        secret = self._add_secret(webhook)
        self._webhooks[webhook.id] = webhook
        return webhook.to_json(now) | {"new_signing_secret": secret}

    def get(self, webhook_id: str, owner: str) -> Webhook:
        """Return one webhook.

        Raises:
            ApiError: The caller has none of this id.
        """
        webhook = self._webhooks.get(webhook_id)
        if webhook is None or webhook.owner != owner:
            raise refusals.not_found()
        return webhook

    def get_json(self, webhook_id: str, owner: str) -> JsonObject:
        """Return one webhook as JSON."""
        return self.get(webhook_id, owner).to_json(self._clock.now())

    def list(self, owner: str) -> list[Webhook]:
        """Return the caller's webhooks, oldest first."""
        return [one for one in self._webhooks.values() if one.owner == owner]

    def update(self, webhook_id: str, body: object, owner: str) -> JsonObject:
        """Change what the body names.

        Raises:
            ApiError: There is no such webhook, or a key is unknown or wrong.
        """
        webhook = self.get(webhook_id, owner)
        fields = _read(body, _KEYS | {"state": str})
        webhook.uri = fields.get("uri") or webhook.uri
        webhook.events = fields.get("subscribed_events") or webhook.events
        webhook.name = fields.get("name", webhook.name)
        webhook.state = fields.get("state") or webhook.state
        webhook.updated_at = self._clock.now()
        return webhook.to_json(webhook.updated_at)

    def delete(self, webhook_id: str, owner: str) -> None:
        """Forget a webhook."""
        del self._webhooks[self.get(webhook_id, owner).id]

    def rotate(self, webhook_id: str, body: object, owner: str) -> JsonObject:
        """Add a secret; the earlier ones end now or in a day."""
        webhook = self.get(webhook_id, owner)
        fields = _read(body or {}, {"revocation_behavior": str})
        behavior = fields.get("revocation_behavior") or _REVOCATIONS[0]
        if behavior not in _REVOCATIONS:
            raise refusals.unsupported_value(
                behavior, "revocation_behavior", _REVOCATIONS
            )
        now = self._clock.now()
        ends = now + (_GRACE_S if behavior == _REVOCATIONS[0] else 0.0)
        for secret in webhook.secrets:
            known = secret.expires_at
            secret.expires_at = ends if known is None else min(known, ends)
        return {"secret": self._add_secret(webhook)}

    def clear(self) -> None:
        """Forget all webhooks."""
        self._webhooks.clear()

    def _add_secret(self, webhook: Webhook) -> str:
        secret = new_secret(self._randbytes(_SECRET_BYTES))
        webhook.secrets.insert(0, Secret(secret))
        return secret


def _shown(secret: Secret) -> JsonObject:
    shown: JsonObject = {"truncated_secret": f"{secret.value[-_SHOWN_CHARS:]}"}
    if secret.expires_at is not None:
        shown["expire_time"] = timestamp(secret.expires_at)
    return shown


def _read(body: object, known: dict[str, type]) -> JsonObject:
    if not is_object(body):
        raise refusals.syntax_error()
    for key, value in body.items():
        if key not in known:
            raise refusals.unknown_parameter(key)
        if not isinstance(value, known[key]):
            expected = "an array" if known[key] is list else "string"
            raise refusals.wrong_type(key, expected)
    _check_values(body)
    return body


def _check_values(body: JsonObject) -> None:
    events = body.get("subscribed_events")
    for event in events if is_list(events) else ():
        if event not in _EVENTS:
            raise refusals.unsupported_value(event, "subscribed_events", _EVENTS)
    if body.get("state", "enabled") not in _STATES:
        raise refusals.unsupported_value(body["state"], "state", _STATES)
    uri = body.get("uri", "https://")
    if not uri.startswith(("https://", "http://")):
        raise refusals.invalid_argument(why=f"{uri!r} is no URI of a web server")
