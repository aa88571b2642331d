"""The knowledge base as a LangChain retriever, and its embedding as LangChain's, to compose with what a team has."""

from typing import Any, Protocol

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from vectorstore.embeddings.embedder_factory import embedder
from vectorstore.passage import Passage


class PassageSource(Protocol):
    """Whatever finds passages: a KnowledgeBase does."""

    def search(self, question: str, *, limit: int) -> list[Passage]: ...


class PassageRetriever(BaseRetriever):
    """Documents whose metadata are the attributes of `Passage`: file, where, page, start, end, support..."""

    knowledge: Any  # a PassageSource; pydantic cannot check it further
    k: int = 6
    """The most passages for each question; `invoke(question, k=3)` says otherwise for one."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        knowledge: PassageSource = self.knowledge
        return [_document(passage) for passage in knowledge.search(query, limit=self.k if k is None else k)]


class PassageEmbeddings(Embeddings):
    """An embedding of a store, "default" where none is named, for whatever takes LangChain's `Embeddings`."""

    def __init__(self, embedding: str = "default") -> None:
        """Raises VectorstoreError for an unknown name or a package that is missing."""
        self._embedder = embedder(embedding)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A vector of unit length for each text."""
        vectors: list[list[float]] = self._embedder.embed(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question, of unit length."""
        vector: list[float] = self._embedder.embed_question(text).tolist()
        return vector


def _document(passage: Passage) -> Document:
    names = ("file", "where", "page", "place", "heading", "start", "end", "score", "support")
    return Document(passage.text, metadata={name: getattr(passage, name) for name in names})
