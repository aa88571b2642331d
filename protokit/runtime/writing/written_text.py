"""A text held against its rules and its input: what is kept, what is broken, what the input does not say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from protokit.runtime.assistant_types import AnswerTable, TableColumn
from protokit.runtime.page_texts import PageTexts
from protokit.runtime.prototype_fields import WritingRule
from protokit.runtime.writing.input_facts import NewFact, new_facts
from protokit.runtime.writing.rule_checks import RuleCheck, check_rules, limits

_OF_MAIN = ("share", "keep_figures")
_MARKDOWN = (
    (re.compile(r"^#{1,4} +(.+)$", re.MULTILINE), r"<b>\1</b>"),
    (re.compile(r"\*\*(\S(?:[^\n*]*\S)?)\*\*"), r"<b>\1</b>"),
    (re.compile(r"^[-*] \[ \] ", re.MULTILINE), "☐ "),
    (re.compile(r"^[-*] ", re.MULTILINE), "• "),
)
COLUMNS = (TableColumn("Rule"), TableColumn("Kept", "yes/no"), TableColumn("Found"))


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text with a check for each rule, and the facts that its input does not hold."""

    text: str
    checks: tuple[RuleCheck, ...]
    new_facts: tuple[NewFact, ...]

    @property
    def broken(self) -> tuple[RuleCheck, ...]:
        """The rules that the text breaks."""
        return tuple(check for check in self.checks if not check.kept)

    @property
    def faults(self) -> int:
        """How many rules are broken and facts are new."""
        return len(self.broken) + len(self.new_facts)

    def told(self) -> str:
        """What is broken, a line each, for a model."""
        lines = [f"- {told_rule(check.rule)}: {check.detail or 'broken'}" for check in self.broken]
        lines += [f"- Not in the input, so it must go: “{fact.text}”" for fact in self.new_facts]
        return "\n".join(lines)

    def table(self, texts: PageTexts) -> AnswerTable:
        """A row for each rule, and one for the facts."""
        rows: list[tuple[str | float | bool | None, ...]] = [
            (told_rule(check.rule), check.kept, check.detail or None) for check in self.checks
        ]
        found = ", ".join(f"“{fact.text}”" for fact in self.new_facts) or None
        rows.append((texts.from_input, not self.new_facts, found))
        return AnswerTable(COLUMNS, tuple(rows))

    @property
    def spots(self) -> tuple[tuple[int, int], ...]:
        """Where the text breaks a rule or says what the input does not, offsets in order."""
        marks = [mark for check in self.broken for mark in check.marks]
        return tuple(sorted([*((fact.start, fact.end) for fact in self.new_facts), *marks]))

    def marked_html(self) -> str:
        """The text as safe HTML, with what breaks a rule or is not in the input in <mark>."""
        parts, at = list[str](), 0
        for start, end in self.spots:
            if start >= at:
                parts += [escape(self.text[at:start]), "<mark>", escape(self.text[start:end]), "</mark>"]
                at = end
        return f'{STYLE}<div class="written">{_formatted("".join([*parts, escape(self.text[at:])]))}</div>'


def _formatted(html: str) -> str:
    """Text that is safe already, with its Markdown for headings, bold words and lists as a reader sees them."""
    for pattern, shape in _MARKDOWN:
        html = pattern.sub(shape, html)
    return html


def checks_line(table: AnswerTable | None, texts: PageTexts) -> str:
    """How many of the checks came out well: "3 of 4 rules kept"; "" where there are none."""
    rows = table.rows if table else ()
    return texts.rules_kept.format(kept=sum(bool(row[1]) for row in rows), all=len(rows)) if rows else ""


def checks_html(table: AnswerTable | None) -> str:
    """The checks as safe HTML: ✓ or ✗ with what was counted, broken ones first; "" where there are none."""
    if table is None:
        return ""
    rows = sorted(table.rows, key=lambda row: bool(row[1]))
    items = [_item(str(rule), bool(kept), str(found or "")) for rule, kept, found in rows]
    return f'{STYLE}<div class="checks"><ul>{"".join(items)}</ul></div>'


def _item(rule: str, kept: bool, found: str) -> str:
    told = f" <small>{escape(found)}</small>" if found and not kept else ""
    name, sign = ("kept", "✓") if kept else ("broken", "✗")
    return f'<li class="{name}">{sign} {escape(rule)}{told}</li>'


STYLE = (
    "<style>.checks ul{list-style:none;padding:0;margin:.4rem 0}.checks li{margin:.15rem 0;list-style:none;padding:0;"
    "overflow-wrap:anywhere}"
    ".checks li.broken{color:#b3261e;font-weight:600}.checks li.kept{opacity:.75}"
    "@media (prefers-color-scheme: dark){.checks li.broken{color:#ff8a80}}"
    ".dark .checks li.broken{color:#ff8a80}"
    ".written{white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.5}"
    ".written mark{background:#ffe08a;color:#3b2f00;border-radius:3px;padding:0 2px}</style>"
)
"""How checks and marks look on every screen."""


def told_rule(rule: WritingRule) -> str:
    """A rule in the words of the line it came from; one that somebody wrote as data by its kind and values."""
    if rule.words:
        return rule.words
    kind = rule.kind.replace("_", " ")
    values = ", ".join(f"“{value}”" for value in rule.values)
    counted = limits(rule) if rule.least is not None or rule.most is not None else ""
    return " ".join(part for part in (kind, values, counted) if part)


def review(text: str, rules: Sequence[WritingRule], source: str, main: str = "") -> WrittenText:
    """Hold `text` against `rules` and the input `source`; how short it is, is told by `main`, its longest field."""
    given = " ".join(value for rule in rules if rule.kind != "never_say" for value in rule.values)
    checks = [
        check_rules([rule], text, main if main and rule.kind in _OF_MAIN else source)[0] for rule in rules
    ]
    return WrittenText(text, tuple(checks), new_facts(text, f"{source}\n{given}"))
