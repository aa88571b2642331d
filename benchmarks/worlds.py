"""How many questions about a product manager's own documents are answered right, by kind of question.

python -m benchmarks.worlds FOLDER [--blueprint NAME ...] [--show wrong,partly] [--out FOLDER]

FOLDER holds worlds (a folder each, with docs/ and questions.jsonl) and their scorer, score_world.py, which makes a
prototype of each, asks all its questions and judges the answers. FOLDER may also be one of the worlds. Those of
benchmarks/companies (a clinic network in English and Portuguese, a haulier in Polish and French) are asked as well.
"""

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

_BLUEPRINTS = ("chatbot", "rag-search")
_COMPANIES = Path(__file__).with_name("companies")
_GOOD = ("right", "rightly refused")
_BAD = ("wrong", "wrongly answered")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--blueprint", action="append", choices=_BLUEPRINTS)
    parser.add_argument("--show", default="", help="print the answers with these verdicts, or all")
    parser.add_argument("--out", type=Path, help="keep the answers with their verdicts here")
    options = parser.parse_args()
    worlds, scorer = _worlds(options.folder.resolve())
    with tempfile.TemporaryDirectory() as scratch:
        worlds += [_written_out(company, Path(scratch, "worlds")) for company in sorted(_COMPANIES.iterdir())]
        for blueprint in options.blueprint or _BLUEPRINTS:
            out = options.out or Path(scratch)
            print(f"== {blueprint}")
            print(_table([_score(world, scorer, blueprint, out, options.show) for world in worlds]))


def _worlds(folder: Path) -> tuple[list[Path], Path]:
    """The worlds in `folder` and their scorer."""
    alone = (folder / "questions.jsonl").is_file()
    worlds = [folder] if alone else sorted(path.parent for path in folder.glob("*/questions.jsonl"))
    scorer = (folder.parent if alone else folder) / "score_world.py"
    if not worlds or not scorer.is_file():
        sys.exit(f"{folder}: no world, or no score_world.py beside it")
    return worlds, scorer


def _written_out(company: Path, folder: Path) -> Path:
    """The world of a company, with a workbook for each "NAME.xlsx.csv"."""
    import openpyxl

    world = Path(shutil.copytree(company, folder / company.name))
    for rows in world.glob("docs/*.xlsx.csv"):
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.title = "Prices"
        with rows.open(encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines):
                sheet.append([_number(cell) for cell in row])
        book.save(rows.with_suffix(""))
        rows.unlink()
    return world


def _number(cell: str) -> float | int | str:
    return (
        float(cell)
        if "." in cell and cell.replace(".", "").isdigit()
        else int(cell)
        if cell.isdigit()
        else cell
    )


def _score(world: Path, scorer: Path, blueprint: str, out: Path, show: str) -> dict[str, object]:
    """What the scorer says of one world."""
    command = [sys.executable, str(scorer), str(world), "--protokit", str(Path(sys.executable).parent)]
    command += ["--blueprint", blueprint, "--out", str(out), "--show", show]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600)
    if done.returncode:
        sys.exit(f"{world.name}: {done.stderr[-2000:]}")
    if show:
        print(done.stdout)
    name = json.loads((world / "world.json").read_text(encoding="utf-8"))["world"]
    summary: dict[str, object] = json.loads((out / f"{name}-{blueprint}.json").read_text(encoding="utf-8"))
    return summary


def _table(summaries: Sequence[dict[str, object]]) -> str:
    """Kinds down, worlds across: good of all, and in brackets how many were answered wrongly."""
    kinds: list[dict[str, Counter[str]]] = []
    for summary in summaries:
        by_kind = summary["kinds"]
        assert isinstance(by_kind, dict)
        kinds.append({kind: Counter(verdicts) for kind, verdicts in by_kind.items()})
    names = [*dict.fromkeys(kind for each in kinds for kind in each)]
    head = ["kind", *(str(summary["name"]) for summary in summaries), "together"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for kind in names:
        lines.append(_line(kind, [each.get(kind, Counter()) for each in kinds]))
    lines.append(_line("all", [sum(each.values(), Counter()) for each in kinds]))
    measures = [summary["lines"] for summary in summaries]
    for what in measures[0] if isinstance(measures[0], dict) else ():
        cells = [str(each.get(what, "")) for each in measures if isinstance(each, dict)]
        lines.append(f"| {' | '.join([what, *cells, ''])} |")
    return "\n".join(lines)


def _line(name: str, verdicts: Sequence[Counter[str]]) -> str:
    return f"| {' | '.join([name, *map(_share, [*verdicts, sum(verdicts, Counter())])])} |"


def _share(verdicts: Counter[str]) -> str:
    good, bad = _count(verdicts, _GOOD), _count(verdicts, _BAD)
    return f"{good}/{sum(verdicts.values())}" + (f" ({bad} wrong)" if bad else "")


def _count(verdicts: Counter[str], names: Iterable[str]) -> int:
    return sum(verdicts[name] for name in names)


if __name__ == "__main__":
    main()
