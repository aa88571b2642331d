"""Texts to be scored by criteria, by the offline engine or by a model whose every quote is looked up."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from protokit.runtime.assistant_types import AnswerTable, Citation, RequestResult, TableColumn
from protokit.runtime.classification.classify_request import COLUMNS, ClassifyRequest, json_rows
from protokit.runtime.classification.classify_texts import UNSURE
from protokit.runtime.classification.rubric import CriterionScore, RubricScore, score_texts, steps_of
from protokit.runtime.page_texts import PageTexts, texts_in
from protokit.runtime.prompting.chat_messages import rule
from protokit.runtime.prototype_fields import Criterion, Label
from protokit.runtime.runtime_errors import UnusableReply
from vectorstore.passage import Passage
from vectorstore.text.sentences import Span

_LONGEST_QUOTE = 160
"""Characters of a quote that the table shows."""


@dataclass(frozen=True, slots=True)
class RubricRequest(ClassifyRequest):
    """Texts to be scored: `labels` are the steps of the scale."""

    criteria: tuple[Criterion, ...] = ()

    @property
    def schema(self) -> str:  # type: ignore[override]
        """The JSON Schema of a model's reply: a step and a quote for each criterion of each text."""
        fields = {
            "criterion": {"type": "string", "enum": [each.name for each in self.criteria]},
            "score": {"type": "string", "enum": [*steps_of(self.labels), "not stated"]},
            "quote": {"type": "string"},
        }
        scores = {"type": "array", "items": _object(fields)}
        row = _object({"number": {"type": "integer"}, "scores": scores})
        return json.dumps(_object({"results": {"type": "array", "items": row}}))

    def offline(self) -> RequestResult:
        """The scores by what the texts say."""
        told = texts_in(self.language)
        scores = score_texts(self.rows.texts, self.criteria, steps_of(self.labels))
        return replace(self._result(scores), note=told.scored_offline)

    def read(self, text: str) -> RequestResult:
        """The scores that a model gave. A score without words of the text that speak for it is none."""
        rows = json_rows(text)
        if not any(isinstance(row.get("scores"), list) for row in rows):
            raise UnusableReply('it is no JSON with "results" that have the texts\' numbers and scores', text)
        by_number = {row["number"]: row["scores"] for row in rows if isinstance(row.get("number"), int)}
        return self._result(
            [self._score(each, by_number.get(at)) for at, each in enumerate(self.rows.texts, 1)]
        )

    def _score(self, text: str, given: object) -> RubricScore:
        steps = steps_of(self.labels)
        rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
        told = {str(row.get("criterion")): row for row in rows}
        scores = []
        for criterion in self.criteria:
            row = told.get(criterion.name, {})
            step, quote = str(row.get("score")), str(row.get("quote") or "").strip()
            start = text.lower().find(quote.lower()) if quote else -1
            if step in steps and start >= 0:
                place = Span(start, start + len(quote))
                scores.append(CriterionScore(criterion, steps.index(step), (place,)))
            else:
                scores.append(CriterionScore(criterion))
        return RubricScore(text, steps, tuple(scores))

    def _result(self, scores: Sequence[RubricScore]) -> RequestResult:
        texts = texts_in(self.language)
        columns = (*COLUMNS, *(TableColumn(each.name) for each in self.criteria))
        rows = tuple((each.text, _step(each), None, _reasons(each, texts), *_steps(each)) for each in scores)
        table = AnswerTable(columns, rows)
        if len(scores) != 1:
            counts = [f"{step} {sum(_step(each) == step for each in scores)}" for step in self._names(scores)]
            return RequestResult(
                texts.texts_counted.format(count=texts.count(len(scores)), labels=", ".join(counts)),
                table=table,
            )
        (only,) = scores
        marks = sorted({(span.start, span.end) for each in only.scores for span in each.quotes})
        passage = Passage(only.text, self.file, 0, len(only.text), support=1.0)
        return RequestResult(
            _told(only, texts), (Citation(1, passage, tuple(marks)),), only.stated, table=table
        )

    def _names(self, scores: Sequence[RubricScore]) -> list[str]:
        there = {_step(each) for each in scores}
        return [name for name in (*reversed(steps_of(self.labels)), UNSURE) if name in there]


def scoring_rule(criteria: Sequence[Criterion], labels: Sequence[Label]) -> str:
    """What a model is told of the criteria, the scale and the wanted form."""
    lines = [f"- {each.name}" + (f": {each.description}" if each.description else "") for each in criteria]
    return rule("scoring.md").format(criteria="\n".join(lines), steps=", ".join(steps_of(labels)))


def _object(properties: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _step(score: RubricScore) -> str:
    return score.step if score.stated else UNSURE


def _steps(score: RubricScore) -> list[str | None]:
    return [None if each.step is None else score.steps[each.step] for each in score.scores]


def _quote(score: RubricScore, each: CriterionScore) -> str:
    words = " … ".join(" ".join(score.text[span.start : span.end].split()) for span in each.quotes)
    return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"


def _reasons(score: RubricScore, texts: PageTexts) -> str:
    return "; ".join(
        f"{each.criterion.name}: {texts.not_stated}"
        if step is None
        else f"{each.criterion.name}: {step} (“{_quote(score, each)}”)"
        for each, step in zip(score.scores, _steps(score), strict=True)
    )


def _told(score: RubricScore, texts: PageTexts) -> str:
    """The score of one text, then a line for each criterion with its quote."""
    lines = [
        f"- {each.criterion.name}: {texts.not_stated}"
        if step is None
        else f"- {each.criterion.name}: **{step}** “{_quote(score, each)}”"
        for each, step in zip(score.scores, _steps(score), strict=True)
    ]
    head = f"**{_step(score)}**" if score.stated else f"**{texts.unsure}**"
    return "\n".join([head, "", *lines])
