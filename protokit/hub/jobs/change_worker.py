"""Plans or makes one change of a prototype in a process of its own: documents are read, its code is run for it.

python -m protokit.hub.jobs.change_worker < ORDER     prints steps and, in its last line, the report, as JSON
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from protokit.errors import ProtokitError
from protokit.hub.content.api_keys import keys_of
from protokit.revise.change_prototype import change_prototype, preview_change, undo_change
from protokit.revise.change_report import change_as_dict, verdict
from protokit.revise.read_changes import read_changes


def main(order: dict[str, Any]) -> None:
    """Do what `order` says: "preview", "apply" or "undo"."""
    folder, who = Path(order["folder"]), str(order["who"])
    try:
        if order["action"] == "undo":
            entry = undo_change(folder, order["number"], who=who)
            _write({"verdict": "undone", "told": f"Undone: {entry.line}"})
            return
        line, model = str(order["line"]), str(order["model"])
        if model:
            _by_model(folder, line, model, who, ask=order["action"] == "apply")
            return
        request = read_changes(line)
        if order["action"] == "preview":
            ended = preview_change(folder, request, reads_paths=False)
        else:
            ended = change_prototype(
                folder, request, who=who, reads_paths=False, tell=lambda step: _write({"step": step})
            )
        _write({**change_as_dict(ended), "told": verdict(ended)})
    except ProtokitError as problem:
        _write({"verdict": "failed", "told": str(problem)})


def _by_model(folder: Path, line: str, model: str, who: str, *, ask: bool) -> None:
    """Tell what asking `model` may take at most, or ask it and keep what makes nothing worse."""
    from protokit.revise.llm_changes import ModelBudget, change_by_model

    if not ask:
        _write({"verdict": "would ask", "told": str(ModelBudget.of(model, folder, line))})
        return
    os.environ.update(keys_of(folder, model))
    ended = change_by_model(
        folder, line, model, who=who, reads_paths=False, tell=lambda step: _write({"step": step})
    )
    _write({**change_as_dict(ended), "told": verdict(ended)})


def _write(report: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.stdin.readline()))
