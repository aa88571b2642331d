"""Where protokit keeps what belongs to the person, by the custom of each system."""

import os
import sys
from pathlib import Path


def cache() -> Path:
    """The folder of what can be made again; PROTOKIT_CACHE overrides it."""
    if own := os.environ.get("PROTOKIT_CACHE"):
        return Path(own)
    if os.name == "nt":
        home = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "protokit"


def configuration() -> Path:
    """The folder of what the person put there: `blueprints/` is in it."""
    if os.name == "nt":
        home = Path(os.environ.get("APPDATA", Path.home() / "AppData/Roaming"))
    elif own := os.environ.get("XDG_CONFIG_HOME"):
        home = Path(own)
    else:
        home = Path.home() / ("Library/Application Support" if sys.platform == "darwin" else ".config")
    return home / "protokit"
