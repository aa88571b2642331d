"""What the person who runs a Hub decides once, when it is started."""

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from protokit.errors import ChoiceProblem
from protokit.prototype.exposure import exposures
from protokit.runtime.usage.sql_database import POSTGRES

_NAME = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$")

DEMO_FILE = "simulated-traffic.txt"
"""In the home of a Hub whose prototypes nobody visited: what their numbers are of."""
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class HubSettings:
    """Where a Hub keeps its things, how it is reached and what it may use. Raises ChoiceProblem."""

    home: Path
    """The folder of its prototypes, its state, its secret and its logs."""
    host: str = "127.0.0.1"
    port: int = 8400
    names: tuple[str, ...] = ()
    """Host names it is reached by, beside addresses, localhost, `host` and the base domain: hub.example.com."""
    trusted_proxy: tuple[str, ...] = ()
    """Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    base_domain: str = ""
    """Where set, the prototype "leave" is at leave.BASE_DOMAIN, an origin of its own."""
    prototypes_port: int = 0
    """The port at which browsers reach prototypes, which is another origin than the Hub's; 0 for none of their own."""
    state_url: str = ""
    """A postgresql:// URL for the Hub's state; empty for a SQLite file in `home`."""
    idle_seconds: float = 900.0
    memory_mb: int = 1024
    """The most a prototype's process may use."""
    awake: int = 20
    """The most prototypes that run at once."""
    start_seconds: float = 60.0
    upload_mb: int = 50
    """The most a request may carry."""
    tunnel: str = ""
    """A command that opens a way in from the internet, with {port} in it; "" for none."""
    lan: bool = False
    """Whether it is there for everybody in the same network."""
    sandbox: Literal["auto", "required", "off"] = "auto"
    """Whether prototypes run in one: where the kernel can, or else the Hub does not start, or never."""
    sandbox_read: tuple[str, ...] = ()
    """Folders that a prototype may read beside its own, as SLUG=FOLDER."""
    sandbox_connect: tuple[str, ...] = ()
    """Servers that it may connect to beside those that its settings name, as SLUG=HOST:PORT."""

    def __post_init__(self) -> None:
        for proxy in self.trusted_proxy:
            try:
                ipaddress.ip_network(proxy, strict=False)
            except ValueError:
                raise ChoiceProblem(
                    f'trusted proxy "{proxy}" is not an address or a network',
                    fix="Write it like 10.0.0.5 or 10.0.0.0/8.",
                ) from None
        for name in (*self.names, *filter(None, [self.base_domain])):
            if not _NAME.match(name):
                raise ChoiceProblem(
                    f'"{name}" is not a host name', fix="Write it like hub.example.com, in small letters."
                )
        if self.prototypes_port and (self.base_domain or self.prototypes_port in (self.port, 80, 443)):
            raise ChoiceProblem(
                "prototypes cannot have this port for their own",
                fix="Take another than the Hub's, 80 and 443; with a base domain none is needed.",
            )
        if self.tunnel and (self.trusted_proxy or self.base_domain or self.prototypes_port):
            raise ChoiceProblem(
                "a tunnel is the Hub's only way in",
                fix="Leave out --trusted-proxy, --base-domain and --prototypes-port.",
            )
        if self.state_url and not self.state_url.startswith(POSTGRES):
            raise ChoiceProblem(
                "the URL of the Hub's state is not a postgresql:// URL",
                fix="Correct it, or leave it out to use a file.",
            )

    @property
    def apart(self) -> bool:
        """Whether browsers take prototypes and the Hub's own pages for different sites."""
        return bool(self.base_domain or self.prototypes_port)

    def hub_at(self, host: str, port: str) -> str:
        """Where the Hub's own pages are for a browser that asked `host` at `port` ("" for the scheme's own)."""
        if self.base_domain:
            host = self.base_domain
        elif self.prototypes_port:  # behind a proxy the Hub has the scheme's port
            port = "" if self.trusted_proxy else str(self.port)
        return _authority(host, port)

    def prototype_at(self, slug: str, host: str, port: str) -> str:
        """Where the prototype `slug` is for a browser that asked the Hub at `host` and `port`."""
        if self.base_domain:
            host = f"{slug}.{self.base_domain}"
        elif self.prototypes_port:
            port = str(self.prototypes_port)
        return _authority(host, port)

    @property
    def prototypes(self) -> Path:
        """The folder with a folder for each prototype, named by its slug."""
        return self.home / "prototypes"

    @property
    def demo(self) -> bool:
        """Whether its prototypes are samples with simulated traffic."""
        return (self.home / DEMO_FILE).exists()

    @property
    def trash(self) -> Path:
        """Where deleted prototypes lie until they are deleted for good."""
        return self.home / "trash"

    def exposures(self) -> list[str]:
        """What leaves this Hub more open than its owner may think, in a line each."""
        return exposures(self.host, self.home, tls=bool(self.trusted_proxy), private=True)

    @property
    def upload_bytes(self) -> int:
        return self.upload_mb * MEGABYTE


def environment_for_others() -> dict[str, str]:
    """This process's environment without what is the Hub's alone: its database, its secret at the sign-in service."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PROTOKIT_HUB_")}


def _authority(host: str, port: str) -> str:
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{host}:{port}" if port else host
