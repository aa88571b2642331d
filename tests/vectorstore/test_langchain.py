"""What a team composes with LangChain passes LangChain's own standard tests."""

import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import EmbeddingsIntegrationTests, RetrieversIntegrationTests

from vectorstore import KnowledgeBase
from vectorstore.langchain_adapters import PassageEmbeddings, PassageRetriever
from vectorstore.vectorstore_errors import VectorstoreError

ABOUT = ("holiday", "sick", "parental", "unpaid")
QUESTION = "How many days of leave do I get?"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    place = tmp_path_factory.mktemp("leave")
    (place / "documents").mkdir()
    for number, kind in enumerate(ABOUT):
        text = f"You get {number + 10} days of {kind} leave a year."
        (place / "documents" / f"{kind}.md").write_text(text, encoding="utf-8")
    with KnowledgeBase.open(place / "index", embedding="none") as opened:
        opened.sync(place / "documents")
        yield opened


class TestTheRetriever(RetrieversIntegrationTests):
    open_knowledge: ClassVar[KnowledgeBase]
    pytestmark = pytest.mark.anyio

    @pytest.fixture(autouse=True)
    def opened(self, knowledge: KnowledgeBase) -> None:
        type(self).open_knowledge = knowledge

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return PassageRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"knowledge": self.open_knowledge}

    @property
    def retriever_query_example(self) -> str:
        return QUESTION


class TestTheDefaultEmbedding(EmbeddingsIntegrationTests):
    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return PassageEmbeddings


def test_a_knowledge_base_gives_the_retriever_with_the_citation_as_metadata(knowledge: KnowledgeBase) -> None:
    retriever = knowledge.as_retriever(limit=2)
    assert len(retriever.invoke(QUESTION)) == 2
    assert retriever.invoke("parental leave")[0].metadata["file"] == "parental.md"
    assert retriever.invoke(QUESTION, k=0) == []


def test_without_langchain_the_command_that_installs_it_is_named(
    knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "vectorstore.langchain_adapters", raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == "langchain_core"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(VectorstoreError, match="pip install langchain-core"):
        knowledge.as_retriever()
