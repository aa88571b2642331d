"""Lines that change a prototype: is what they ask for there, are its tests green or is it as it was, and nothing else?

python -m benchmarks.changes [--cases 62] [--plan-only] [--json]

The lines stand in data/changes.yaml. Each is tried as `protokit change` tries it, which takes about 15 seconds; with
--plan-only the files are written without the trial, in a second a line.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from protokit.files.layout import OURS, SPEC_FILE
from protokit.revise.change_prototype import change_prototype, preview_change
from protokit.revise.read_changes import read_changes
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from protokit.update.transaction import carry_out

CASES = Path(__file__).with_name("data") / "changes.yaml"
PROTOTYPES = {
    "chat": ScaffoldRequest("A chatbot that answers new hires' questions about our handbook", plain=True),
    "rag": ScaffoldRequest("Search our HR policies", blueprint="rag-search", plain=True),
    "summ": ScaffoldRequest("Summarize meeting notes", plain=True),
    "extr": ScaffoldRequest("Extract vendor, date and total from invoices", plain=True),
    "clas": ScaffoldRequest("Sort customer messages into problem, request, question and praise", plain=True),
}
PARKING = "# Parking\n\nParking is free for employees from 7 a.m. to 7 p.m. A parking permit costs 30 EUR a month.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=10**6, help="How many, the first ones.")
    parser.add_argument("--plan-only", action="store_true", help="Write without trying it in a copy.")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    cases = yaml.safe_load(CASES.read_text(encoding="utf-8"))[: asked.cases]
    with tempfile.TemporaryDirectory() as aside:
        place = Path(aside).resolve()
        (place / "parking.md").write_text(PARKING, encoding="utf-8")
        made = {name: make(plan_scaffold(wish), place / name) for name, wish in PROTOTYPES.items()}
        rows = [run(case, made[case["proto"]], place, plan_only=asked.plan_only) for case in cases]
    if asked.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print(table(rows))


def run(case: Mapping[str, Any], origin: Path, place: Path, *, plan_only: bool) -> dict[str, Any]:
    """One line on a fresh copy: the verdict, the faults and the seconds."""
    folder = place / "case"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(origin, folder)
    line = str(case["line"]).replace("{documents}", str(place))
    began = time.perf_counter()
    request = read_changes(line)
    if plan_only:
        ended = preview_change(folder, request)
        carry_out(ended.plan.folder, ended.plan.writes)
        verdict = "changed" if ended.plan.writes else ended.verdict
    else:
        ended = change_prototype(folder, request)
        verdict = ended.verdict
    seconds = time.perf_counter() - began
    faults = list(faults_of(case, verdict, origin, folder, request.not_understood))
    return {
        "proto": case["proto"],
        "line": case["line"],
        "verdict": verdict,
        "why": ended.why or "; ".join(each.why for each in ended.plan.refusals),
        "faults": faults,
        "seconds": round(seconds, 1),
    }


def faults_of(
    case: Mapping[str, Any], verdict: str, origin: Path, folder: Path, missed: tuple[str, ...]
) -> Iterator[str]:
    """What is not as the case wants it."""
    changed = set(differences(origin, folder))
    if missed != tuple(case.get("missed", ())):
        yield f"not understood: {missed}"
    if verdict != "changed":
        if changed:
            yield f"not kept, and yet another: {sorted(changed)}"
        if not case.get("refused") and verdict != "left as it was":
            yield verdict
        return
    if case.get("refused"):
        yield "it was to be refused"
    allowed = case.get("files", ())
    if allowed != "*" and (others := changed - {SPEC_FILE, *allowed}):
        yield f"touched too: {sorted(others)}"
    for path, value in case.get("want", {}).items():
        if not holds(folder, path, value):
            yield f"{path} is not {value}"


def differences(one: Path, other: Path) -> Iterator[str]:
    """The files that differ, but for those below .protokit/."""
    names = {path.relative_to(each) for each in (one, other) for path in each.rglob("*") if path.is_file()}
    for name in sorted(names):
        pair = [(each / name).read_bytes() if (each / name).is_file() else None for each in (one, other)]
        if name.parts[0] != OURS and "__pycache__" not in name.parts and pair[0] != pair[1]:
            yield name.as_posix()


def holds(folder: Path, path: str, value: Any) -> bool:
    """Whether `value` is at `path`; in a text, a list or a file whether it stands there ("-" before it: does not)."""
    if "." in path and (folder / path).suffix in (".md", ".py", ".yaml", ".csv") and path != SPEC_FILE:
        found: Any = (folder / path).read_text(encoding="utf-8") if (folder / path).is_file() else ""
    else:
        found = yaml.safe_load((folder / SPEC_FILE).read_text(encoding="utf-8"))
        for step in path.split("."):
            found = inner(found, step)
    if isinstance(value, str):
        gone, words = value.startswith("-"), value.removeprefix("-")
        return (words.casefold() in str(found).casefold()) != gone and found is not None
    return bool(found == value)


def inner(found: Any, step: str) -> Any:
    """What is under `step`: of constraints the value of that kind, of fields the one of that name."""
    if isinstance(found, list):
        named = [each for each in found if step in (each.get("kind"), each.get("name"))]
        values = [each.get("value", "") for each in named if "kind" in each]
        return (
            " ".join(map(str, values))
            if len(values) > 1
            else values[0]
            if values
            else next(iter(named), None)
        )
    return found.get(step) if isinstance(found, dict) else None


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        f"{'BAD' if row['faults'] else 'ok '} {row['seconds']:5.1f}s {row['verdict']:<17} {row['proto']:<5}"
        + row["line"]
        + "".join(f"\n      {fault}" for fault in row["faults"])
        + (f"\n      ({row['why']})" if row["why"] else "")
        for row in rows
    ]
    good = sum(not row["faults"] for row in rows)
    kept = sum(row["verdict"] == "changed" for row in rows)
    left = sum(row["verdict"] == "left as it was" for row in rows)
    return "\n".join([*lines, f"{good} of {len(rows)} as wanted; {kept} changed, {left} left as they were"])


if __name__ == "__main__":
    main()
