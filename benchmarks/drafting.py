"""Measures routing: is the right blueprint found, and is what no blueprint serves refused?

python benchmarks/drafting.py                    # the measuring half of data/prompts.jsonl, never trained on
python benchmarks/drafting.py PROMPTS.jsonl      # rows with prompt, label and, where it holds, ambiguous: true
python benchmarks/drafting.py --json [PROMPTS.jsonl]
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from protokit.catalog import lookup
from protokit.drafting.choose_blueprint import choose
from protokit.errors import PromptProblem
from protokit.spec.names import clean_prompt

OWN = Path(__file__).parent / "data" / "prompts.jsonl"


@dataclass(frozen=True, slots=True)
class Row:
    """One prompt, what it asks for, and what routing made of it."""

    prompt: str
    label: str
    ambiguous: bool
    chosen: str | None
    """The blueprint that was taken."""
    understood: str
    """The blueprint or kind beyond that it was taken for; empty when it was refused unread."""
    asked: bool
    """Whether the person would have been asked which of two is meant."""


@dataclass(frozen=True, slots=True)
class Result:
    """Shares from 0 to 1 over the unambiguous prompts of a file."""

    file: str
    core: int
    core_right: float
    """Prompts of a blueprint that got it, a few of them with a question."""
    core_asked: float
    """Those where a question was asked before."""
    outside: int
    accepted: float
    """Prompts outside the blueprints that got one silently."""
    doubted: float
    """Those that got one with the doubt said: what else it may ask for, as a question."""
    kinds_right: float
    """All prompts whose kind, served or not, was understood."""
    milliseconds: float
    """CPU a prompt, everything loaded."""


def measure(file: Path, *, half: str | None = None) -> tuple[Result, list[Row]]:
    """Route every prompt in `file`, or only those of the named `half`."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    started = time.process_time()
    rows = [_routed(line) for line in lines if half in (None, line.get("half"))]
    spent = time.process_time() - started
    clear = [row for row in rows if not row.ambiguous]
    served = lookup.blueprints()
    core = [row for row in clear if row.label in served]
    outside = [row for row in clear if row.label not in served]
    result = Result(
        file=file.name + (f", {half} half" if half else ""),
        core=len(core),
        core_right=_share([row.chosen == row.label for row in core]),
        core_asked=_share([row.chosen == row.label and row.asked for row in core]),
        outside=len(outside),
        accepted=_share([row.chosen is not None and not row.asked for row in outside]),
        doubted=_share([row.chosen is not None and row.asked for row in outside]),
        kinds_right=_share([row.understood == row.label for row in clear]),
        milliseconds=round(1000 * spent / max(len(rows), 1), 2),
    )
    return result, rows


def _routed(line: dict[str, object]) -> Row:
    prompt, label = str(line["prompt"]), str(line["label"])
    try:
        choice = choose(clean_prompt(prompt))
    except PromptProblem:
        return Row(prompt, label, bool(line.get("ambiguous")), None, "", asked=False)
    understood = choice.considered[0][0]
    return Row(
        prompt, label, bool(line.get("ambiguous")), choice.blueprint, understood, choice.question is not None
    )


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 3) if right else 0.0


def main() -> None:
    """Print the table, the mistakes with --mistakes, or JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--mistakes", action="store_true", help="list the prompts that went wrong")
    given = parser.parse_args()
    measured = [measure(OWN, half="measure")] + ([measure(given.file)] if given.file else [])
    if given.json:
        print(json.dumps([asdict(result) for result, _ in measured], indent=1))
        return
    head = f"{'core':>5} {'right':>6} {'asked':>6} {'outside':>8} {'silently':>9} {'doubted':>8}"
    print(f"{'prompts':32} {head} {'kind':>6} {'ms':>6}")
    for result, rows in measured:
        print(
            f"{result.file:32} {result.core:5} {result.core_right:6.1%} {result.core_asked:6.1%}"
            f" {result.outside:8} {result.accepted:9.1%} {result.doubted:8.1%}"
            f" {result.kinds_right:6.1%} {result.milliseconds:6.2f}"
        )
        if given.mistakes:
            _print_mistakes(rows)


def _print_mistakes(rows: Sequence[Row]) -> None:
    served = lookup.blueprints()
    for row in rows:
        if row.chosen != (row.label if row.label in served else None) and not row.ambiguous:
            print(
                f"  {row.label} -> {row.chosen or f'refused as {row.understood}'}{' (asks)' * row.asked}: {row.prompt}"
            )


if __name__ == "__main__":
    main()
