"""Changes to lines of a text that a blueprint's author and a prototype's owner both make."""

import re
from collections.abc import Callable
from random import Random

Change = Callable[[str, str, Random], str]
"""Takes a text, a word found nowhere else, and chance."""

_COMMENTS = {
    ".py": "# {}",
    ".toml": "# {}",
    ".txt": "# {}",
    ".example": "# {}",
    ".css": "/* {} */",
    ".md": "{}",
}


def remark(name: str, words: str) -> str:
    """A line that only says something, as files of that kind have it."""
    suffix = "." + name.rsplit(".", 1)[-1]
    return _COMMENTS.get(suffix, "# {}").format(words)


def insert(name: str, text: str, word: str, chance: Random) -> str:
    """One to three lines more, anywhere."""
    lines = text.splitlines(keepends=True)
    place = chance.randint(0, len(lines))
    new = [remark(name, f"Note {word} {number}.") + "\n" for number in range(chance.randint(1, 3))]
    return "".join([*lines[:place], *new, *lines[place:]])


def append(name: str, text: str, word: str, chance: Random) -> str:
    """A function (with a use of what the module has), a rule or a section at the end."""
    used = chance.choice(["word", *re.findall(r"^([A-Z][A-Z_]+) =", text, re.MULTILINE)])
    described = f'    """Made by {word}."""'
    bodies = {
        "py": f'\n\ndef added_{word}(word: str) -> str:\n{described}\n    return f"{{word}} {{{used}}}"\n',
        "css": f".added-{word} {{ padding: {chance.randint(1, 9)}px; }}\n",
        "md": f"\n## About {word}\n\nA paragraph on {word}.\n",
        "toml": f'\n[added.{word}]\nlabel = "{word}"\n',
    }
    return text + bodies.get(name.rsplit(".", 1)[-1], remark(name, f"At the end: {word}") + "\n")


def reword(name: str, text: str, word: str, chance: Random) -> str:
    """Another number or other words in a line that is there."""
    lines = text.splitlines(keepends=True)
    able = [n for n, line in enumerate(lines) if _reworded(name, line, word) != line]
    if not able:
        return text
    number = chance.choice(able)
    lines[number] = _reworded(name, lines[number], word)
    return "".join(lines)


def drop(name: str, text: str, word: str, chance: Random) -> str:
    """One to three lines less, where a line says nothing to the program."""
    lines = text.splitlines(keepends=True)
    able = [n for n, line in enumerate(lines) if _is_loose(name, line)]
    if not able:
        return text
    first = chance.choice(able)
    last = first
    while last + 1 in able and last - first < chance.randint(0, 2):
        last += 1
    return "".join(lines[:first] + lines[last + 1 :])


def rename(name: str, text: str, word: str, chance: Random) -> str:
    """Another name for a constant or a function of the module, wherever it stands in it."""
    names = sorted(set(re.findall(r"^([A-Z][A-Z_]+) =|^def (\w+)\(", text, re.MULTILINE)))
    if not name.endswith(".py") or not names:
        return text
    old = next(part for part in chance.choice(names) if part)
    return re.sub(rf"\b{old}\b", f"{old}_{word}", text)


CHANGES: tuple[Callable[[str, str, str, Random], str], ...] = (insert, append, reword, drop, rename)


def _reworded(name: str, line: str, word: str) -> str:
    if name.endswith(".md"):
        return (
            line.replace(". ", f" ({word}). ", 1) if ". " in line else re.sub(r"\.\n$", f" ({word}).\n", line)
        )
    if name.endswith((".css", ".toml")):
        return re.sub(r"\b\d+(?=rem|px|vh|%|\n)", lambda found: str(int(found[0]) + 1), line, count=1)
    if name.endswith(".py"):
        numbered = re.sub(r"^([A-Z_]+ = )(\d+)$", lambda found: f"{found[1]}{int(found[2]) + 1}", line)
        return re.sub(r'\."""\n$', f', {word}."""\n', numbered)
    return line


def _is_loose(name: str, line: str) -> bool:
    plain = line.strip()
    if name.endswith(".py"):
        return plain.startswith("#") or (plain.startswith('"""') and plain.endswith('"""') and len(plain) > 6)
    return (
        len(plain) > 8 and not plain.startswith(("[", "|", "```")) and name.endswith((".md", ".css", ".toml"))
    )
