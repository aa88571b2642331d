"""A model's key and server address, written to the prototype's own .env and never shown again."""

import re
from pathlib import Path
from urllib.parse import urlsplit

SERVER = "OPENAI_BASE_URL"
_NAMES = {
    "google_genai": "GOOGLE_API_KEY",
    "google_vertexai": "GOOGLE_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
}


def key_name(model: str) -> str:
    """The variable that holds the key of `model`, "" for the offline engine: "openai:..." -> OPENAI_API_KEY."""
    provider, colon, _ = model.partition(":")
    if not colon or not re.fullmatch(r"[a-z0-9_]+", provider):
        return ""
    return _NAMES.get(provider, f"{provider.upper()}_API_KEY")


def key_problem(model: str, key: str, server: str) -> str:
    """Why `key` and `server` cannot be stored for `model`; empty where they can."""
    if key and not key_name(model):
        return "The offline engine needs no key. Name a model first, such as openai:gpt-4.1-mini"
    if not re.fullmatch(r"[!-~]*", key) or "'" in key:
        return "The key holds signs that no key has. Copy it again"
    parts = urlsplit(server)
    if server and (
        parts.scheme not in ("http", "https") or not parts.netloc or not re.fullmatch(r"[!-~]+", server)
    ):
        return "The server's address must begin with http:// or https://"
    return ""


def has_key(folder: Path, model: str) -> bool:
    """Whether a key for `model` is stored."""
    return bool(_values(folder).get(key_name(model)))


def keys_of(folder: Path, model: str) -> dict[str, str]:
    """The stored key of `model` and the stored address of an own server, by the variables that hold them."""
    stored = _values(folder)
    return {name: value for name in (key_name(model), SERVER) if name and (value := stored.get(name))}


def server_of(folder: Path) -> str:
    """The stored address of an own server, empty for none."""
    return _values(folder).get(SERVER) or ""


def store_key(folder: Path, model: str, key: str) -> None:
    """Keep the key of `model`."""
    _store(folder, key_name(model), key)


def store_server(folder: Path, server: str) -> None:
    """Keep the address of an own server; an empty one is forgotten."""
    _store(folder, SERVER, server)


def _values(folder: Path) -> dict[str, str | None]:
    from dotenv import dotenv_values

    path = folder / ".env"
    return dotenv_values(path, interpolate=False) if path.is_file() else {}


def _store(folder: Path, name: str, value: str) -> None:
    from dotenv import set_key, unset_key

    path = folder / ".env"
    path.touch(mode=0o600)
    path.chmod(0o600)
    if value:
        set_key(path, name, value, quote_mode="always")
    else:
        unset_key(path, name)
