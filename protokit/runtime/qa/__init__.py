"""Question answering: the sentences of the passages that answer, or the word that none does."""

from protokit.runtime.qa.answerability import ANSWERABLE, answerable
from protokit.runtime.qa.extract import Evidence, extract

__all__ = ["ANSWERABLE", "Evidence", "answerable", "extract"]
