"""Edits: what the owner of a prototype does to it, by seed, and the facts that have to outlast an update."""

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

from benchmarks.updates.releases import TIPS
from benchmarks.updates.texts import CHANGES, remark

_TEXTS = (
    "app.py",
    "assistant.py",
    "README.md",
    "style.css",
    "AGENTS.md",
    "tests/test_demo.py",
    ".streamlit/config.toml",
    TIPS,
)
_LOOSE = ("style.css", "AGENTS.md", "README.md", TIPS, ".env.example")
_YOURS = ("instructions.md", "questions.yaml")
_LONG = 8
"""Shorter lines stand in a file more than once, so that nothing can be said of one."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the owner did to a file, to be found again afterwards."""

    file: str
    kind: str
    value: object

    def holds(self, folder: Path) -> bool:
        """Whether it is so in `folder`."""
        path = folder / self.file
        content = path.read_bytes() if path.is_file() else None
        lines = {line.rstrip(b"\r") for line in (content or b"").split(b"\n")}
        known: dict[str, Callable[[], bool]] = {
            "line": lambda: self.value in lines,
            "no line": lambda: self.value not in lines,
            "gone": lambda: content is None,
            "the same": lambda: content == self.value,
            # A file that the release drops may go where nothing but its line ends was changed.
            "Windows line ends": lambda: content is None or content.count(b"\n") == content.count(b"\r\n"),
            "no last line end": lambda: content is not None and not content.endswith(b"\n"),
            "executable": lambda: content is not None and bool(path.stat().st_mode & stat.S_IXUSR),
            "field": lambda: content is not None and self._field(content),
        }
        return known[self.kind]()

    def _field(self, content: bytes) -> bool:
        assert isinstance(self.value, tuple)
        try:
            fields = yaml.safe_load(content)
        except yaml.YAMLError:
            return False
        return isinstance(fields, dict) and fields.get(self.value[0]) == self.value[1]


def edit(folder: Path, number: int, seed: int) -> list[Fact]:
    """Do one to five things to the prototype in `folder`; return what has to outlast an update."""
    chance = Random(f"edit {seed} {number}")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    facts: list[Fact] = []
    for step in range(chance.randint(1, 5)):
        facts += chance.choice(_EDITS)(folder, f"owner{number}x{step}", chance)
    for path, content in before.items():
        if path.is_file() and path.read_bytes() != content:
            facts += _of_lines(path.relative_to(folder).as_posix(), content, path.read_bytes())
    return [fact for fact in dict.fromkeys(facts) if fact.holds(folder)]


def _of_lines(name: str, before: bytes, after: bytes) -> list[Fact]:
    """The lines that came and went, of those that can be told apart."""
    old, new = ([line.rstrip(b"\r") for line in text.split(b"\n")] for text in (before, after))
    came = [Fact(name, "line", line) for line in new if line not in old and len(line) > _LONG]
    went = [Fact(name, "no line", line) for line in old if line not in new and len(line) > _LONG]
    return came + went


def _text(folder: Path, word: str, chance: Random) -> list[Fact]:
    name = chance.choice(_TEXTS)
    path = folder / name
    if path.is_file():
        text = path.read_bytes().decode("utf-8", errors="surrogateescape")
        changed = chance.choice(CHANGES)(name, text, word, chance)
        path.write_bytes(changed.encode("utf-8", errors="surrogateescape"))
    return []


def _remove(folder: Path, word: str, chance: Random) -> list[Fact]:
    name = chance.choice(_LOOSE)
    (folder / name).unlink(missing_ok=True)
    return [Fact(name, "gone", True)]


def _line_ends(folder: Path, word: str, chance: Random) -> list[Fact]:
    name = chance.choice(_TEXTS)
    path = folder / name
    if not path.is_file():
        return []
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return [Fact(name, "Windows line ends", True)]


def _last_line_end(folder: Path, word: str, chance: Random) -> list[Fact]:
    name = chance.choice(_TEXTS)
    path = folder / name
    if not path.is_file():
        return []
    path.write_bytes(path.read_bytes().rstrip(b"\r\n"))
    return [Fact(name, "no last line end", True)]


def _executable(folder: Path, word: str, chance: Random) -> list[Fact]:
    path = folder / "app.py"
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return [Fact("app.py", "executable", True)]


def _other_encoding(folder: Path, word: str, chance: Random) -> list[Fact]:
    path = folder / "style.css"
    if path.is_file():
        path.write_bytes(path.read_bytes() + remark("style.css", f"für {word}").encode("latin-1") + b"\n")
    return []


def _package(folder: Path, word: str, chance: Random) -> list[Fact]:
    path = folder / "requirements.txt"
    lines = path.read_bytes().split(b"\n")
    lines.insert(chance.randint(2, len(lines) - 1), f"package-{word}>=1.{chance.randint(0, 9)}".encode())
    path.write_bytes(b"\n".join(lines))
    return []


def _spec(folder: Path, word: str, chance: Random) -> list[Fact]:
    path = folder / "prototype.yaml"
    text = path.read_text(encoding="utf-8")
    name = chance.choice(["tone", "audience", "welcome", "persona"])
    lines = [f"{name}: from {word}" if line.startswith(f"{name}:") else line for line in text.split("\n")]
    lines.insert(chance.randint(2, 6), f"# said {word}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return [Fact("prototype.yaml", "field", (name, f"from {word}"))]


def _own_file(folder: Path, word: str, chance: Random) -> list[Fact]:
    name = chance.choice(["notes", "docs", "knowledge"]) + f"/{word}.md"
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(f"# {word}\n".encode())
    return [Fact(name, "the same", f"# {word}\n".encode())]


def _everywhere(folder: Path, word: str, chance: Random) -> list[Fact]:
    """A word replaced in every text of the repository, as `git grep -l WORD | xargs sed -i` does."""
    old = chance.choice([b"return", b"answer", b"question", b"import"])
    for path in folder.rglob("*"):
        if path.is_file() and ".git" not in path.parts and b"\0" not in (content := path.read_bytes()):
            path.write_bytes(content.replace(old + b" ", old + b"  "))
    return []


def _every_line_end(folder: Path, word: str, chance: Random) -> list[Fact]:
    """A checkout with the line ends of Windows."""
    for name in (*_TEXTS, "requirements.txt"):
        path = folder / name
        if path.is_file() and b"\0" not in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return [Fact(name, "Windows line ends", True) for name in _TEXTS]


def _move(folder: Path, word: str, chance: Random) -> list[Fact]:
    """A file put elsewhere, and a line added to it."""
    old, new = chance.choice([("style.css", f"looks/{word}.css"), ("AGENTS.md", f"docs/{word}.md")])
    if not (folder / old).is_file():
        return []
    (folder / new).parent.mkdir(exist_ok=True)
    line = remark(new, f"moved by {word}").encode()
    (folder / new).write_bytes((folder / old).read_bytes() + line + b"\n")
    (folder / old).unlink()
    return [Fact(old, "gone", True), Fact(new, "line", line)]


def _no_pristine_copy(folder: Path, word: str, chance: Random) -> list[Fact]:
    """What a tool needs to tell the owner's changes from its own, thrown away."""
    for name in (".protokit/base.zip", ".cruft.json", ".copier-answers.yml"):
        if chance.random() < 0.5:
            (folder / name).unlink(missing_ok=True)
    return []


def _yours(folder: Path, word: str, chance: Random) -> list[Fact]:
    path = folder / chance.choice(_YOURS)
    path.write_bytes(path.read_bytes() + f"# {word}\n".encode())
    return [Fact(path.name, "the same", path.read_bytes())]


_EDITS = (
    *[_text] * 6,
    *[_everywhere, _every_line_end, _move, _no_pristine_copy],
    *[_remove, _line_ends, _last_line_end, _executable, _other_encoding, _package, _spec, _own_file, _yours],
)
