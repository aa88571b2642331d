"""What a hosted prototype may reach: its own folder, the machine's libraries, the servers that its settings name."""

import os
import re
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from protokit.errors import ChoiceProblem, ProtokitError
from protokit.files.layout import KNOWLEDGE, OURS
from protokit.hub.worker.worker_config import WorkerConfig
from protokit.runtime.usage.sql_database import POSTGRES
from vectorstore.confinement.confine import Confinement, support

Mode = Literal["auto", "required", "off"]
Server = tuple[str, int]
"""A host's name or address, and a TCP port."""

_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "postgres": 5432}
_PROVIDERS = {
    "openai": "api.openai.com",
    "anthropic": "api.anthropic.com",
    "google_genai": "generativelanguage.googleapis.com",
    "mistralai": "api.mistral.ai",
    "groq": "api.groq.com",
    "cohere": "api.cohere.com",
    "deepseek": "api.deepseek.com",
    "fireworks": "api.fireworks.ai",
    "huggingface": "router.huggingface.co",
    "nvidia": "integrate.api.nvidia.com",
    "openrouter": "openrouter.ai",
    "perplexity": "api.perplexity.ai",
    "together": "api.together.xyz",
    "xai": "api.x.ai",
}
"""Where a model is asked unless a URL in .env says otherwise, by the provider before the colon of its name."""
_LOCAL = {"ollama": ("127.0.0.1", 11434)}


@dataclass(frozen=True, slots=True)
class SandboxPolicy:
    """What the owner decided for all prototypes, and granted to single ones by their slugs."""

    mode: Mode = "auto"
    folders: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Folders outside of its own that a prototype may read."""
    servers: Mapping[str, tuple[Server, ...]] = field(default_factory=dict)
    """Servers that it may connect to, beside those that its settings name."""

    @classmethod
    def of(cls, mode: Mode, read: Iterable[str], connect: Iterable[str]) -> "SandboxPolicy":
        """From the options of a Hub: `read` in the form SLUG=FOLDER, `connect` SLUG=HOST:PORT.

        Raises ChoiceProblem, and ProtokitError where it is required and this machine does not hold it.
        """
        folders: dict[str, tuple[Path, ...]] = {}
        servers: dict[str, tuple[Server, ...]] = {}
        for option in read:
            slug, _, folder = option.partition("=")
            if not Path(folder).is_dir() or not folder:
                raise ChoiceProblem(f'"{option}" names no folder', fix="Write it like leave=/srv/prices.")
            folders[slug] = (*folders.get(slug, ()), Path(folder).resolve())
        for option in connect:
            slug, _, address = option.partition("=")
            if not (server := _server(f"tcp://{address}")):
                raise ChoiceProblem(
                    f'"{option}" names no server', fix="Write it like leave=db.example.com:8443."
                )
            servers[slug] = (*servers.get(slug, ()), server)
        if mode == "required" and not support().full:
            fix = "Run it on a newer Linux, or with --sandbox auto."
            raise ProtokitError(f"the sandbox is required, and {support().lack}", fix=fix)
        return cls(mode, folders, servers)

    @property
    def holds(self) -> bool:
        """Whether prototypes are started in it on this machine."""
        can = support()
        return self.mode != "off" and can.landlock > 0 and can.seccomp

    @property
    def lack(self) -> str:
        """Why prototypes are not held, or not in all, in words for their owner; "" where they are."""
        return "it was switched off" if self.mode == "off" else support().lack

    def servers_of(self, slug: str, folder: Path) -> list[Server]:
        """All that the prototype may connect to."""
        return [*servers(folder), *self.servers.get(slug, ())]

    def enter(self, order: WorkerConfig) -> WorkerConfig:
        """`order` with what the sandbox lets it reach; as it is where there is none."""
        if not self.holds:
            return order
        folder, log = Path(order.folder), Path(order.log)
        private = (folder.parent, log.parent.parent, Path(order.room).parent, Path.home())
        stores = databases(folder)
        connects = bool(self.servers_of(order.slug, folder))
        return replace(
            order,
            confine=True,
            granted=[str(path) for path in self.folders.get(order.slug, ())],
            private=[str(path.resolve()) for path in private],
            channel=str(Path(order.room, "out")) if connects else "",
            ports=sorted({port for _, port in stores}),
            hosts=_addresses(host for host, _ in stores),
        )


def servers(folder: Path) -> list[Server]:
    """Where the prototype in `folder` may connect to: its model's server, and each whose URL stands in its .env.

    Both files are the owner's: a prototype in its sandbox cannot write them.
    """
    from dotenv import dotenv_values

    from protokit.runtime import RuntimeProblem, Settings

    values = {name: value or "" for name, value in dotenv_values(folder / ".env").items()}
    addresses = [server for value in values.values() if (server := _server(value))]
    try:
        settings = Settings.read(folder)
    except RuntimeProblem:  # said when it starts
        return addresses
    models = (values.get("PROTOKIT_MODEL") or settings.model, settings.embedding)
    for provider in {model.partition(":")[0] for model in models if ":" in model}:
        if provider in _LOCAL:
            addresses.append(_LOCAL[provider])
        elif provider in _PROVIDERS and not (provider == "openai" and values.get("OPENAI_BASE_URL")):
            addresses.append((_PROVIDERS[provider], 443))
    if addresses:
        addresses += [
            server for name in os.environ if _PROXY.match(name) and (server := _server(os.environ[name]))
        ]
    return addresses


_PROXY = re.compile(r"https?_proxy$", re.IGNORECASE)


def databases(folder: Path) -> list[Server]:
    """The Postgres servers that .env names: their driver, in C, connects by itself."""
    from dotenv import dotenv_values

    urls = [value or "" for value in dotenv_values(folder / ".env").values()]
    return [server for url in urls if url.startswith(POSTGRES) and (server := _server(url))]


def with_address(url: str, hosts: Mapping[str, str]) -> str:
    """A database's URL with the address of its host, which cannot be looked up in the sandbox; others as they are."""
    if not url.startswith(POSTGRES) or not (server := _server(url)) or server[0] not in hosts:
        return url
    return f"{url}{'&' if '?' in url else '?'}hostaddr={hosts[server[0]]}"


def _addresses(names: Iterable[str]) -> dict[str, str]:
    """Name to address, of those that are known now."""
    addresses = {}
    for name in set(names):
        with suppress(OSError, UnicodeError):
            addresses[name] = str(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0])
    return addresses


def _server(url: str) -> Server | None:
    """The server of a URL; None for any other text."""
    if not re.match(r"[a-z]+://", url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname.lower(), port) if parts.hostname and port else None


def confinement(order: WorkerConfig) -> Confinement:
    """What the prototype of `order` keeps."""
    folder, room = Path(order.folder), Path(order.room)
    own = folder / OURS
    for place in (own / "index", own / "stores", folder / KNOWLEDGE):
        place.mkdir(parents=True, exist_ok=True)
    return Confinement(
        read=(folder, *map(Path, order.granted)),
        write=(room, own / "index", own / "stores", folder / KNOWLEDGE),
        records=(own,),
        private=tuple(map(Path, order.private)),
        ports=tuple(order.ports),
        sockets=bool(order.channel),
    )
