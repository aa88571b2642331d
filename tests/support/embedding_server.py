"""A small OpenAI-compatible embedding server on loopback: counts what it is sent, and can be made slow or held."""

import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DIMENSION = 2048  # so many that two words hardly ever share one
SYNONYMS = {"aureate": "golden"}
"""Words that mean the same to this model, and that no search by words would connect."""


class EmbeddingServer(ThreadingHTTPServer):
    """Vectors are counts of hashed words, so texts with the same words are near to each other."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.texts: list[str] = []
        self.delay = 0.0
        self.instead: tuple[int, dict[str, Any]] | None = None
        """A status and a reply without vectors, for everybody who asks."""
        self.open = threading.Event()
        self.open.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def embedding(self, text: str) -> list[float]:
        vector = [0.0001] * DIMENSION
        for word in text.lower().split():
            bare = word.strip(".,?")
            vector[zlib.crc32(SYNONYMS.get(bare, bare).encode()) % DIMENSION] += 1.0
        return vector


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = sent["input"]
        self.server.open.wait(60)
        threading.Event().wait(self.server.delay)
        self.server.texts += texts
        rows = [
            {"object": "embedding", "index": i, "embedding": self.server.embedding(t)}
            for i, t in enumerate(texts)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        backwards = rows[::-1]  # nothing promises an order
        whole = {"object": "list", "data": backwards, "model": sent["model"], "usage": usage}
        self._reply(*(self.server.instead or (200, whole)))

    def _reply(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[EmbeddingServer]:
    """The server, until the block ends."""
    server = EmbeddingServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.open.set()
        server.shutdown()
        thread.join()
        server.server_close()
