"""Signing in by OpenID Connect: the authorization code flow with PKCE, state and nonce."""

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from protokit.errors import ProtokitError
from protokit.hub.security.oidc_settings import OidcSettings, is_safe
from protokit.hub.security.signing import SigningKeys

FLOW_SECONDS = 600.0
"""How long somebody may take at the sign-in service."""
_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
"""By the service's own key alone: neither unsigned nor by a secret that we share."""
_LEEWAY_S = 60
_PATIENCE_S = 10.0
_REST_S = 5.0
"""Seconds in which a service that did not answer is not asked again: waiting for it takes threads."""
_DISCOVERY_SECONDS = 3600.0
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_MOST_BYTES = 1_000_000


class OidcRefused(ProtokitError):
    """Nobody was signed in: the service did not vouch for anybody, or the answer was not meant for this browser."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the service vouches for."""

    subject: str
    """Issuer and subject, which stay the same when names and addresses change."""
    name: str
    email: str
    """ "" unless the service says that it is theirs."""


@dataclass(frozen=True, slots=True)
class OidcFlow:
    """What one browser's way to the service and back is about."""

    target: str = "/"
    """Where to go then."""
    invitation: str = ""
    """The token of an invitation that is to be accepted."""
    session: str = ""
    """The handle of the session whose member is to sign in this way from now on."""


@dataclass(frozen=True, slots=True)
class OidcAnswer:
    """A code with what belongs to it alone."""

    code: str
    nonce: str
    verifier: str
    flow: OidcFlow


class OidcClient:
    """One Hub at one sign-in service. Methods ask over the network: call them from a thread."""

    def __init__(self, settings: OidcSettings, keys: SigningKeys) -> None:
        self.settings, self._keys = settings, keys
        self._discovery: tuple[float, dict[str, Any]] = (0.0, {})
        self._ask_again = 0.0
        self._lock = threading.Lock()

    def begin(self, back: str, flow: OidcFlow) -> tuple[str, str]:
        """Where to send the browser, which comes `back`, and the cookie that it takes along. Raises OidcRefused."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        fields = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = str(self._service()["authorization_endpoint"])
        told = [
            state,
            nonce,
            verifier,
            time.time() + FLOW_SECONDS,
            flow.target,
            flow.invitation,
            flow.session,
        ]
        url = f"{address}{'&' if '?' in address else '?'}{urlencode(fields)}"
        return url, self._keys.sign("sign-in service", told)

    def answer(self, cookie: str, query: dict[str, str]) -> OidcAnswer:
        """What the browser came back with, if it is the one that was sent there. Raises OidcRefused."""
        match self._keys.read("sign-in service", cookie):
            case [str(state), str(nonce), str(verifier), float(until), *about] if until > time.time():
                flow = OidcFlow(*map(str, about))
            case _:
                raise OidcRefused("this took too long, or began in another browser", fix="Try again.")
        if not secrets.compare_digest(state.encode(), query.get("state", "").encode()):
            raise OidcRefused("this answer belongs to another sign-in", fix="Try again.")
        if query.get("iss", self.settings.issuer) != self.settings.issuer:
            raise OidcRefused("this answer comes from another sign-in service", fix="Try again.")
        if "error" in query or not query.get("code"):
            raise OidcRefused(f"{self.settings.name} did not sign you in", fix="Try again.")
        return OidcAnswer(query["code"], nonce, verifier, flow)

    def identify(self, back: str, answer: OidcAnswer) -> Identity:
        """Whom the service vouches for; `back` as in `begin`. Raises OidcRefused."""
        tokens = self._tokens(answer.code, back, answer.verifier)
        claims = self._claims(str(tokens.get("id_token", "")), answer.nonce)
        return self._identity(claims, str(tokens.get("access_token", "")))

    def _tokens(self, code: str, back: str, verifier: str) -> dict[str, Any]:
        service, own = self._service(), self.settings
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        methods = service.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in methods:
            secret = base64.b64encode(f"{_quoted(own.client_id)}:{_quoted(own.client_secret)}".encode())
            headers = {"Authorization": f"Basic {secret.decode()}"}
        else:
            fields |= {"client_id": own.client_id, "client_secret": own.client_secret}
            headers = {}
        return self._asked("POST", str(service["token_endpoint"]), data=fields, headers=headers)

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """What the ID token says, once everything that it has to say of itself is right."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        own = self.settings
        keys = self._asked("GET", str(self._service()["jwks_uri"]))
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": own.issuer},
            aud={"essential": True, "value": own.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            key_set = KeySet.import_key_set(keys)  # type: ignore[arg-type]
            claims = jwt.decode(token, key_set, algorithms=_ALGORITHMS).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as problem:
            raise OidcRefused(
                f"what {own.name} answered cannot be believed ({type(problem).__name__})", fix="Try again."
            ) from None
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", own.client_id) != own.client_id or (len(audience) > 1 and "azp" not in claims):
            raise OidcRefused(f"what {own.name} answered is meant for another program", fix="Try again.")
        return dict(claims)

    def _identity(self, claims: dict[str, Any], access_token: str) -> Identity:
        endpoint = self._service().get("userinfo_endpoint")
        if not claims.get("email") and endpoint and access_token and is_safe(str(endpoint)):
            more = self._asked("GET", str(endpoint), headers={"Authorization": f"Bearer {access_token}"})
            if more.get("sub") == claims["sub"]:
                claims = {**more, **claims}
        email = str(claims.get("email") or "").strip().casefold()
        verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
        name = str(
            claims.get("name") or claims.get("preferred_username") or email.partition("@")[0] or "Member"
        )
        return Identity(f"{self.settings.issuer} {claims['sub']}", name, email if verified else "")

    def _service(self) -> dict[str, Any]:
        """What the service says of itself, asked for once an hour."""
        with self._lock:
            read, service = self._discovery
            if service and time.monotonic() - read < _DISCOVERY_SECONDS:
                return service
            if time.monotonic() < self._ask_again:
                raise OidcRefused(
                    f"{self.settings.name} could not be asked just now", fix="Try again in a minute."
                )
            self._ask_again = time.monotonic() + _PATIENCE_S + _REST_S
            issuer = self.settings.issuer
            service = self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if service.get("issuer") != issuer or not all(
                is_safe(str(service.get(name))) for name in _ENDPOINTS
            ):
                raise OidcRefused(
                    f"{self.settings.name} does not describe itself as it should",
                    fix="Whoever runs this Hub should check the issuer's address.",
                )
            self._discovery, self._ask_again = (time.monotonic(), service), 0.0
            return service

    def _asked(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """The JSON object that is answered."""
        from httpx import Client, HTTPError, InvalidURL

        try:
            with Client(timeout=_PATIENCE_S, follow_redirects=False) as client:
                answer = client.request(method, url, **more)
                answer.raise_for_status()
                value = answer.json() if len(answer.content) < _MOST_BYTES else None
        except (HTTPError, InvalidURL, ValueError, OSError):
            value = None
        if not isinstance(value, dict):
            raise OidcRefused(
                f"{self.settings.name} could not be asked just now", fix="Try again in a minute."
            )
        return value


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
