"""Where protokit keeps what belongs to the person, by the custom of each system."""

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path


def cache() -> Path:
    """The folder of what can be made again; PROTOKIT_CACHE overrides it."""
    return Path(os.environ.get("PROTOKIT_CACHE") or user_cache_path("protokit", appauthor=False))


def configuration() -> Path:
    """The folder of what the person put there: `blueprints/` is in it."""
    return user_config_path("protokit", appauthor=False, roaming=True)
