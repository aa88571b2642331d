"""The patterns of summaries and action items, by language, as data in patterns.yaml."""

import re
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile

PATTERNS = PatternFile(Path(__file__).with_name("patterns.yaml"))


def pattern(name: str) -> re.Pattern[str]:
    """One that serves every language."""
    return PATTERNS.pattern("patterns", name)
