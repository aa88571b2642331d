"""The knowledge base as a LangChain retriever, so that a team can compose it with what it has."""

from typing import Any, Protocol

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from vectorstore.passage import Passage


class PassageSource(Protocol):
    """Whatever finds passages: a KnowledgeBase does."""

    def search(self, question: str, *, limit: int) -> list[Passage]: ...


class PassageRetriever(BaseRetriever):
    """Documents whose metadata are the attributes of `Passage`: file, where, page, start, end, support..."""

    knowledge: Any  # a PassageSource; pydantic cannot check it further
    limit: int = 6

    def __init__(self, knowledge: PassageSource, limit: int = 6) -> None:
        """Retrieve at most `limit` passages for each question."""
        super().__init__(knowledge=knowledge, limit=limit)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [_document(passage) for passage in self.knowledge.search(query, limit=self.limit)]


def _document(passage: Passage) -> Document:
    names = ("file", "where", "page", "place", "heading", "start", "end", "score", "support")
    return Document(passage.text, metadata={name: getattr(passage, name) for name in names})
