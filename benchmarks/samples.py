"""How many questions of the sample domains the offline engine answers as expected, and how many it rightly refuses;
those of the samples in other languages too.

python -m benchmarks.samples [DOMAIN ...]
"""

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec

from protokit.catalog import lookup
from protokit.evaluation.dataset import Row, ask, read_rows, wrong
from protokit.prototype.prototype_folder import Prototype
from protokit.scaffold.sample_knowledge import Sample
from protokit.scaffold.scaffold_plan import ScaffoldPlan, ScaffoldRequest, make, plan_scaffold


def main(names: list[str]) -> None:
    rows: list[tuple[str, Row, str]] = []
    for name in names or sorted(lookup.domains()):
        for language in [
            "en",
            *sorted(path.parent.name for path in lookup.domain_folder(name).glob("*/about.yaml")),
        ]:
            rows += [(f"{name} {language}", row, fault) for row, fault in asked(name, language)]
    for name, row, fault in rows:
        if fault:
            print(f"{name:16} {row.question}\n             {fault}")
    for kind, chosen in kinds(rows).items():
        right = sum(not fault for _, _, fault in chosen)
        share = round(right / len(chosen), 3)
        print(json.dumps({"questions": kind, "right": right, "of": len(chosen), "share": share}))


def kinds(rows: list[tuple[str, Row, str]]) -> dict[str, list[tuple[str, Row, str]]]:
    return {
        "starters": [item for item in rows if item[1].starter],
        "from one document": [item for item in rows if not item[1].unanswerable and len(item[1].cites) < 2],
        "from two documents": [item for item in rows if len(item[1].cites) > 1],
        "unanswerable": [item for item in rows if item[1].unanswerable],
    }


def in_language(plan: ScaffoldPlan, language: str) -> ScaffoldPlan:
    """The plan over the samples that were written in `language`."""
    sample = Sample.of(plan.blueprint, plan.spec.domain).in_language(language)
    spec = msgspec.structs.replace(plan.spec, language=language)
    return replace(plan, spec=spec, questions=sample.questions(), documents=sample.documents())


def asked(domain: str, language: str = "en") -> list[tuple[Row, str]]:
    """Each question of the sample domain in `language` with what is wrong with its answer, empty when it is right."""
    card = lookup.domains()[domain]
    with tempfile.TemporaryDirectory() as aside:
        wish = ScaffoldRequest(
            f"A chatbot about {' '.join(card.words[:6])}", blueprint="chatbot", name=card.title
        )
        planned = in_language(plan_scaffold(wish), language)
        folder = make(planned, Path(aside, "demo"))
        if planned.spec.domain != domain:
            raise SystemExit(f"{domain}: the words of the domain led to {planned.spec.domain}")
        prototype = Prototype.open(folder)
        with prototype.assistant("offline") as assistant:
            assistant.knowledge.wait()
            return [
                (row, wrong(row, ask(assistant, row, "benchmark")))
                for row in read_rows(prototype.questions())
            ]


if __name__ == "__main__":
    main(sys.argv[1:])
