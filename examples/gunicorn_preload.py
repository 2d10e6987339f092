"""Four workers share a model that was used before they were forked, and no connection.

gunicorn loads this file once, where the model makes its first call, and then forks.
On the real API: `SESSIONS=memory: gunicorn --preload -w4 gunicorn_preload:app`.
"""

import os
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions

if "SESSIONS" in os.environ:
    model = ChatInteractions(model="gemini-3.8-flash", sessions=os.environ["SESSIONS"])
    model.invoke("The master warms up.")


def app(environ, start_response):
    text = model.invoke(f"My name is {environ['PATH_INFO'][1:]}.").text
    start_response("200 OK", [("X-Worker", str(os.getpid()))])
    return [text.encode()]


def main():
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    port, number = listening.getsockname()[1], listening.fileno()
    command = [sys.executable, "-m", "gunicorn", "--preload", "-w4", f"-bfd://{number}"]
    command += ["--log-level=error", "--timeout=300", "gunicorn_preload:app"]

    def ask(name):
        with urlopen(f"http://127.0.0.1:{port}/{name}", timeout=300) as answer:
            return name, answer.headers["X-Worker"], answer.read().decode()

    with Emulator() as server, tempfile.TemporaryDirectory() as folder, listening:
        env = os.environ | {"SESSIONS": f"sqlite:///{folder}/sessions.db"}
        env |= {"GOOGLE_GEMINI_BASE_URL": server.url, "GEMINI_API_KEY": "any"}
        said, here = [], Path(__file__).parent
        master = subprocess.Popen(command, env=env, cwd=here, pass_fds=[number])
        try:
            with ThreadPoolExecutor(8) as people:
                while len({worker for _, worker, _ in said}) < 4:
                    said += people.map(ask, [f"Ada{len(said) + n}" for n in range(8)])
        finally:
            master.terminate()
            master.wait()
        wrong = [name for name, _, text in said if not text.endswith(f" {name}.")]
        print(f"4 workers, wrong answers: {wrong}")
        assert wrong == []


if __name__ == "__main__":
    main()
