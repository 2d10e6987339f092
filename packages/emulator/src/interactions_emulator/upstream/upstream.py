"""Asks an OpenAI-compatible server for the answers.

Only the standard library is used: one request, read as a stream of events, so
that a slow local model does not run into a read time-out between its tokens.
"""

import http.client
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from interactions_emulator.answering.conversation import Conversation
from interactions_emulator.base.errors import ApiError
from interactions_emulator.base.payloads import JsonObject, dump, is_list, is_object
from interactions_emulator.reply.replies import FunctionCall, Reply
from interactions_emulator.upstream.chat_messages import chat_request

_SHOWN_CHARS = 300
_STATUSES = {401: 403, 402: 403, 413: 400, 422: 400}
"""What the client is told where the upstream's status would mislead."""

_KNOWN = frozenset({400, 403, 404, 408, 409, 429, 500, 503, 504})
_OPTIONS: JsonObject = {"stream_options": {"include_usage": True}}


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event adds to an answer; both are empty for a part of a call."""

    text: str = ""
    reasoning: str = ""


OnPiece: TypeAlias = Callable[[Piece], object]
"""Called with each piece, on the thread that asks."""


@dataclass
class _Answer:
    """A streamed completion, put together."""

    on_piece: OnPiece
    text: str = ""
    reasoning: str = ""
    calls: dict[int, JsonObject] = field(default_factory=dict[int, JsonObject])
    finish: str | None = None

    def add(self, choice: JsonObject) -> None:
        self.finish = choice.get("finish_reason") or self.finish
        delta = choice.get("delta") or choice.get("message")
        if not is_object(delta):
            return
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        piece = Piece(delta.get("content") or "", reasoning or "")
        self.text += piece.text
        self.reasoning += piece.reasoning
        calls = delta.get("tool_calls") or ()
        for place, call in enumerate(calls):
            self._add_call(call.get("index", place), call.get("function") or {})
        if piece.text or piece.reasoning or calls:
            self.on_piece(piece)

    def _add_call(self, index: int, function: JsonObject) -> None:
        known = self.calls.setdefault(index, {"name": "", "arguments": ""})
        known["name"] += function.get("name") or ""
        known["arguments"] += function.get("arguments") or ""


class Upstream:
    """One model of one server; may be used from several threads at once."""

    def __init__(
        self, url: str, model: str, *, key: str = "", timeout_s: float = 600.0
    ) -> None:
        if not key.isascii() or not key.isprintable():
            # The library's own error would quote it.
            msg = "the key of the upstream holds a character that no HTTP header takes"
            raise ValueError(msg)
        self._url = urlsplit(url.rstrip("/"))
        self._model = model
        self._key = key
        self._timeout_s = timeout_s

    def complete(self, conversation: Conversation) -> Reply:
        """Return the model's answer to a conversation; blocks until it is there.

        Raises:
            ApiError: The server cannot be reached, refuses, or answers nonsense.
        """
        return self._complete(conversation, lambda _: None, {})

    def stream(self, conversation: Conversation, on_piece: OnPiece) -> Reply:
        """Do what `complete` does, and hand over the pieces as they come.

        Raises:
            ApiError: As `complete`, possibly after some pieces.
        """
        return self._complete(conversation, on_piece, _OPTIONS)

    def _complete(
        self, conversation: Conversation, on_piece: OnPiece, options: JsonObject
    ) -> Reply:
        model = self._model or conversation.request.model
        body = chat_request(conversation, model) | {"stream": True}
        try:
            return _to_reply(self._ask_with(options, body, on_piece))
        except TimeoutError as exc:
            raise _failure(504, f"{self._name} did not answer in time.") from exc
        except (OSError, http.client.HTTPException) as exc:
            message = f"{self._name} cannot be reached: {exc or type(exc).__name__}."
            raise _failure(503, message) from exc

    @property
    def _name(self) -> str:
        return f"The upstream {self._url.netloc.rpartition('@')[2]}"

    def _ask_with(
        self, options: JsonObject, body: JsonObject, on_piece: OnPiece
    ) -> _Answer:
        """Ask again without the options if they may be what is refused."""
        try:
            return self._ask(body | options, on_piece)
        except ApiError as error:
            if not options or error.status != http.HTTPStatus.BAD_REQUEST:
                raise
        return self._ask(body, on_piece)

    def _ask(self, body: JsonObject, on_piece: OnPiece) -> _Answer:
        secure = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._url.netloc, timeout=self._timeout_s)
        try:
            path = f"{self._url.path}/chat/completions"
            connection.request("POST", path, dump(body), self._headers())
            # A response without a length owns the socket.
            with connection.getresponse() as response:
                if response.status != http.HTTPStatus.OK:
                    raise self._refusal(response)
                return self._read(response, _Answer(on_piece))
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        key = {"authorization": f"Bearer {self._key}"} if self._key else {}
        return {"content-type": "application/json"} | key

    def _read(self, response: http.client.HTTPResponse, answer: _Answer) -> _Answer:
        streamed = "event-stream" in (response.getheader("content-type") or "")
        try:
            parts: Iterable[Any] = (
                _events(response) if streamed else [json.loads(response.read())]
            )
            for part in parts:
                if is_object(part) and part.get("error"):
                    message = f"{self._name} failed: {_message(part)}"
                    raise _failure(500, message)
                choices = part.get("choices") if is_object(part) else None
                if is_list(choices) and choices:
                    answer.add(choices[0])
        except (ValueError, TypeError, AttributeError) as exc:
            message = f"{self._name} sent what is no chat completion: {exc}"
            raise _failure(500, message) from exc
        if answer.finish is None:
            message = f"{self._name} broke off."
            raise _failure(503, message)
        return answer

    def _refusal(self, response: http.client.HTTPResponse) -> ApiError:
        raw = response.read()
        try:
            said = _message(json.loads(raw))
        except ValueError:
            said = raw.decode("utf-8", "replace")
        status = _STATUSES.get(response.status, response.status)
        status = status if status in _KNOWN else 500
        error = _failure(
            status,
            f"{self._name} refused with {response.status}: {said[:_SHOWN_CHARS]}",
        )
        error.retry_after = response.getheader("retry-after")
        return error


def _events(lines: Iterable[bytes]) -> Iterator[Any]:
    for line in lines:
        data = line.strip().removeprefix(b"data:").strip()
        if line.startswith(b"data:") and data and data != b"[DONE]":
            yield json.loads(data)


def _to_reply(answer: _Answer) -> Reply:
    if answer.finish == "content_filter":
        message = "The upstream's content filter has blocked the answer."
        raise ApiError(400, message, "content_blocked")
    calls = tuple(_to_call(call) for _, call in sorted(answer.calls.items()))
    cut = answer.finish == "length"
    return Reply(
        text=answer.text or (None if calls else ""),
        calls=calls,
        thinking=bool(answer.reasoning or calls),
        thought=answer.reasoning or None,
        status="incomplete" if cut else None,
        is_limited=False,
    )


def _to_call(call: JsonObject) -> FunctionCall:
    try:
        arguments = json.loads(call["arguments"] or "{}")
    except ValueError as exc:
        message = f"The upstream called {call['name']} with arguments that are no JSON."
        raise ApiError(500, message, "malformed_function_call") from exc
    if not is_object(arguments):
        message = f"The upstream called {call['name']} with arguments in no object."
        raise ApiError(500, message, "malformed_function_call")
    return FunctionCall(call["name"], arguments)


def _message(body: object) -> str:
    error = body.get("error", body) if is_object(body) else body
    return str(error.get("message", error) if is_object(error) else error)


def _failure(status: int, message: str) -> ApiError:
    return ApiError(status, message, when_streaming=True)
