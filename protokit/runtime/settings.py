"""The settings of a running prototype: what `prototype.yaml` and `instructions.md` in its folder say."""

import hashlib
import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import yaml

from protokit.runtime.runtime_errors import SettingsProblem
from protokit.runtime.text_limits import FILE

MODEL, CHROMA = "PROTOKIT_MODEL", "PROTOKIT_CHROMA_URL"
"""Environment variables of whoever hosts it: the model in place of prototype.yaml's, and the Chroma server that
several machines keep their passages on."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Settings:
    """The fields of `prototype.yaml` that matter while it runs; the others are for people and for updates."""

    folder: Path
    title: str
    pitch: str = ""
    welcome: str = ""
    screen: str = "streamlit"
    language: str = "en"
    starter_questions: list[str] = field(default_factory=list)
    will_not: list[str] = field(default_factory=list)
    constraints: list[dict[str, Any]] = field(default_factory=list)
    emoji: str = "💬"
    accent: str = "#4f46e5"
    model: str = "offline"
    embedding: str = "default"
    fall_back_offline: bool = True
    context_tokens: int = 4096
    max_tokens: int | None = None
    temperature: float | int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    """What the blueprint lets a person decide, by name."""
    limits: dict[str, Any] = field(default_factory=dict)
    prices: dict[str, Any] = field(default_factory=dict)
    mask_personal_data: bool = False
    visitor_uploads: bool = False
    """Whether visitors may add files of their own where nobody else decides that (a Hub does, for each link)."""
    compare_cost_to: str = ""

    @classmethod
    def read(cls, folder: Path | str) -> "Settings":
        """Return the settings of the prototype in `folder`; SettingsProblem names file and field."""
        folder = Path(folder).resolve()
        found = _load(folder / "prototype.yaml")
        known = {item.name: item for item in fields(cls) if item.name != "folder"}
        values = {name: value for name, value in found.items() if name in known and value is not None}
        for name, value in values.items():
            _expect(name, value, cls.__annotations__[name])
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", values.get("accent", "#000000")):
            raise SettingsProblem(
                f"prototype.yaml: accent: expected a colour like #4f46e5, not {values['accent']!r:.60}."
            )
        if not values.get("title"):
            raise SettingsProblem('prototype.yaml: title: missing. Add a line such as "title: Leave Helper".')
        values["model"] = (
            os.environ.get(MODEL) or values.get("model") or cls.__dataclass_fields__["model"].default
        )
        return cls(folder=folder, **values)

    @property
    def instructions(self) -> str:
        """How the assistant should behave, as `instructions.md` says now."""
        try:
            return read_bounded(self.folder / "instructions.md")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError:
            raise SettingsProblem("instructions.md: not UTF-8 text. Save it as UTF-8.") from None

    @property
    def knowledge(self) -> Path:
        """The folder where documents are dropped."""
        return self.folder / "knowledge"

    @property
    def store(self) -> tuple[Path | str, str]:
        """Where the passages are kept and under which name: in the prototype's folder, or on a shared server."""
        if url := os.environ.get(CHROMA, ""):
            plain = re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")[:40]
            return url, f"{plain or 'knowledge'}-{hashlib.sha256(self.title.encode()).hexdigest()[:8]}"
        return self.folder / ".protokit" / "index", "knowledge"

    @property
    def max_words(self) -> int | None:
        """The longest answer asked for, in words."""
        found = [rule["value"] for rule in self.constraints if rule.get("kind") == "max_words"]
        return int(found[0]) if found else None


def read_bounded(path: Path) -> str:
    """The text of a file that a person writes. Raises SettingsProblem where it is too large for one, and OSError."""
    if path.stat().st_size > FILE:
        raise SettingsProblem(f"{path.name}: larger than {FILE:,} bytes. Shorten it.")
    return path.read_text(encoding="utf-8")


def _load(path: Path) -> dict[str, Any]:
    try:
        found = yaml.load(read_bounded(path), Loader=_LOADER)
    except FileNotFoundError:
        raise SettingsProblem(
            f"{path.name}: no such file in {path.parent}. Is this a prototype's folder?"
        ) from None
    except UnicodeDecodeError:
        raise SettingsProblem(f"{path.name}: not UTF-8 text. Save it as UTF-8.") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise SettingsProblem(f"{path.name}{line}: not valid YAML. Put quotes around the text.") from None
    if not isinstance(found, dict):
        raise SettingsProblem(f"{path.name}: expected fields like `title: ...`.")
    return found


def _expect(name: str, value: object, kind: Any) -> None:
    plain = get_origin(kind) or kind
    wanted = get_args(kind) if isinstance(kind, UnionType) else (plain,)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        expected = {
            str: "text",
            list: "a list",
            dict: "fields",
            bool: "true or false",
            int: "a whole number",
            float: "a number",
        }[wanted[0]]
        raise SettingsProblem(f"prototype.yaml: {name}: expected {expected}, not {value!r:.60}.")
