"""A small OpenID Connect server on loopback: discovery, authorization code with PKCE, ID tokens, and ways to cheat."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

_KEY, _OTHER = (RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}) for _ in range(2))
CLIENT, SECRET = "hub", "a secret & more:"


@dataclass
class OidcServer:
    """Whom it signs in, and what it does otherwise than it should."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    """The claims of whoever is at the browser."""
    alter: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    """What it makes of an ID token's claims."""
    sign: str = "RS256"
    """Or "none", "HS256" (by the client's secret), "other" (by a key of somebody else)."""
    by_userinfo: bool = False
    """Whether the address is told there alone."""
    basic: bool = True
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic" if self.basic else "client_secret_post"
            ],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent once the person has signed in."""
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def tokens(self, form: dict[str, str], authorization: str) -> dict[str, str] | None:
        """The answer to a code, None where anything about it is wrong; a code is good once."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        secret = base64.b64encode(b"hub:a%20secret%20%26%20more%3A").decode()
        known = (
            authorization == f"Basic {secret}"
            if self.basic
            else (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        )
        if not asked or not known or asked["code_challenge"] != challenge:
            return None
        if asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        return {"id_token": self.id_token(asked["nonce"]), "access_token": "access", "token_type": "Bearer"}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        own = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        person = {"sub": self.person["sub"]} if self.by_userinfo else self.person
        claims = self.alter({**own, **person})
        match self.sign:
            case "none":
                head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
                body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
                return f"{head}.{body}."
            case "HS256":
                registry = jws.JWSRegistry(algorithms=["HS256"])
                return jws.serialize_compact(
                    {"alg": "HS256", "kid": "1"},
                    json.dumps(claims),
                    OctKey.import_key(SECRET),
                    registry=registry,
                )
            case "other":
                return jwt.encode({"alg": "RS256", "kid": "1"}, claims, _OTHER)
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, _KEY)


@contextmanager
def oidc_server() -> Iterator[OidcServer]:
    """One that runs."""
    state = OidcServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", state.authorize(query))
                self.end_headers()
                return
            answers: dict[str, Any] = {
                "/.well-known/openid-configuration": state.discovery(),
                "/jwks": {"keys": [_KEY.as_dict(private=False)]},
                "/userinfo": state.person if self.headers["Authorization"] == "Bearer access" else None,
            }
            self._send(answers.get(parts.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(state.tokens(form, self.headers.get("Authorization", "")))

        def _send(self, value: Any) -> None:
            content = json.dumps(value or {"error": "invalid_request"}).encode()
            self.send_response(200 if value else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
