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
    from vectorstore.file_list import FileReport
    from vectorstore.knowledge import KnowledgeBase
    from vectorstore.loaders import read
    from vectorstore.passage import Passage
    from vectorstore.progress import Progress, Status, SyncReport
    from vectorstore.tables.cell_values import CellValue, cell_value
    from vectorstore.tables.table import Column, Table, TableRow
    from vectorstore.vectorstore_errors import VectorstoreError

_HOME = {
    "KnowledgeBase": "knowledge",
    "Passage": "passage",
    "read": "loaders",
    "FileReport": "file_list",
    "Progress": "progress",
    "Status": "progress",
    "SyncReport": "progress",
    "CellValue": "tables.cell_values",
    "cell_value": "tables.cell_values",
    "Column": "tables.table",
    "Table": "tables.table",
    "TableRow": "tables.table",
    "VectorstoreError": "vectorstore_errors",
}
__all__ = [
    "CellValue",
    "Column",
    "FileReport",
    "KnowledgeBase",
    "Passage",
    "Progress",
    "Status",
    "SyncReport",
    "Table",
    "TableRow",
    "VectorstoreError",
    "cell_value",
    "read",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'vectorstore' has no attribute {name!r}")
    return getattr(import_module(f"vectorstore.{_HOME[name]}"), name)
