"""Shapes that are lists of the input's own lines: questions and answers, release notes, a checklist, an outline."""

import re

from protokit.runtime.summarization import extractive_summary
from protokit.runtime.writing.shape_text import (
    ShapeInput,
    clause,
    pattern,
    plain_line,
    sentence_case,
    shortened,
)

_KINDS = {
    "feat": "added",
    "fix": "fixed",
    "perf": "changed",
    "refactor": "changed",
    "revert": "changed",
    "docs": "other",
    "style": "other",
    "test": "other",
    "build": "other",
    "ci": "other",
    "chore": "other",
}
_VERSION = re.compile(r"\bv?\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?\b")
_SENTENCES = {"short": 1, "medium": 3, "long": 8}


def faq(source: ShapeInput) -> str:
    """The questions of the input with what follows them; where it asks none, its headings with their text."""
    pairs: list[tuple[str, list[str]]] = []
    for heading, lines in source.sections:
        if heading:
            pairs.append((heading, []))
        for line in lines:
            plain = re.sub(r"^(?:Q|F|P)\d*\s*[:.)]\s*", "", plain_line(line))
            if plain.endswith("?") and len(plain) < 200:
                pairs.append((plain, []))
            elif pairs:
                pairs[-1][1].append(
                    re.sub(r"^(?:A|R)\d*\s*[:.)]\s*", "", plain if line[:1] not in "-*•" else line)
                )
    asked = [(question, answer) for question, answer in pairs if answer]
    real = [pair for pair in asked if pair[0].endswith("?")]
    asked = real if 2 * len(real) >= len(asked) else asked
    return "\n\n".join(
        f"**{_question(question)}**\n\n{_answer(answer, source)}" for question, answer in asked
    )


def _question(heading: str) -> str:
    plain = re.sub(r"^\d+(?:\.\d+)*[.)]?\s+", "", heading).strip(" :")
    return plain if plain.endswith("?") else f"{plain}?"


def _answer(lines: list[str], source: ShapeInput) -> str:
    kept = lines if source.length == "long" else lines[: 2 * _SENTENCES[source.length]]
    return "\n".join(kept)


def release_notes(source: ShapeInput) -> str:
    """The lines sorted by what they say: added, changed, fixed, removed, security."""
    groups: dict[str, list[str]] = {}
    for line in source.listed or source.lines:
        if not (match := pattern("commit").match(line)) or len(match["what"].split()) < 2:
            continue
        what, kind = clause(match["what"]), _KINDS.get((match["kind"] or "").lower(), "")
        groups.setdefault(kind or _change_kind(what), []).append(sentence_case(what))
    names: dict[str, str] = source.words["release"]
    order = [name for name in ("added", "changed", "fixed", "removed", "security", "other") if name in groups]
    if source.length == "short" and len(order) > 1:
        order = [name for name in order if name != "other"]
    version = source.value("version", "release") or next(
        (heading for heading, _ in source.sections if _VERSION.search(heading)), ""
    )
    head = [f"# {version}"] if version else []
    return "\n\n".join(
        [
            *head,
            *(f"## {names[name]}\n\n" + "\n".join(f"- {each}" for each in groups[name]) for name in order),
        ]
    )


def _change_kind(line: str) -> str:
    return next(
        (name for name in ("security", "fixed", "removed", "changed", "added") if pattern(name).search(line)),
        "other",
    )


def checklist(source: ShapeInput) -> str:
    """Each step and duty of the input as a box to tick, under its headings."""
    blocks = []
    for heading, lines in source.sections:
        items = []
        for line in lines:
            plain, listed = plain_line(line), plain_line(line) != line
            within = [plain] if listed else ShapeInput(line).sentences
            items += [
                each
                for each in within
                if listed or pattern("duty").search(each) or pattern("imperative").match(each)
            ]
        if items := [each for each in items if not each.endswith("?") and len(each.split()) > 1]:
            boxes = "\n".join(f"- [ ] {each.rstrip(' .;')}" for each in dict.fromkeys(items))
            blocks.append(f"## {heading}\n\n{boxes}" if heading else boxes)
    return "\n\n".join(blocks)


def outline(source: ShapeInput) -> str:
    """The headings with the sentences that carry them; a text without headings by its paragraphs."""
    sections = source.sections
    if not any(heading for heading, _ in sections):
        paragraphs = [part for part in re.split(r"\n\s*\n", source.text) if part.strip()]
        sections = [("", part.splitlines()) for part in paragraphs]
    blocks = []
    for number, (heading, lines) in enumerate(sections, 1):
        sentences = ShapeInput("\n".join(lines)).sentences
        points = _key_points("\n".join(lines), source) or sentences[:1]
        if not points and not heading:
            continue
        title = heading or shortened(sentences[0], 8)
        rest = [each for each in points if heading or each != sentences[0] or len(sentences[0].split()) > 8]
        blocks.append(
            "\n".join(
                [f"{number}. **{title}**", *(f"   - {each}" for each in rest[: _SENTENCES[source.length]])]
            )
        )
    return "\n".join(blocks)


def _key_points(text: str, source: ShapeInput) -> list[str]:
    if not text.strip():
        return []
    length = "short" if source.length == "short" else "medium"
    return [point.text for point in extractive_summary(text, length=length).points]  # type: ignore[arg-type]
