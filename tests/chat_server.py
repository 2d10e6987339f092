"""A model of another provider: a server of OpenAI's chat completions on this machine.

It takes what the service takes: known roles, each call answered before anything else is
said. What it answers comes from the messages, so that it shows whether they are whole.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ROLES = {"system", "developer", "user", "assistant", "tool"}


class ChatServer(ThreadingHTTPServer):
    """Answers with what the conversation says of a name and of the weather."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def answer(self, body: Any) -> tuple[int, Any]:
        self.bodies.append(body)
        problem = problem_of(body["messages"])
        if problem:
            return 400, {"error": {"message": problem, "type": "invalid_request_error"}}
        said = {"role": "assistant", "content": told_by(body["messages"])}
        choice = {"index": 0, "message": said, "finish_reason": "stop"}
        return 200, {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [choice],
        }


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        asked = json.loads(self.rfile.read(size))
        server: Any = self.server
        status, answer = server.answer(asked)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def problem_of(messages: list[Any]) -> str:
    """Say what OpenAI would refuse of a list; "" for nothing."""
    waiting: set[str] = set()
    for number, message in enumerate(messages):
        role = message.get("role")
        if role not in ROLES:
            return f"messages[{number}]: unknown role {role!r}"
        if role == "tool":
            if message["tool_call_id"] not in waiting:
                return f"messages[{number}]: no tool call before it"
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return f"messages[{number}]: {sorted(waiting)} have no response"
        calls = message.get("tool_calls") or ()
        if not calls and message.get("content") is None:
            return f"messages[{number}]: no content"
        waiting = {call["id"] for call in calls}
        for call in calls:
            json.loads(call["function"]["arguments"])
    return f"{sorted(waiting)} have no response" if waiting else ""


def told_by(messages: list[Any]) -> str:
    """Answer from the whole list."""
    texts = [each["content"] for each in messages if each["role"] == "user"]
    name = re.search(r"My name is (\w+)", " ".join(map(str, texts)))
    places = {
        json.loads(call["function"]["arguments"])["city"]: call["id"]
        for each in messages
        for call in each.get("tool_calls") or ()
    }
    found = {e["tool_call_id"]: e["content"] for e in messages if e["role"] == "tool"}
    weather = [f"{city} is {found[call]}" for city, call in places.items()]
    return f"You are {name[1] if name else 'nobody'}; {', '.join(weather)}."


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """Run a server until the end of the block."""
    with ChatServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
