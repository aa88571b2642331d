"""The words that a prompt is read by: languages, currencies, tones, people, as data in lexicon.yaml."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from protokit.spec.yaml_cache import load_data
from protokit.spec.yaml_io import read_text

_LEXICON = Path(__file__).with_name("lexicon.yaml")


@cache
def lexicon() -> Mapping[str, Mapping[str, list[str]]]:
    """Kind of word -> what it stands for -> the words."""
    words: Mapping[str, Mapping[str, list[str]]] = load_data(read_text(_LEXICON), where=_LEXICON.name)
    return words


def language_name(code: str) -> str:
    """Return a language's English name, "Spanish" for "es"; a code without one is returned as it is."""
    names = lexicon()["languages"].get(code)
    return names[0].title() if names else code
