"""Scorecards on paper: side by side for a person, as plain data for a program."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from protokit.evaluation.scorecard import Graded, Scorecard, Share, percentile
from protokit.evaluation.significance import ModelComparison
from protokit.runtime.ui.formatting import duration, money

SHARES = ("right", "citations", "refusals", "grounded")


def render_scores(cards: Sequence[Scorecard], compared: Sequence[ModelComparison]) -> str:
    """A table with a column for each model, what each got wrong, and where they differ beyond noise."""
    columns = [_column(card) for card in cards]
    rows = [["", *(card.model for card in cards)]]
    rows += [[name, *(column[name] for column in columns)] for name in columns[0]]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    wrong = [line for card in cards for line in _wrong(card)]
    verdicts = [str(each) for each in compared]
    tables = [part for card in cards for part in _tables(card, named=len(cards) > 1)]
    parts = [[line.rstrip() for line in table], *tables, wrong, verdicts]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _column(card: Scorecard) -> dict[str, str]:
    tokens = sum(answer.tokens_in for answer in card.answers), sum(a.tokens_out for a in card.answers)
    about = "~" if any(answer.tokens_estimated for answer in card.answers) else ""
    return {
        "right": str(card.right),
        **({measure.name: measure.text for measure in card.measures.measures} if card.measures else {}),
        "citations": str(card.citations),
        "refusals": str(card.refusals),
        "  refused, though answerable": _counted(card.refused),
        "  answered, though not": _counted(card.invented),
        "grounded": str(card.grounded),
        "  answers the check doubts": str(card.hallucinations),
        **({"assertions met": str(card.assertions)} if card.assertions.of else {}),
        **_judged(card),
        "first word, p50 / p95": _times(card.seconds_to_first),
        "whole answer, p50 / p95": _times(card.seconds),
        "  of it finding, p50 / p95": _times(card.search_seconds),
        "  of it the model, p50 / p95": _times(card.model_seconds),
        "tokens in / out": f"{about}{tokens[0]:,} / {about}{tokens[1]:,}",
        "cost of an answer": money(card.dollars_per_answer),
        "did not answer": _counted(Share(len(card.graded) - len(card.answers), len(card.graded))),
    }


def _tables(card: Scorecard, *, named: bool) -> list[list[str]]:
    """The tables of what the kind measures, as lines."""
    parts = []
    for title, table in card.measures.tables if card.measures else ():
        head = [column.name for column in table.columns]
        cells = [
            [f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row] for row in table.rows
        ]
        widths = [max(len(row[at]) for row in [head, *cells]) for at in range(len(head))]
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in [head, *cells]
        ]
        parts.append(
            [f"{title}{f', {card.model}' if named else ''}:", *(f"  {line}".rstrip() for line in lines)]
        )
    return parts


def _judged(card: Scorecard) -> dict[str, str]:
    """The rows of a judge, none where there was none; its cost is no part of an answer's."""
    if not card.judge:
        return {}
    judgement = judge_as_dict(card)
    about = "~" if judgement["tokens_estimated"] else ""
    tokens = f"{about}{judgement['tokens_in']:,} / {about}{judgement['tokens_out']:,} tokens"
    return {
        "grounded (judge)": str(card.grounded_by_judge),
        "  agrees with the check offline": str(card.agreement),
        "  not judged": _counted(card.not_judged),
        "  the judge took, in all": f"{tokens}, {money(card.judge_dollars)}",
    }


def _counted(share: Share) -> str:
    return f"{share.hits} of {share.of}"


def _times(seconds: Sequence[float]) -> str:
    middle, slow = percentile(seconds, 50), percentile(seconds, 95)
    return "–" if middle is None or slow is None else f"{duration(middle)} / {duration(slow)}"


def _wrong(card: Scorecard) -> list[str]:
    faults = [f"  {each.row.question}: {fault}" for each in card.graded if (fault := _fault(each))]
    problems = dict.fromkeys(each.problem for each in card.judgements if each.problem)
    unjudged = [f"Not judged by {card.judge}: {problem}" for problem in problems]
    return [*([f"Not right with {card.model}:", *faults] if faults else []), *unjudged]


def _fault(graded: Graded) -> str:
    """Everything that is wrong with an answer, on one line."""
    doubts = graded.answer.unsupported if graded.answer else ()
    faults = [
        graded.fault,
        "not cited as asked" if graded.cited is False and graded.answer and graded.right else "",
        *(f"not in the passages: {doubt.why}" for doubt in doubts),
        *(f"not as wished: {why}" for why in graded.broken or ()),
    ]
    return " ".join("; ".join(fault for fault in faults if fault).split())


def scoresheet_as_dict(
    cards: Sequence[Scorecard], compared: Sequence[ModelComparison], below: Mapping[str, Sequence[str]]
) -> str:
    """Everything as JSON; `below` holds the thresholds that each model does not meet."""
    report = {
        "models": [scores_as_dict(card, below[card.model]) for card in cards],
        "comparisons": [comparison_as_dict(each) for each in compared],
    }
    return json.dumps(report, ensure_ascii=False, indent=2)


def scores_as_dict(card: Scorecard, shortfalls: Sequence[str]) -> dict[str, Any]:
    """A scorecard for a program; intervals are 95%, times seconds, `rate_known` whether there were enough answers."""
    rate = card.hallucinations
    return {
        "model": card.model,
        "questions": len(card.graded),
        "answered": len(card.answers),
        **{name: _share_as_dict(getattr(card, name)) for name in SHARES},
        "assertions": _share_as_dict(card.assertions),
        "answerable_refused": _share_as_dict(card.refused),
        "unanswerable_answered": _share_as_dict(card.invented),
        "hallucination_rate": {
            "share": rate.share if rate.enough else None,
            "interval": rate.interval,
            "unsupported": rate.unsupported,
            "answers": rate.answers,
        },
        "seconds_to_first": _times_as_dict(card.seconds_to_first),
        "seconds": _times_as_dict(card.seconds),
        "search_seconds": _times_as_dict(card.search_seconds),
        "model_seconds": _times_as_dict(card.model_seconds),
        "tokens_in": sum(answer.tokens_in for answer in card.answers),
        "tokens_out": sum(answer.tokens_out for answer in card.answers),
        "tokens_estimated": any(answer.tokens_estimated for answer in card.answers),
        "dollars_per_answer": card.dollars_per_answer,
        "judge": judge_as_dict(card) if card.judge else None,
        "measures": [measure._asdict() for measure in card.measures.measures] if card.measures else [],
        "tables": [
            {
                "title": title,
                "columns": [column.name for column in table.columns],
                "rows": [list(row) for row in table.rows],
            }
            for title, table in (card.measures.tables if card.measures else ())
        ],
        "below_thresholds": list(shortfalls),
        "answers": [_answer_as_dict(each) for each in card.graded],
    }


def judge_as_dict(card: Scorecard) -> dict[str, Any]:
    """What the judge said and took in all, for a program."""
    return {
        "model": card.judge,
        "grounded": _share_as_dict(card.grounded_by_judge),
        "agreement": _share_as_dict(card.agreement),
        "not_judged": _share_as_dict(card.not_judged),
        "tokens_in": sum(each.tokens_in for each in card.judgements),
        "tokens_out": sum(each.tokens_out for each in card.judgements),
        "tokens_estimated": any(each.tokens_estimated for each in card.judgements),
        "dollars": card.judge_dollars,
    }


def comparison_as_dict(compared: ModelComparison) -> dict[str, Any]:
    """A comparison for a program; `verdict` is empty where the difference is within noise."""
    return {
        "measure": compared.measure,
        "model": compared.model,
        "other": compared.other,
        "better": compared.better,
        "worse": compared.worse,
        "p": compared.p,
        "verdict": compared.verdict,
    }


def _share_as_dict(share: Share) -> dict[str, Any]:
    return {"share": share.share, "hits": share.hits, "of": share.of, "interval": share.interval}


def _times_as_dict(seconds: Sequence[float]) -> dict[str, float | None]:
    return {"p50": percentile(seconds, 50), "p95": percentile(seconds, 95)}


def _answer_as_dict(graded: Graded) -> dict[str, Any]:
    answer = graded.answer
    return {
        "question": graded.row.question,
        "right": graded.right,
        "citations_right": graded.cited,
        "refusal_right": graded.refusal_right,
        "grounded": graded.grounded,
        "assertions_met": graded.assertions_met,
        "judged": list(graded.judgement.verdicts) if graded.judgement else None,
        "not_judged": graded.judgement.problem if graded.judgement else "",
        "fault": _fault(graded),
        "answer": answer.text if answer else None,
        "seconds": answer.seconds if answer else None,
        "dollars": answer.dollars if answer else None,
        "event": answer.event if answer else None,
    }
