"""The Hub's secret, and everything that is signed with it: cookies, share links, form tokens."""

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock
from itsdangerous import BadData, URLSafeSerializer

from protokit.errors import ProtokitError

Purpose = Literal[
    "owner cookie",
    "visit cookie",
    "share link",
    "comparison",
    "form token",
    "first start",
    "invitation",
    "sign-in service",
    "handover",
    "known device",
]
"""Each is a salt of its own: what was signed for one purpose is worth nothing for another."""

_BYTES = 32


class SigningKeys:
    """Signs values and reads what was signed. HMAC with SHA-256; compared in constant time by itsdangerous."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def open(cls, home: Path) -> "SigningKeys":
        """The keys of the Hub in `home`; the first call makes its secret. Raises ProtokitError."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = home / "secret"
        with FileLock(home / "secret.lock", timeout=60):
            if not path.exists():
                _write(path, secrets.token_bytes(_BYTES))
            with suppress(PermissionError):  # of another user's file, which may be meant
                path.chmod(0o600)
            secret = path.read_bytes()
        if len(secret) < _BYTES:
            raise ProtokitError(
                "the Hub's secret is too short to be one",
                where="secret",
                fix="Restore it, or remove it: then all links and cookies that were given out stop working.",
            )
        return cls(secret)

    def sign(self, purpose: Purpose, value: Any) -> str:
        """`value` (as JSON has it) with a signature, fit for an address and a cookie; the same every time."""
        return self._signer(purpose).dumps(value)

    def read(self, purpose: Purpose, signed: str) -> Any:
        """What `sign` was given for the same purpose; None for anything else."""
        try:
            return self._signer(purpose).loads(signed)
        except BadData:
            return None

    def _signer(self, purpose: Purpose) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._secret,
            salt=f"protokit hub: {purpose}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )


def _write(path: Path, secret: bytes) -> None:
    # Made under another name, as mkstemp does for its owner alone, so that nobody ever sees half a secret.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
