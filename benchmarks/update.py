"""Hundreds of seeded edits under seeded releases: what `protokit update`, cruft and copier make of the same corpus.

python -m benchmarks.update [--cases 240] [--releases 16] [--seed 1] [--tools protokit cruft copier] [--gates] [--json]

Every case is one owner's one to five edits and one release of three to seven changes. Conflicts are written into the
files by all three, so that what became of each line can be looked at. `--gates` then runs the whole `protokit update`
on every case that came out red without a conflict: it must leave the prototype as it was.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from benchmarks.updates.edits import edit
from benchmarks.updates.outcomes import Outcome, look, red
from benchmarks.updates.releases import Files, first, release
from benchmarks.updates.tools import Copier, Cruft, Protokit, Tool
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold

TOOLS: dict[str, type[Tool]] = {"protokit": Protokit, "cruft": Cruft, "copier": Copier}
START = "1.0.0"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=240)
    parser.add_argument("--releases", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tools", nargs="+", choices=list(TOOLS), default=list(TOOLS))
    parser.add_argument("--gates", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        place = Path(aside).resolve()
        versions = made_versions(place, asked.releases, asked.seed)
        tools = {name: TOOLS[name](place / name, versions) for name in asked.tools}
        outcomes: dict[str, list[Outcome]] = {name: [] for name in tools}
        for case in range(asked.cases):
            for name, tool in tools.items():
                outcomes[name].append(run(tool, case, versions, asked.seed, place / "case"))
        rows = {name: counted(found) for name, found in outcomes.items()}
        if asked.gates and "protokit" in tools:
            doubtful = [outcome for outcome in outcomes["protokit"] if outcome.red]
            rows["protokit"] |= gated(tools["protokit"], doubtful, versions, asked.seed, place / "gate")
    if asked.json:
        print(json.dumps({"cases": asked.cases, "tools": rows, "examples": examples(outcomes)}, indent=1))
    else:
        print(table(rows))


def made_versions(place: Path, releases: int, seed: int) -> dict[str, Files]:
    """Version -> files. Each release changes the first version or the one before it."""
    folder = make(
        plan_scaffold(ScaffoldRequest("Search our HR policies", blueprint="rag-search")), place / "render"
    )
    paths = [path for path in folder.rglob("*") if path.is_file() and ".protokit" not in path.parts]
    render = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    versions = {START: _named(first(render), START)}
    for number in range(1, releases + 1):
        before = versions[START] if number % 2 else versions[f"1.{number - 1}.0"]
        version = f"1.{number}.0"
        versions[version] = _named(release(number, {**versions[START], **before}, seed), version)
    return versions


def _named(files: Files, version: str) -> dict[str, bytes]:
    """With the version in prototype.yaml, as a template would have it; searched by words only, which is quick."""
    lines = files["prototype.yaml"].decode().replace("embedding: default", "embedding: none").split("\n")
    named = [f"blueprint: bench@{version}" if line.startswith("blueprint:") else line for line in lines]
    return {**files, "prototype.yaml": "\n".join(named).encode()}


def version_of(case: int, versions: Mapping[str, Files], seed: int) -> str:
    """The release that a case is brought to."""
    return Random(f"version {seed} {case}").choice([version for version in versions if version != START])


def run(tool: Tool, case: int, versions: Mapping[str, Files], seed: int, folder: Path) -> Outcome:
    """Edit a project of `tool`, update it, look at it, and remove it."""
    import shutil

    version = version_of(case, versions, seed)
    tool.project(folder)
    facts = edit(folder, case, seed)
    tool.settle(folder)
    before = red(folder)
    began = time.perf_counter()
    ended = tool.update(folder, version)
    seconds = time.perf_counter() - began
    outcome = look(case, folder, facts, ended, (versions[START], versions[version]), before, seconds)
    shutil.rmtree(folder)
    return outcome


def gated(
    tool: Tool, doubtful: Sequence[Outcome], versions: Mapping[str, Files], seed: int, folder: Path
) -> dict[str, object]:
    """What the whole `protokit update` does in the cases that came out red: nothing may stay red without a word."""
    import shutil

    from protokit.update.update_prototype import UpdateOptions, update

    left, verdicts = 0, []
    for outcome in doubtful:
        tool.project(folder)
        edit(folder, outcome.case, seed)
        before = red(folder)
        version = version_of(outcome.case, versions, seed)
        ended = update(folder, UpdateOptions(blueprint=str(tool.place / version)))
        left += any(fault not in before for fault in red(folder))
        verdicts.append(f"{ended.verdict} {ended.culprit}".strip())
        shutil.rmtree(folder)
    return {
        "rolled back by the gates": len(doubtful) - left,
        "red after the gates": left,
        "verdicts": verdicts,
    }


def counted(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The row of a tool."""
    return {
        "updates": len(outcomes),
        "edits": sum(outcome.edits for outcome in outcomes),
        "updates that asked": sum(outcome.asked for outcome in outcomes),
        "files with a conflict": sum(len(outcome.conflicts) for outcome in outcomes),
        "gave up": sum(bool(outcome.failure) for outcome in outcomes),
        "edits lost silently": sum(len(outcome.lost) for outcome in outcomes),
        "updates that lost edits silently": sum(bool(outcome.lost) for outcome in outcomes),
        "lines lost in a conflict": sum(len(outcome.lost_in_conflict) for outcome in outcomes),
        "release lines dropped silently": sum(len(outcome.dropped) for outcome in outcomes),
        "red without a word": sum(bool(outcome.red) for outcome in outcomes),
        "median seconds": round(statistics.median(outcome.seconds for outcome in outcomes), 2),
    }


def examples(outcomes: Mapping[str, Sequence[Outcome]], most: int = 12) -> dict[str, dict[str, list[str]]]:
    """The first few of each loss, to be looked into."""
    shown: dict[str, dict[str, list[str]]] = {}
    for name, found in outcomes.items():
        shown[name] = {
            "lost": [f"{o.case} {fact}"[:200] for o in found for fact in o.lost][:most],
            "lost in a conflict": [f"{o.case} {fact}"[:200] for o in found for fact in o.lost_in_conflict][
                :most
            ],
            "dropped": [f"{o.case} {line}"[:200] for o in found for line in o.dropped][:most],
            "red": [f"{o.case} {fault}"[:200] for o in found for fault in o.red][:most],
            "gave up": [f"{o.case} {o.failure}"[:200] for o in found if o.failure][:most],
        }
    return shown


def table(rows: Mapping[str, Mapping[str, object]]) -> str:
    """The counts side by side."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row if name != "verdicts"))
    width = max(map(len, names))
    lines = [f"{'':{width}}" + "".join(f"{tool:>12}" for tool in rows)]
    lines += [
        f"{name:{width}}" + "".join(f"{row.get(name, ''):>12}" for row in rows.values()) for name in names
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
