"""What a person corrected by hand: kept in a file beside the prototype, and what the next documents are read by."""

import hashlib
import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from protokit.runtime.extraction.extract_fields import ExtractedCell
from protokit.runtime.extraction.field_values import ExtractedValue
from protokit.runtime.extraction.model_cells import place_of
from protokit.runtime.extraction.typed_values import Value, find_values
from protokit.runtime.prototype_fields import ExtractionField
from protokit.runtime.runtime_errors import SettingsProblem
from protokit.runtime.text_limits import require_length

CORRECTIONS_FILE = "corrections.json"
_LONGEST = 2_000
"""Characters of a value."""
_MOST = 5_000
"""Documents with corrections."""
_ROW = re.compile(r" \(row \d+\)$")
_LOCK = threading.Lock()


class Correction(NamedTuple):
    """What a person said a field is in one document."""

    value: str
    """As typed; empty where the document does not state it."""
    label: str = ""
    """The words that stand before the value there."""


class Corrections:
    """The corrections of the prototype in `folder`, by the text of the document and the name of the field."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / CORRECTIONS_FILE

    def of(self, text: str) -> dict[str, Correction]:
        """What was corrected in the document `text`, by field."""
        return self._read().get(_key(text), {})

    def keep(self, text: str, key: str, value: str) -> None:
        """Keep that the cell of that `key` is `value` in the document `text`, "" for not stated.

        Raises TooLong, SettingsProblem.
        """
        require_length(value, _LONGEST, "value")
        with _LOCK:
            known = self._read()
            if len(known) >= _MOST and _key(text) not in known:
                raise SettingsProblem(
                    "holds as many documents as it may",
                    where=CORRECTIONS_FILE,
                    fix="Take old ones out of it.",
                )
            place = place_of(value, text)
            label = _label_before(text, place[0]) if place else ""
            known.setdefault(_key(text), {})[key] = Correction(" ".join(value.split()), label)
            whole = json.dumps(known, ensure_ascii=False, indent=1)
            beside = self.path.with_suffix(".json.new")
            try:
                beside.write_text(whole, encoding="utf-8")
                beside.replace(self.path)
            except OSError as problem:
                what = f"cannot be written ({problem.strerror})"
                raise SettingsProblem(
                    what, where=CORRECTIONS_FILE, fix="Make room, or let it write there."
                ) from None

    def taught(self, fields: Sequence[ExtractionField]) -> tuple[ExtractionField, ...]:
        """`fields` with the labels that stood before corrected values."""
        labels: dict[str, list[str]] = {}
        for row in self._read().values():
            for key, correction in row.items():
                name = _ROW.sub("", key)
                if correction.label:
                    labels.setdefault(name, []).append(correction.label)
        return tuple(
            msgspec.structs.replace(each, labels=tuple(dict.fromkeys([*each.labels, *labels[each.name]])))
            if each.name in labels
            else each
            for each in fields
        )

    def _read(self) -> dict[str, dict[str, Correction]]:
        if not self.path.is_file():
            return {}
        try:
            rows: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(
                self.path.read_text(encoding="utf-8")
            )
            return {key: {name: Correction(*each) for name, each in row.items()} for key, row in rows.items()}
        except (ValueError, TypeError, AttributeError):
            raise SettingsProblem(
                "not what was written there",
                where=CORRECTIONS_FILE,
                fix="Take back your change, or remove the file.",
            ) from None


def cell_key(field: ExtractionField, line: int, *, several: bool = False) -> str:
    """What a correction of `field` in row `line` of a document is kept under: what all its rows share, once."""
    return f"{field.name} (row {line + 1})" if line and (several or field.item) else field.name


def corrected(cell: ExtractedCell, correction: Correction | None, text: str) -> ExtractedCell:
    """`cell` as a person corrected it."""
    if correction is None:
        return cell
    if not correction.value:
        return replace(cell, values=(), note="not stated, as corrected by hand")
    place = place_of(correction.value, text) or (0, 0)
    read = find_values(cell.field, correction.value)
    value: Value = read[0].value if read else correction.value
    unit = read[0].unit if read else ""
    return replace(cell, values=(ExtractedValue(value, *place, 1.0, "corrected by hand", unit),), note="")


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _label_before(text: str, at: int) -> str:
    """The words before a place on its line, where they can be a label."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    words = line.rstrip(" \t:#|=*_.-").split()[-4:]
    label = " ".join(words).strip("*_|#-• ")
    return label if 2 <= len(label) <= 40 and any(map(str.isalpha, label)) else ""
