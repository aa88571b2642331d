"""The sign-in service (OpenID Connect) that a Hub was told of by its environment."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from protokit.errors import ChoiceProblem

ISSUER, CLIENT_ID, CLIENT_SECRET = (
    f"PROTOKIT_HUB_OIDC_{name}" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
)
NAME, ALLOW = "PROTOKIT_HUB_OIDC_NAME", "PROTOKIT_HUB_OIDC_ALLOW"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Where people sign in instead of with a passcode. Raises ChoiceProblem."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    """What the button calls it."""
    allow: tuple[str, ...] = ()
    """Addresses, or "@example.com" for all of a domain, that come in as viewers without an invitation."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.issuer)
        if not parts.hostname or not is_safe(self.issuer):
            raise ChoiceProblem(
                f'{ISSUER}: "{self.issuer}" is not an https:// address',
                fix="Take the issuer that your sign-in service names.",
            )
        for each in self.allow:
            if each.count("@") != 1 or "." not in each or each.endswith("@"):
                raise ChoiceProblem(
                    f'{ALLOW}: "{each}" is neither an address nor a domain',
                    fix="Write them like ann@example.com,@example.org.",
                )

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "OidcSettings | None":
        """What the environment says; None where it names no issuer. Raises ChoiceProblem where half is missing."""
        values = {name: environment.get(name, "").strip() for name in (ISSUER, CLIENT_ID, CLIENT_SECRET)}
        if not any(values.values()):
            return None
        if missing := [name for name, value in values.items() if not value]:
            raise ChoiceProblem(
                f"the sign-in service is set up by half: {' and '.join(missing)} is missing",
                fix="Set all three, or none.",
            )
        allow = environment.get(ALLOW, "").replace(",", " ").casefold().split()
        host = urlsplit(values[ISSUER]).hostname or ""
        return cls(
            issuer=values[ISSUER],
            client_id=values[CLIENT_ID],
            client_secret=values[CLIENT_SECRET],
            name=environment.get(NAME, "").strip() or host,
            allow=tuple(allow),
        )

    def allows(self, email: str) -> bool:
        """Whether an address, which the service has verified, comes in without an invitation."""
        plain = email.casefold()
        _, at, domain = plain.rpartition("@")
        return bool(at) and (plain in self.allow or f"@{domain}" in self.allow)


def is_safe(url: str) -> bool:
    """Whether secrets may be sent there: by TLS, or within this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
