"""A small OpenAI-compatible chat server on loopback that streams, with the faults of real ones on demand."""

import json
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any

MODEL = "test-model"


@dataclass(slots=True)
class Behaviour:
    """How the server answers; a test changes what it is about."""

    pieces: list[Any] = field(default_factory=lambda: ["Thirty ", "days ", "of leave ", "[1]."])
    """Texts, or lists of typed parts as some servers send them."""
    replies: list[list[str]] = field(default_factory=list)
    """Pieces of one answer after the other, before `pieces` is what each gets."""
    calls: list[list[tuple[str, dict[str, Any]]]] = field(default_factory=list)
    """Tool calls of one whole answer after the other, before it answers with text; an empty one is text."""
    call_again: bool = False
    """It makes the last of its calls again and again."""
    cut_whole: bool = False
    """It breaks the connection in the middle of a whole answer."""
    usage: dict[str, Any] | None = field(
        default_factory=lambda: {"prompt_tokens": 321, "completion_tokens": 7, "total_tokens": 328}
    )
    key: str = ""
    """The only key it takes; empty takes any."""
    first_token: float = 0.0
    """Seconds before the first piece."""
    between: float = 0.0
    """Seconds before each other piece."""
    cut_after: int | None = None
    """Pieces after which the connection breaks, without an end."""
    junk_after: int | None = None
    """Pieces after which it sends a line that is not JSON."""
    failure: tuple[int, dict[str, str]] | None = None
    """Status and headers of an error instead of an answer."""
    failures: int = 10**9
    """How often it fails before it answers."""
    complaint: dict[str, Any] = field(default_factory=dict)
    """What the error says: "message", "code"..."""
    cuts: int = 10**9
    """How often it cuts before it answers in full."""
    takes_stream_options: bool = True
    """Older servers refuse the field."""
    takes_response_format: bool = True
    """So do models that cannot be held to a schema."""
    refused: tuple[str, ...] = ()
    """Other fields it does not take."""
    thoughts: list[str] = field(default_factory=list)
    """Pieces of reasoning before the text, under the name that most servers have for it, `between` apart."""
    endless: bool = False
    """It repeats its pieces until the client hangs up, whatever it was told about the longest answer."""
    alive: int = 0
    """Keep-alive lines before the first piece, 0.05 s apart."""
    finish: str = "stop"
    """The finish_reason; empty ends the stream in good order without one."""


class ModelServer(ThreadingHTTPServer):
    """Listens on a free port of this machine; `asked` holds each request's body, `keys` what it came with."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = Behaviour()
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.left = threading.Event()
        """Set when a client hung up before its answer was complete."""
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up: some tests are about just that."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(sent)
        self.server.keys.append(self.headers.get("Authorization", "").removeprefix("Bearer "))
        behaviour = self.server.behaviour
        refusal = self._refusal(sent, behaviour)
        if refusal:
            self._refuse(*refusal)
        elif sent.get("stream"):
            try:
                self._stream(behaviour)
            except OSError:
                self.server.left.set()
                self.close_connection = True
        else:
            self._whole(behaviour)

    def _refusal(self, sent: dict[str, Any], behaviour: Behaviour) -> tuple[int, dict[str, str]] | None:
        if self.path != "/v1/chat/completions":
            return 404, {}
        if behaviour.key and self.server.keys[-1] != behaviour.key:
            return 401, {}
        if sent["model"] != MODEL:
            return 404, {}
        if "stream_options" in sent and not behaviour.takes_stream_options:
            return 400, {}
        if "response_format" in sent and not behaviour.takes_response_format:
            return 400, {}
        if any(name in sent for name in behaviour.refused):
            return 400, {}
        if behaviour.failure and behaviour.failures > 0:
            behaviour.failures -= 1
            return behaviour.failure
        return None

    def _refuse(self, status: int, headers: dict[str, str]) -> None:
        """Like the real ones, repeat the key in the error: it must not reach a page or a log."""
        told = {"error": {"message": f"refused {self.server.keys[-1]}", "type": "error", "code": None}}
        if "stream_options" in self.server.asked[-1] and not self.server.behaviour.takes_stream_options:
            told["error"]["message"] = "Unknown field: stream_options"
        if "response_format" in self.server.asked[-1] and not self.server.behaviour.takes_response_format:
            told["error"]["message"] = "response_format of type json_schema is not supported"
        if unknown := [name for name in self.server.behaviour.refused if name in self.server.asked[-1]]:
            told["error"]["message"] = (
                f"Unsupported parameter: '{unknown[0]}' is not supported with this model."
            )
        told["error"] |= self.server.behaviour.complaint
        self._send(status, json.dumps(told).encode(), "application/json", headers)

    def _whole(self, behaviour: Behaviour) -> None:
        again = behaviour.call_again and len(behaviour.calls) == 1
        calls = (behaviour.calls[0] if again else behaviour.calls.pop(0)) if behaviour.calls else []
        message: dict[str, Any] = {"role": "assistant", "content": "".join(behaviour.pieces)}
        if calls:
            message = {"role": "assistant", "content": None, "tool_calls": _tool_calls(calls)}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
        told = {**_head("chat.completion"), "choices": [choice], "usage": behaviour.usage}
        body = json.dumps(told).encode()
        if behaviour.cut_whole:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:40])
            self.close_connection = True
            return
        self._send(200, body, "application/json", {})

    def _stream(self, behaviour: Behaviour) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._wait(behaviour.first_token)
        for _ in range(behaviour.alive):
            self._line(": still here")
            self._wait(0.05)
        pieces = behaviour.replies.pop(0) if behaviour.replies else behaviour.pieces
        for thought in behaviour.thoughts:
            delta = {"reasoning_content": thought}
            self._event(json.dumps(_chunk([{"index": 0, "delta": delta, "finish_reason": None}])))
            self._wait(behaviour.between)
        for number, piece in enumerate(cycle(pieces) if behaviour.endless else pieces):
            if number == behaviour.cut_after and behaviour.cuts > 0:
                behaviour.cuts -= 1
                self.close_connection = True
                self.connection.close()
                return
            if number == behaviour.junk_after:
                self._event("{this is not JSON")
            self._event(
                json.dumps(_chunk([{"index": 0, "delta": {"content": piece}, "finish_reason": None}]))
            )
            self._wait(behaviour.between)
        if behaviour.finish:
            self._event(json.dumps(_chunk([{"index": 0, "delta": {}, "finish_reason": behaviour.finish}])))
        if behaviour.usage is not None and behaviour.takes_stream_options:
            self._event(json.dumps({**_chunk([]), "usage": behaviour.usage}))
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, data: str) -> None:
        self._line(f"data: {data}")

    def _line(self, text: str) -> None:
        line = f"{text}\n\n".encode()
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _wait(self, seconds: float) -> None:
        if seconds:
            self.server.stopped.wait(seconds)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _tool_calls(calls: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{uuid.uuid4().hex[:12]}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for name, arguments in calls
    ]


def _head(kind: str) -> dict[str, Any]:
    return {"id": "1", "object": kind, "created": 1, "model": MODEL}


def _chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {**_head("chat.completion.chunk"), "choices": choices}


@contextmanager
def running() -> Iterator[ModelServer]:
    """The server, until the block ends."""
    server = ModelServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
