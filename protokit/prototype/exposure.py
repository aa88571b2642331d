"""What of a server's surroundings leaves it more open than its owner may think, in a line each."""

import ipaddress
import os
import stat
from pathlib import Path


def exposures(host: str, folder: Path, *, tls: bool = False, private: bool = False) -> list[str]:
    """Lines for the owner of what listens at `host` and keeps its things in `folder`; none where all is well.

    `tls` says that something in front speaks HTTPS, `private` that nobody else should read the folder at all.
    """
    warnings = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        warnings.append("It runs as root, and so would code in a prototype. Start it as a user of its own.")
    if not tls and not _is_loopback(host):
        warnings.append(
            f"It listens on {host} without TLS: passcodes, keys and answers can be read on their way. Put a proxy that"
            " speaks HTTPS in front, or listen on 127.0.0.1."
        )
    for path in (folder, folder / ".env") if private else (folder / ".env",):
        if (mode := _mode(path)) & 0o077:
            right = "700" if path.is_dir() else "600"
            warnings.append(
                f"Others on this machine can read {path} (mode {mode:o}). Run: chmod {right} {path}"
            )
    return warnings


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _mode(path: Path) -> int:
    """The permissions of `path`, 0 where there is none or the system has no such thing."""
    if os.name == "nt":
        return 0
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0
