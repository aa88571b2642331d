"""What people corrected: examples that count from the next text on, kept in a file beside the prototype's data."""

import json
import os
import threading
from collections import OrderedDict
from pathlib import Path

from protokit.runtime.classification.label_model import Example
from protokit.runtime.uploads.upload_policy import UPLOADS
from protokit.runtime.visitor import HOSTED

FILE = Path(".protokit", "corrections.jsonl")
"""Where they are kept, in the prototype's folder: one JSON object a line with `text` and `label`."""
_MOST_TEXT = 2_000
_MOST_SESSIONS, _MOST_IN_SESSION = 200, 200
_MOST_IN_FILE = 2_000


def keeps_corrections() -> bool:
    """Whether what is corrected on the page holds for everybody: where its owner tries it, never where guests do."""
    return not os.environ.get(HOSTED) and os.environ.get(UPLOADS) == "on"


class LabelCorrections:
    """Those of the file, which hold for everybody, and those of a visitor, which hold for the visit. Threads may
    share it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, list[Example]] = OrderedDict()

    def add(self, text: str, label: str, *, session: str = "", keep: bool = False) -> None:
        """Learn that `label` is right for `text`: for everybody where it is to be kept, else for `session`."""
        example = Example(text[:_MOST_TEXT], label)
        with self._lock:
            if keep:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(
                        json.dumps({"text": example.text, "label": label}, ensure_ascii=False) + os.linesep
                    )
                return
            examples = self._sessions.setdefault(session, [])
            examples.append(example)
            del examples[:-_MOST_IN_SESSION]
            self._sessions.move_to_end(session)
            while len(self._sessions) > _MOST_SESSIONS:
                self._sessions.popitem(last=False)

    def examples(self, session: str = "") -> tuple[Example, ...]:
        """All that hold for `session`; of a text that was corrected twice, the last."""
        with self._lock:
            examples = [*self._kept(), *self._sessions.get(session, ())]
        return tuple({example.text: example for example in examples}.values())

    def _kept(self) -> list[Example]:
        """The examples in the file; a line that is damaged is left out."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return []
        return [example for line in lines[-_MOST_IN_FILE:] if (example := _example(line))]


def _example(line: str) -> Example | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    if isinstance(row, dict) and isinstance(row.get("text"), str) and isinstance(row.get("label"), str):
        return Example(row["text"], row["label"])
    return None
