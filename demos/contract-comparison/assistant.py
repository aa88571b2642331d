"""What happens between two documents and what changed: read, align, weigh, tell. Change it as you like."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from protokit.runtime import (
    NO_OPTIONS,
    Answer,
    BaseAssistant,
    ComparedDocument,
    ComparisonRequest,
    Input,
    Options,
    PageCheck,
    Reply,
    RuntimeProblem,
    SampleRequest,
    Turn,
    comparison_faults,
    connect,
    texts_in,
)
from vectorstore import read

MODES = ("compare", "checklist")


class Assistant(BaseAssistant):
    """Tells what changed between documents, or what of a list a document says."""

    inputs = (
        Input("text", "text", "Newer document: its text, or its name in knowledge/", required=True),
        Input("against", "text", "Older document: its text or name; several names with ; between them"),
        Input("mode", "choice", "What to do", MODES, default="compare"),
        Input("file", "file", "Name of the newer document", default="pasted text"),
    )
    output = "table"
    verb = "compare"
    description = "Tell what was added, removed, changed and moved between two documents, what matters first."

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)

    def documents(self) -> list[Path]:
        """The documents in knowledge/, by name."""
        paths = sorted(self.settings.knowledge.iterdir()) if self.settings.knowledge.is_dir() else []
        return [path for path in paths if path.is_file() and path.name[0] != "."]

    def document(self, source: str, name: str = "pasted text") -> ComparedDocument:
        """The document in knowledge/ that `source` names, else the text that it is."""
        path = next((path for path in self.documents() if path.name == source.strip()), None)
        return self.read_document(path) if path else ComparedDocument.of_text(source, name)

    def read_document(self, path: Path, name: str = "") -> ComparedDocument:
        """A file as it is compared."""
        return ComparedDocument(name or path.name, read(path))

    def request(self, new: ComparedDocument, old: Sequence[ComparedDocument] = ()) -> ComparisonRequest:
        """Put together what is compared; without an older document the list of what it must say."""
        settings = self.settings
        checklist = () if old else settings.checklist
        return ComparisonRequest(new, tuple(old), checklist, settings.language, settings.instructions)

    def answer(self, request: ComparisonRequest, session: str = "") -> Reply:
        """What changed; iterate the reply for the words as they come, then `.answer` has sources and the table."""
        settings = self.settings
        engine = self.engine if request.old else connect("offline", self.folder)  # a list needs no model
        return Reply(lambda: request, engine, settings, self.events, session, max_tokens=settings.max_tokens)

    def reply(
        self, text: str, *, history: Sequence[Turn] = (), options: Options = NO_OPTIONS, session: str = ""
    ) -> Reply:
        """Compare the document `text` with the one that it is held against, or with the list."""
        new = self.document(text, options.get("file", "pasted text"))
        if options.get("mode") == "checklist":
            return self.answer(self.request(new), session)
        return self.answer(self.request(new, self.older(options.get("against", ""), new.name)), session)

    def older(self, against: str, newer: str) -> list[ComparedDocument]:
        """The documents that `against` names or the text that it is; where it is empty, the last one in knowledge/."""
        names = [path.name for path in self.documents()]
        listed = [name.strip() for name in against.split(";")]
        if against.strip():
            sources = listed if all(name in names for name in listed) else [against]
            return [self.document(source, "older text") for source in sources]
        if others := [name for name in names if name != newer]:
            return [self.document(others[-1])]
        raise RuntimeProblem("no older document", friendly="There is no older document to compare with.")

    def samples(self) -> list[SampleRequest]:
        """Each document in knowledge/ with the one before it."""
        return [
            SampleRequest(f"{old.name} → {new.name}", new.name, options={"against": old.name})
            for old, new in pairwise(self.documents())
        ]

    def score(self, sample: SampleRequest, answer: Answer) -> str | None:
        """Which changes are not as expected."""
        return comparison_faults(answer, sample.expected) if sample.expected else None

    def page_check(self, sample: SampleRequest) -> PageCheck:
        """Paste two texts and see what became what."""
        texts = texts_in(self.settings.language)
        new, old = self.document(sample.text), self.document(sample.options.get("against", ""))
        return PageCheck(
            {texts.older_text: old.document.text, texts.newer_text: new.document.text},
            texts.compare,
            "/compare",
            self.answer(self.request(new, [old]), "check").answer.text.partition(" (")[0],
        )
