"""A tunnel program for tests: what is asked of its address, by a browser's proxy setting, is passed on to the Hub.

python tunnel_program.py LISTEN-PORT HUB-PORT ADDRESS
"""

import sys
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class _Forward(BaseHTTPRequestHandler):
    def _forward(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there = HTTPConnection("127.0.0.1", int(sys.argv[2]), timeout=30)
        headers = dict(self.headers.items())
        before = headers.pop("X-Forwarded-For", "")
        headers["X-Forwarded-For"] = ", ".join(filter(None, (before, "203.0.113.9")))
        there.request(self.command, parts.path + ("?" + parts.query if parts.query else ""), body, headers)
        answer = there.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _forward

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Forward)
    print("Terms: https://tunnel.example/terms and https://other.example", flush=True)
    print(f"\x1b[32mForwarding\x1b[0m http://localhost:{sys.argv[2]} -> {sys.argv[3]}.", flush=True)
    server.serve_forever()
