"""Cited passages from a folder of documents: read, kept in Chroma, found by words and by meaning.

    from vectorstore import KnowledgeBase

    knowledge = KnowledgeBase.open("index")
    knowledge.sync("documents")
    for passage in knowledge.search("How many days of leave do I get?"):
        print(passage.where, passage.text)

Names load on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vectorstore.errors import VectorstoreError
    from vectorstore.extracting import Evidence, answerable, extract
    from vectorstore.knowledge import KnowledgeBase
    from vectorstore.passages import Passage
    from vectorstore.reports import FileReport, Progress, Status, SyncReport

_HOME = {
    "VectorstoreError": "errors",
    "Evidence": "extracting",
    "answerable": "extracting",
    "extract": "extracting",
    "KnowledgeBase": "knowledge",
    "Passage": "passages",
    "FileReport": "reports",
    "Progress": "reports",
    "Status": "reports",
    "SyncReport": "reports",
}
__all__ = [
    "Evidence",
    "FileReport",
    "KnowledgeBase",
    "Passage",
    "Progress",
    "Status",
    "SyncReport",
    "VectorstoreError",
    "answerable",
    "extract",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'vectorstore' has no attribute {name!r}")
    return getattr(import_module(f"vectorstore.{_HOME[name]}"), name)
