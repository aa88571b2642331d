"""The patterns by which a prompt is read, by language, as data in prompt_patterns.yaml."""

from pathlib import Path

from protokit.runtime.pattern_file import PatternFile

PROMPT_PATTERNS = PatternFile(Path(__file__).with_name("prompt_patterns.yaml"))


def piece(name: str) -> str:
    """A part of patterns, as a regular expression."""
    return PROMPT_PATTERNS.text("pieces", name)
