"""What is said of a plan and of a prototype that was made: for a person in lines, for a program as data."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.files.layout import KNOWLEDGE, SPEC_FILE

if TYPE_CHECKING:
    from protokit.scaffold.scaffold_plan import ScaffoldPlan
    from protokit.spec.prototype_spec import Spec


def render_plan(plan: "ScaffoldPlan") -> str:
    """Which blueprint and why, how sure, what else was considered, and what could be read."""
    from protokit.scaffold.sample_knowledge import describe_samples

    choice, spec = plan.choice, plan.spec
    lines = [f"{spec.emoji} {spec.title}: {spec.pitch}"]
    if choice.blueprint == plan.blueprint.name:
        lines += _choice(plan)
    else:
        lines.append(f"   blueprint {plan.blueprint.name}, as you chose")
    if plan.also:
        from protokit.cli.interview import describe_second

        lines.append(f"   {describe_second(plan.also)}" + ": --also makes it too" * bool(plan.also.blueprint))
    if plan.drafted:
        lines.append(f"   {plan.drafted}")
    if plan.report is not None:
        lines.append(str(plan.report))
    elif samples := spec.sample_documents:
        lines.append(f"   {describe_samples(samples)}")
    return "\n".join(lines)


def _choice(plan: "ScaffoldPlan") -> list[str]:
    """Why this blueprint, and what of the line it leaves undone."""
    choice = plan.choice
    others = [pair for pair in choice.considered if pair[0] != choice.blueprint][:1]
    other = "".join(f"; considered {name} ({share:.0%})" for name, share in others)
    if choice.because:
        words = ", ".join(repr(word) for word in choice.because)
        line = f"because of {words}, {choice.confidence:.0%} sure{other}"
    else:
        line = "because your documents can be asked; --blueprint decides otherwise"
    lines = [f"   blueprint {plan.blueprint.name} {line}"]
    if choice.question:
        lines.append(
            f"   Not sure: {choice.question} {choice.beyond.why if choice.beyond else '--blueprint decides'}"
        )
    elif choice.beyond:
        lines.append(
            f"   It may also ask for {choice.beyond.title}, which this does not do. {choice.beyond.why}"
        )
    return lines


def render_fetched(plan: "ScaffoldPlan") -> str:
    """Where a blueprint from elsewhere comes from, and what of it would run."""
    from protokit.catalog.trust import render_code

    source = plan.spec.source
    return f"   from {source.url}, commit {source.commit}: {render_code(plan.blueprint)}" if source else ""


def made_as_dict(plans: "Sequence[ScaffoldPlan]", folders: Sequence[Path]) -> dict[str, Any]:
    """The first prototype, and beside it what else was wished, with its folder where that was made too."""
    made = [
        {"folder": str(folder), **_plan_as_dict(plan, folder)}
        for plan, folder in zip(plans, folders, strict=True)
    ]
    wish = plans[0].also
    other = wish and {
        "words": wish.words,
        "blueprint": wish.blueprint,
        "asks_for": wish.beyond.kind if wish.beyond else None,
        "fields": wish.fields,
        "made": made[1] if len(made) > 1 else None,
    }
    return {**made[0], "also": other}


def _plan_as_dict(plan: "ScaffoldPlan", folder: Path) -> dict[str, Any]:
    from protokit.spec.prototype_spec import read_spec, spec_fields
    from vectorstore.file_list import file_rows

    choice = plan.choice
    files = plan.report.files if plan.report else ()
    rows = {row.file: row for row in file_rows(files, remedies=True)}
    return {
        "blueprint": plan.blueprint.reference,
        "confidence": choice.confidence if choice.blueprint == plan.blueprint.name else None,
        "because": choice.because,
        "question": choice.question,
        "drafted": plan.drafted,
        "considered": [{"name": name, "confidence": share} for name, share in choice.considered],
        "spec": spec_fields(read_spec(folder / SPEC_FILE)),
        "documents": [
            {
                "file": f.file,
                "status": f.status,
                "state": rows[f.file].state,
                "passages": f.passages,
                "note": rows[f.file].note,
            }
            for f in files
        ],
    }


def next_steps(folder: Path, spec: "Spec") -> str:
    """What to paste next: each line works as it stands, and the second one is answered."""
    from protokit.cli.console import pasteable

    place = _argument(folder)
    if spec.takes == "question":
        words = pasteable(next(iter(spec.starter_questions), "your question"))
    else:
        samples = sorted(path for path in (folder / KNOWLEDGE).glob("[!.]*") if path.is_file())
        words = f"--input {_argument(samples[0]) if samples else pasteable('your text')}"
    return "\n".join(
        [
            f"Made {folder}",
            "",
            f"  protokit run {place}",
            f"  protokit ask {place} {words}",
            f"  protokit check {place}",
        ]
    )


def _argument(path: Path) -> str:
    """`path` as it can be pasted after a verb, also when it begins like an option."""
    from protokit.cli.console import pasteable

    return pasteable(f"{os.curdir}{os.sep}{path}" if str(path).startswith("-") else path)
