"""A server that only notes the headers of requests, and refuses them all."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextlib.contextmanager
def heard_headers() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Give the server's URL, and a list to which it adds the headers it hears."""
    heard: list[dict[str, str]] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append({name.lower(): text for name, text in self.headers.items()})
            self.rfile.read(int(self.headers["content-length"]))
            body = b'{"error":{"message":"no such thing","code":"invalid_request"}}'
            self.send_response(400)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
