"""The server that speaks OpenAI's protocol: its address, its key, and the headers that some want."""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from protokit.runtime.page_texts import page_texts
from protokit.runtime.runtime_errors import ModelProblem

if TYPE_CHECKING:
    from openai import OpenAI

_OPENAI = "https://api.openai.com/v1"
_PATH = "/chat/completions"
_CONNECT = 10.0
"""Seconds until a server that takes no connection counts as dead."""


def server_url() -> str:
    """Where OPENAI_BASE_URL points; OpenAI itself where it is not set."""
    return os.environ.get("OPENAI_BASE_URL") or _OPENAI  # an empty line in .env is no server


def connect_openai(seconds: float) -> "OpenAI":
    """A client of that server, which waits `seconds` for each piece and asks once. Raises ModelProblem without a key.

    OPENAI_API_VERSION goes along where it is set, as Azure's older addresses want it.
    """
    import openai

    key, server = _key(), server_url()
    version = os.environ.get("OPENAI_API_VERSION")
    return openai.OpenAI(
        api_key=key,
        base_url=server,
        timeout=openai.Timeout(seconds, connect=_CONNECT),
        max_retries=0,
        default_headers=_headers(server, key),
        default_query={"api-version": version} if version else None,
    )


def likely_url() -> str:
    """The address that was probably meant where the path of OPENAI_BASE_URL is not one that servers have; else ""."""
    if not os.environ.get("OPENAI_BASE_URL"):
        return ""
    parts = urlsplit(server_url())
    path = parts.path.rstrip("/")
    if path.endswith(_PATH):
        meant = path.removesuffix(_PATH)
    elif _is_azure(parts.hostname):
        meant = path if "/openai/" in f"{path}/" and path != "/openai" else "/openai/v1"
    else:
        meant = path or "/v1"
    address = parts.netloc.rpartition("@")[2]
    return "" if meant == path else urlunsplit((parts.scheme, address, meant, "", ""))


def _headers(server: str, key: str) -> dict[str, str]:
    """What a server wants beside the usual: Azure the key by another name, OpenRouter what asks."""
    host = urlsplit(server).hostname
    if _is_azure(host):
        return {"api-key": key}
    if host == "openrouter.ai":
        return {"X-Title": "prototype"}
    return {}


def _is_azure(host: str | None) -> bool:
    return bool(host) and f".{host}".endswith(".azure.com")


def _key() -> str:
    key = os.environ.get("OPENAI_API_KEY", "")
    if not key and not os.environ.get("OPENAI_BASE_URL"):
        raise ModelProblem(
            "OPENAI_API_KEY is not set. Put it into the file .env of the prototype, or start with --model offline.",
            friendly=page_texts().model_not_connected,
        )
    return key or "none"  # local servers ask for no key, the client insists on some text
