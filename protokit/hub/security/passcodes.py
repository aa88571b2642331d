"""Passcodes: hashed by argon2 before they are kept, and never more than a few tried at once."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from protokit.errors import ProtokitError

OWNER_LENGTH = 8
LINK_LENGTH = 6
_LONGEST = 128
_HASHER = PasswordHasher()
# A try takes 64 MiB and a core: guessing must not crowd out the visitors.
_AT_ONCE = threading.Semaphore(2)


def hashed(passcode: str, *, shortest: int = LINK_LENGTH) -> str:
    """The argon2 hash of a passcode. Raises ProtokitError where it is too short or too long."""
    text = _plain(passcode)
    if not shortest <= len(text) <= _LONGEST:
        raise ProtokitError(
            f"a passcode has {shortest} to {_LONGEST} signs", fix="Several words with spaces are fine."
        )
    with _AT_ONCE:
        return _HASHER.hash(text)


def matches(passcode: str, stored: str) -> bool:
    """Whether `kept` is the hash of `passcode`."""
    text = _plain(passcode)
    if not stored or not 0 < len(text) <= _LONGEST:
        return False
    try:
        with _AT_ONCE:
            return _HASHER.verify(stored, text)
    except (VerificationError, InvalidHashError):
        return False


def _plain(passcode: str) -> str:
    # The same letters come composed from one keyboard and decomposed from another; spaces come with a paste.
    return unicodedata.normalize("NFKC", passcode).strip()
