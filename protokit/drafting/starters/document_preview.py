"""Tries the PM's documents before the prototype exists: what can be read of them, and which questions they answer."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.drafting.starters.select_starters import Starter, TrialAnswer, starter_questions
from protokit.errors import DocumentProblem

if TYPE_CHECKING:
    from vectorstore.knowledge import KnowledgeBase
    from vectorstore.progress import SyncReport

STARTERS = 4


@dataclass(frozen=True, slots=True)
class DocumentPreview:
    """The documents in a store of their own, found by words only, so that nothing heavy is loaded."""

    folder: Path
    knowledge: "KnowledgeBase"
    report: "SyncReport"

    def texts(self) -> dict[str, str]:
        """File name -> text, of what could be read."""
        return {
            file.file: self.knowledge.source_text(file.file) for file in self.report.files if file.passages
        }

    def outline(self) -> str:
        """What the documents are about, a line for each: its title, its headings, its commonest words."""
        from vectorstore.outline import outline

        return "\n".join(
            f"{each.file}: {'; '.join(dict.fromkeys((each.title, *each.headings, *each.terms)))}"
            for each in outline(self.folder).documents
        )

    def starters(self, language: str, proposed: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Rows for questions.yaml: questions that the offline engine answers from these documents, with the source.

        Those `proposed` come first, where they are answered.
        """
        kept = [
            Starter(question, reply.files[0]) for question in proposed if (reply := self.answer(question))
        ][:STARTERS]
        left = STARTERS - len(kept)
        made = starter_questions(self.texts(), self.answer, left, language=language) if left else ()
        return [_row(starter) for starter in (*kept, *made)]

    def answer(self, question: str) -> TrialAnswer | None:
        """What the offline engine answers, None where it refuses."""
        from protokit.runtime.qa.offline_answer import Question, answer

        text, citations, found = answer(Question(question, self.knowledge.search(question)))
        files = dict.fromkeys(citation.passage.file for citation in citations)
        return TrialAnswer(text, tuple(files)) if found and files else None


def _row(starter: Starter) -> dict[str, Any]:
    wanted = {"must_contain": [starter.answer]} if starter.answer else {}
    return {"question": starter.question, **wanted, "cites": [starter.file], "starter": True}


@contextmanager
def preview_documents(documents: Mapping[str, Path]) -> Iterator[DocumentPreview]:
    """Read `documents` (name -> file) aside. Raises DocumentProblem with each reason when none can be read."""
    from vectorstore.knowledge import KnowledgeBase

    with tempfile.TemporaryDirectory(prefix="protokit-") as aside:
        folder = Path(aside, "knowledge")
        for name, source in documents.items():
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        with KnowledgeBase.open(Path(aside, "index"), embedding="none") as knowledge:
            report = knowledge.sync(folder)
            if not any(file.passages for file in report.files):
                why = "; ".join(f"{file.file}: {file.note}" for file in report.failed)
                raise DocumentProblem(
                    f"none of the documents could be read ({why})", fix="Bring one with text in it."
                )
            yield DocumentPreview(folder, knowledge, report)
