"""Sandboxes of agents: their life, their files, and what the API shows of them."""

import base64
import binascii
import io
import mimetypes
import posixpath
import tarfile
import uuid
from dataclasses import asdict, dataclass, field, replace
from random import Random
from typing import Any

from interactions_emulator.base import refusals
from interactions_emulator.base.clock import timestamp
from interactions_emulator.base.payloads import JsonObject, is_list, is_object
from interactions_emulator.base.settings import DAY_S

LIFE_S = 7 * DAY_S
"""How long an unused environment is kept (docs)."""

IDLE_S = 15 * 60
"""After so long unused only the snapshot is left (docs)."""

_SHARED = {"sources", "network", "env", "mode", "custom_config"}
_REQUEST = _SHARED | {"from_environment", "system_instruction"}
_INLINE = _SHARED | {"type", "environment_id"}
_MODES = ["on_demand", "self_hosted"]
_SELF_HOSTED = (
    ("custom_config", dict, "object"),
    ("system_instruction", str, "string"),
)
_SOURCES = ["gcs", "inline", "repository", "skill_registry"]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a sandbox."""

    content: str
    """Base64."""
    created: float
    modified: float

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return base64.b64decode(self.content)


@dataclass(frozen=True, slots=True)
class Environment:
    """One sandbox; immutable, as interactions are."""

    id: str
    owner: str
    created_at: float
    updated_at: float
    used_at: float
    sources: list[JsonObject] = field(default_factory=list[JsonObject])
    network: Any = None
    files: dict[str, File] = field(default_factory=dict[str, File])
    """By path, relative to the root."""
    mode: str | None = None
    custom_config: JsonObject | None = None
    system_instruction: str | None = None

    @property
    def is_self_hosted(self) -> bool:
        """Whether agents in it would run on the customer's own machine."""
        return self.mode == "self_hosted"

    def to_json(self) -> JsonObject:
        """Return every field, for a durable store."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: JsonObject) -> "Environment":
        """Restore what `to_json` wrote."""
        files = {path: File(**one) for path, one in fields["files"].items()}
        return replace(cls(**fields), files=files)

    def is_alive(self, now: float) -> bool:
        """Whether the environment still exists."""
        return now < self.used_at + LIFE_S

    def with_file(self, path: str, data: bytes, now: float) -> "Environment":
        """Return the environment with a file added or replaced."""
        path = normalize_path(path)
        old = self.files.get(path)
        content = base64.b64encode(data).decode()
        one = File(content, old.created if old else now, now)
        files = self.files | {path: one}
        return replace(self, files=files, updated_at=now, used_at=now)


def new_environment(
    owner: str, given: JsonObject, now: float, random: Random, *, vertex: bool
) -> Environment:
    """Make an environment; inline sources become files, others stay empty."""
    name = uuid.UUID(bytes=random.randbytes(16), version=4)
    # A bare UUID on the Gemini API, `env_…` on Vertex (both recorded).
    made = Environment(f"env_{name.hex}" if vertex else str(name), owner, now, now, now)
    return configured(made, given, now)


def configured(environment: Environment, given: JsonObject, now: float) -> Environment:
    """Return the environment with the sources and network that were given."""
    sources: list[JsonObject] = given.get("sources") or []
    for source in sources:
        if source.get("content") is not None:
            target = str(source.get("target") or "file")
            environment = environment.with_file(target, _content(source), now)
    return replace(
        environment,
        sources=[*environment.sources, *sources],
        network=given.get("network", environment.network),
        mode=given.get("mode", environment.mode),
        custom_config=given.get("custom_config", environment.custom_config),
        system_instruction=given.get(
            "system_instruction", environment.system_instruction
        ),
        used_at=now,
    )


def check_environment(given: JsonObject, *, inline: bool) -> None:
    """Check what describes an environment, in a create or of its own.

    Raises:
        ApiError: A key or value is wrong; the texts were never recorded here.
    """
    for key in given:
        if key not in (_INLINE if inline else _REQUEST):
            raise refusals.unknown_parameter(key, "environment" if inline else "")
    if inline and given.get("type", "remote") != "remote":
        raise refusals.unsupported_value(given["type"], "environment.type", ["remote"])
    _check_mode(given)
    sources = given.get("sources")
    if sources is not None and not is_list(sources):
        raise refusals.wrong_type(place="sources", expected="an array")
    for index, source in enumerate(sources or ()):
        _check_source(source, f"sources[{index}]")


def _check_mode(given: JsonObject) -> None:
    """Check where an environment runs, and what only a customer's own machine takes."""
    mode = given.get("mode", _MODES[0])
    if mode not in _MODES:
        raise refusals.unsupported_value(mode, "mode", _MODES)
    for key, kind, name in _SELF_HOSTED:
        if key not in given:
            continue
        if not isinstance(given[key], kind):
            raise refusals.wrong_type(place=key, expected=name)
        if mode != "self_hosted":
            text = f"'{key}' is only supported when 'mode' is 'self_hosted'."
            raise refusals.invalid(text)


def environment_resource(environment: Environment, now: float) -> JsonObject:
    """Build the body of an environment, by the SDK's type (never recorded)."""
    sizes = [len(one.data) for one in environment.files.values()]
    idle = now >= environment.used_at + IDLE_S
    body: JsonObject = {
        "id": environment.id,
        "created": timestamp(environment.created_at),
        "updated": timestamp(environment.updated_at),
        "last_accessed": timestamp(environment.used_at),
        "status": "expired" if idle else "active",
        "mode": environment.mode,
        "custom_config": environment.custom_config,
        "sources": environment.sources,
        "network": environment.network,
        # 64-bit numbers are strings in Google's JSON.
        "file_count": str(len(sizes)),
        "size_bytes": str(sum(sizes)),
    }
    return {key: value for key, value in body.items() if value not in (None, [])}


def list_files(environment: Environment, path: str, *, recursive: bool) -> list[Any]:
    """Return the entries of a directory, or the one of a file.

    Raises:
        ApiError: There is no such path.
    """
    path = normalize_path(path)
    if path in environment.files:
        return [_entry(path, environment.files[path])]
    below = f"{path}/" if path else ""
    found = {p: f for p, f in environment.files.items() if p.startswith(below)}
    if path and not found:
        raise refusals.not_found()
    if recursive:
        return [_entry(p, one) for p, one in sorted(found.items())]
    entries: dict[str, JsonObject] = {}
    for name, one in sorted(found.items()):
        first, _, rest = name[len(below) :].partition("/")
        at = below + first
        entries.setdefault(at, _entry(at, None if rest else one))
    return list(entries.values())


def to_tar(environment: Environment) -> bytes:
    """Return all files as an uncompressed tar, oldest name first."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, one in sorted(environment.files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mtime = len(one.data), int(one.modified)
            tar.addfile(entry, io.BytesIO(one.data))
    return packed.getvalue()


def normalize_path(path: str) -> str:
    """Return a path relative to the root; nothing leads out of it."""
    return posixpath.normpath("/" + path).lstrip("/")


def mime_type(path: str) -> str:
    """Return the type that a file's name tells."""
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def _entry(path: str, one: File | None) -> JsonObject:
    head = {"name": posixpath.basename(path), "path": path}
    if one is None:
        return head | {"type": "directory"}
    return head | {
        "type": "file",
        "mime_type": mime_type(path),
        "size_bytes": str(len(one.data)),
        "created": timestamp(one.created),
        "modified": timestamp(one.modified),
    }


def _content(source: JsonObject) -> bytes:
    text = str(source["content"])
    if source.get("encoding") != "base64":
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise refusals.corrupt_base64(place="sources.content") from exc


def _check_source(source: object, place: str) -> None:
    if not is_object(source):
        raise refusals.wrong_type(place, "object")
    if source.get("type") not in _SOURCES:
        raise refusals.unsupported_value(source.get("type"), f"{place}.type", _SOURCES)
