"""What every prototype needs and none should load for itself: done once, before the first fork."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

PACKAGES = (
    *("streamlit.web.bootstrap", "streamlit.web.server.starlette", "streamlit.runtime.scriptrunner"),
    *("gradio", "uvicorn", "websockets.server", "fastapi", "dotenv", "pandas", "numpy", "openai"),
    *("chromadb", "chromadb.api.rust", "onnxruntime", "tokenizers", "splintr", "Stemmer", "sentencex"),
    *("protokit.runtime.replies", "protokit.runtime.models", "protokit.runtime.answering"),
    *("protokit.runtime.grounding", "protokit.runtime.showing", "protokit.runtime.streamlit_parts"),
    *("vectorstore.knowledge", "vectorstore.chroma", "vectorstore.extracting", "vectorstore.marking"),
)


def warm_up() -> None:
    """Import the packages and load the models; what is not installed is nothing that a prototype could need."""
    for name in PACKAGES:
        with suppress(ImportError):
            import_module(name)
    with suppress(ImportError):
        _share_the_embedding()
        _answer_once()


def _share_the_embedding() -> None:
    """Load the default embedding for all forks: its 190 MB are most of what a prototype would hold of its own."""
    from vectorstore import minilm

    shared = minilm.MiniLM()
    with _sessions_for_forks():
        shared.embed_question("warm")
    setattr(minilm, "MiniLM", lambda: shared)  # noqa: B010 - a class takes no other's place for the type checker


@contextmanager
def _sessions_for_forks() -> Iterator[None]:
    """Let sessions of onnxruntime be made for processes that are forked, and many.

    On one thread, so without a pool of them: a fork has none of the threads of its parent. Without an arena: it
    would keep the 160 MB that reading documents takes for a moment; embedding takes as long without it.
    """
    import onnxruntime

    class Lean(onnxruntime.SessionOptions):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.enable_cpu_mem_arena = False

    options, onnxruntime.SessionOptions = onnxruntime.SessionOptions, Lean
    count, os.cpu_count = os.cpu_count, lambda: 1
    try:
        yield
    finally:
        onnxruntime.SessionOptions, os.cpu_count = options, count


def _answer_once() -> None:
    """Answer a question, which compiles patterns, reads tables and takes up a vocabulary."""
    from protokit.runtime import EventLog, Question, Reply, Settings, connect
    from vectorstore.passages import Passage

    text = "Employees get 30 days of annual leave a year. Ask your manager first."
    asked = Question("How many days of leave do I get?", [Passage(text, "handbook.md", 0, len(text))])
    with tempfile.TemporaryDirectory() as aside:
        settings, events = Settings(Path(aside), "Warm"), EventLog(Path(aside, "events.db"))
        for _ in Reply(lambda: asked, connect("offline"), settings, events):
            pass
