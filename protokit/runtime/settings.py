"""The settings of a running prototype: what `prototype.yaml` and `instructions.md` in its folder say."""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

import msgspec

from protokit.runtime.answer_rules import AnswerRules
from protokit.runtime.prototype_fields import PrototypeFields, UploadRule
from protokit.runtime.yaml_checks import convert, read_fields, read_text

MODEL, CHROMA = "PROTOKIT_MODEL", "PROTOKIT_CHROMA_URL"
"""Environment variables of whoever hosts it: the model in place of prototype.yaml's, and the Chroma server that
several machines keep their passages on."""
_FEWEST_WORDS = 5
"""Of an answer, however much it begins and closes with."""


SettingsState = tuple[tuple[str, int, int], ...]


def settings_state(folder: Path) -> SettingsState:
    """What tells cheaply whether somebody edited how the page is: size and time of each file that decides it."""
    state = []
    for name in ("prototype.yaml", "instructions.md", "style.css"):
        with suppress(OSError):
            facts = (folder / name).stat()
            state.append((name, facts.st_size, facts.st_mtime_ns))
    return tuple(state)


def title_key(title: str) -> str:
    """The key by which a prototype without an id was, and is, known."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-")
    return f"{plain or 'knowledge'}-{hashlib.sha256(title.encode()).hexdigest()[:8]}"


class Settings(PrototypeFields, frozen=True):
    """The fields of `prototype.yaml` that matter while it runs; the others are for people and for updates."""

    folder: Path

    @classmethod
    def read(cls, folder: Path | str) -> "Settings":
        """Return the settings of the prototype in `folder`; SettingsProblem names file, field and line.

        Fields that are not known here, or without a value, are left to `protokit check`.
        """
        folder = Path(folder).resolve()
        path = folder / "prototype.yaml"
        text = read_text(path)
        fields = read_fields(text, where=path.name)
        known = {
            name: fields[name] for name in PrototypeFields.__struct_fields__ if fields.get(name) is not None
        }
        values = msgspec.structs.asdict(convert(PrototypeFields, known, text=text, where=path.name))
        return cls(folder, **values | {"model": os.environ.get(MODEL) or values["model"]})

    @property
    def key(self) -> str:
        """What shared servers know it by: its id, or, for one that was made before there were any, its title's key."""
        return self.id or title_key(self.title)

    @property
    def instructions(self) -> str:
        """How the assistant should behave, as `instructions.md` says now."""
        path = self.folder / "instructions.md"
        return read_text(path) if path.is_file() else ""

    @property
    def knowledge(self) -> Path:
        """The folder where documents are dropped."""
        return self.folder / "knowledge"

    @property
    def upload_rule(self) -> UploadRule:
        """What becomes of visitors' files; YAML reads a bare `off` as false."""
        return ("private" if self.uploads else "off") if isinstance(self.uploads, bool) else self.uploads

    @property
    def has_own_documents(self) -> bool:
        """Whether a document is there that is none of the samples."""
        samples = set(self.sample_documents.files if self.sample_documents else ())
        files = (path for path in self.knowledge.rglob("*") if path.is_file())
        names = (path.relative_to(self.knowledge) for path in files)
        return any(
            name.as_posix() not in samples and not any(part.startswith(".") for part in name.parts)
            for name in names
        )

    @property
    def store(self) -> tuple[Path | str, str]:
        """Where the passages are kept and under which name: in the prototype's folder, or on a shared server."""
        if url := os.environ.get(CHROMA, ""):
            return url, self.key
        return self.folder / ".protokit" / "index", "knowledge"

    @property
    def max_words(self) -> int | None:
        """The longest answer asked for, in words, without those that every answer begins and closes with."""
        most = next((int(rule.value) for rule in self.constraints if rule.kind == "max_words"), None)
        return max(_FEWEST_WORDS, most - self.rules.length) if most else None

    @property
    def rules(self) -> AnswerRules:
        """What is wished of every answer whatever engine gives it."""
        return AnswerRules.of(self.constraints)
