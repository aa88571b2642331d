"""Runs a prototype's questions.yaml on one model or several: the scorecard that a team puts into its CI."""

from collections.abc import Callable, Sequence

from protokit.errors import SpecProblem
from protokit.evaluation.assertions import AnswerAssertions, read_assertions
from protokit.evaluation.dataset import Row, ask, askable, read_rows
from protokit.evaluation.judge import Judge
from protokit.evaluation.scorecard import Graded, Scorecard
from protokit.files.layout import QUESTIONS_FILE
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.assistant import BaseAssistant
from protokit.runtime.models.model_factory import connect
from protokit.runtime.runtime_errors import ModelProblem

Tell = Callable[[str, int, int], None]
"""Is told the model, how many questions are done, and of how many."""


def evaluate(prototype: Prototype, models: Sequence[str], tell: Tell, judge: str = "") -> list[Scorecard]:
    """A scorecard for each of `models`, in order; of the prototype's own model where none is named.

    Every model is asked the same questions, one after the other; where a model is named as `judge`, it is asked
    about every answer too. Raises ModelProblem for a string that names
    no model, SpecProblem where there are no questions.
    """
    engines = list(dict.fromkeys(models)) or [prototype.spec.model]
    for model in engines:
        connect(model, prototype.folder)
    judging = Judge.open(judge, prototype.folder) if judge else None
    rows, assertions = _rows(prototype), read_assertions(prototype.questions())
    return [_scorecard(prototype, model, rows, assertions, tell, judging) for model in engines]


def _rows(prototype: Prototype) -> list[Row]:
    rows = read_rows(prototype.questions())
    if not rows:
        what = "no questions to measure it by"
        raise SpecProblem(what, where=QUESTIONS_FILE, fix="Write `- question: ...`")
    return rows


def _scorecard(
    prototype: Prototype,
    model: str,
    rows: Sequence[Row],
    assertions: AnswerAssertions,
    tell: Tell,
    judge: Judge | None,
) -> Scorecard:
    with prototype.assistant(model) as assistant:
        batch = askable(assistant, rows)
        if assistant.knowledge:
            assistant.knowledge.wait()
            assistant.knowledge.search(batch[0].question)  # what loads once is no part of an answer's time
        graded = []
        for number, row in enumerate(batch):
            tell(model, number, len(batch))
            # A visitor of its own for each question: a limit for one visitor is not what is measured here.
            graded.append(_graded(assistant, row, assertions, f"eval-{number + 1}", judge))
        tell(model, len(batch), len(batch))
        measures = assistant.measures([(each.row.sample, each.answer) for each in graded])
    return Scorecard(model, tuple(graded), judge.model if judge else "", measures)


def _graded(
    assistant: BaseAssistant, row: Row, assertions: AnswerAssertions, session: str, judge: Judge | None
) -> Graded:
    try:
        answer = ask(assistant, row, session)
    except ModelProblem as problem:
        return Graded(row, None, str(problem))
    if answer.problem:
        return Graded(row, None, answer.problem)
    judgement = judge.judge(answer, session) if judge else None
    broken = None if assertions == AnswerAssertions() else tuple(assertions.broken(answer).values())
    score = assistant.score(row.sample, answer)
    return Graded(row, answer, judgement=judgement, broken=broken, score=score)
