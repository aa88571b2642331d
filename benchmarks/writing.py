"""Measures writing without a model: which broken rules are marked, what form can be put right, what the shapes say.

python -m benchmarks.writing FOLDER   # instructions.jsonl: id, prompt, constraints (IFEval's kinds)
                                      # notes.jsonl, user_stories.jsonl: text, constraints; facts_to_text.jsonl: facts

Constraints are held by `writing_scores.py`, which knows nothing of protokit's checks.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.writing_scores import holds, holds_shape
from protokit.runtime.prototype_fields import FormField
from protokit.runtime.writing.fit_rules import fit_rules
from protokit.runtime.writing.input_facts import new_facts
from protokit.runtime.writing.rule_checks import check_rules
from protokit.runtime.writing.rule_parser import parse_rules
from protokit.runtime.writing.writing_request import WritingRequest

Row = Mapping[str, Any]
TEXT = FormField(name="Text", long=True)
_BREAKING = (
    "",
    "word",
    "This is an answer, and it goes on: first, second, third. It is plain and short.",
    "THIS IS AN ANSWER, AND IT GOES ON. IT IS LOUD, AND IT IS LONG.",
    "one, two\n\n***\n\nthree, four\n\n***\n\nfive, six",
    "- one, two\n- three\n- four\n- five\n- six\n- seven",
    "A plain sentence, again and again. " * 60,
)
"""Texts that break many constraints; each is also tried with what a constraint rules out put into it."""


def rows_of(path: Path) -> list[Row]:
    """The rows of a JSON Lines file, none where it is not there."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def texts_for(row: Row) -> Iterator[str]:
    """Texts to hold against the constraints of `row`, many of which break one."""
    fitted = fit_rules(row["prompt"], parse_rules(row["prompt"]))
    ruled_out = [word for each in row["constraints"] for word in each.get("forbidden_words", ())]
    yield from (
        *_BREAKING,
        row["prompt"],
        fitted,
        fitted.replace(",", ""),
        fitted.swapcase(),
        fitted[: len(fitted) // 2],
    )
    yield from (f"{fitted} {word}" for word in ruled_out)


def measure_marks(rows: Sequence[Row]) -> str:
    """How many texts that break a constraint of a line have a mark, and how many that keep all of them have one."""
    broken = marked = clean = alarms = 0
    missed: Counter[str] = Counter()
    for row in rows:
        rules = parse_rules(row["prompt"])
        for text in texts_for(row):
            checks = check_rules(rules, text)
            for constraint in row["constraints"]:
                if not holds(constraint, text):
                    rest = [each for each in checks if not each.kept]
                    broken, marked = broken + 1, marked + bool(rest)
                    missed[constraint["kind"]] += not rest
            if all(holds(each, text) for each in row["constraints"]):
                clean, alarms = clean + 1, alarms + any(not check.kept for check in checks)
    told = ", ".join(f"{kind} {count}" for kind, count in missed.most_common() if count)
    return (
        f"broken rules marked {marked}/{broken} = {marked / max(1, broken):.3f}{f' (missed: {told})' if told else ''}\n"
        f"marks on texts that keep all {alarms}/{clean}"
    )


def measure_form(rows: Sequence[Row]) -> str:
    """How many constraints the line itself holds to once its form was put right."""
    held = [
        holds(constraint, fit_rules(row["prompt"], parse_rules(row["prompt"])))
        for row in rows
        for constraint in row["constraints"]
    ]
    return f"form put right {sum(held)}/{len(held)} = {sum(held) / len(held):.3f}"


def measure_shape(rows: Sequence[Row], shape: str) -> str:
    """How many texts hold to all constraints, and how many bring a fact of their own."""
    whole = brings = 0
    for row in rows:
        request = WritingRequest(
            {"Text": row["text"]},
            (TEXT,),
            shape,
            rules=parse_rules(row["instruction"]),  # type: ignore[arg-type]
        )
        text = request.offline().text
        whole += all(holds_shape(each, text, row["text"]) for each in row["constraints"])
        brings += bool(new_facts(text, row["text"]))
    return f"{shape} all constraints {whole}/{len(rows)} = {whole / len(rows):.3f}, with a fact of its own {brings}"


def measure_facts(rows: Sequence[Row]) -> str:
    """How many descriptions say every field and bring no other fact."""
    right = 0
    for row in rows:
        source = "\n".join(f"{label}: {value}" for label, value in row["facts"].items())
        text = WritingRequest(row["facts"], writes="description").offline().text
        said = all(
            value.casefold() in text.casefold() if value not in ("yes", "no") else _flag(label, value, text)
            for label, value in row["facts"].items()
        )
        right += said and not new_facts(text, source)
    return f"facts to text {right}/{len(rows)} = {right / len(rows):.3f}"


def _flag(label: str, value: str, text: str) -> bool:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).lower().split()
    told = re.search(r"(?P<no>not )?" + r"\W".join(words), text.lower())
    return told is not None and bool(told["no"]) == (value == "no")


def main() -> None:
    """Print the numbers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    if rows := rows_of(folder / "instructions.jsonl"):
        print(measure_marks(rows))
        print(measure_form(rows))
    for name, shape in (("notes", "notes"), ("user_stories", "user_stories")):
        if rows := rows_of(folder / f"{name}.jsonl"):
            print(measure_shape(rows, shape))
    if rows := rows_of(folder / "facts_to_text.jsonl"):
        print(measure_facts(rows))


if __name__ == "__main__":
    main()
