"""What happens between a document and its row: find each field, show its quote, hold what is corrected."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from protokit.runtime import (
    NO_OPTIONS,
    Answer,
    BaseAssistant,
    Corrections,
    DocumentRow,
    ExtractionRequest,
    Input,
    Options,
    PageCheck,
    Reply,
    RuntimeProblem,
    SampleRequest,
    Turn,
    cell_faults,
    extracting_rule,
    system,
    texts_in,
    user,
)
from vectorstore import VectorstoreError, read


class Assistant(BaseAssistant):
    """Fills in the fields of prototype.yaml from a document, each with the words it comes from."""

    inputs = (
        Input("text", "text", "Document", required=True),
        Input("file", "file", "Where the text comes from", default="pasted text"),
    )
    output = "table"
    verb = "extract"
    description = "Find the fields in a document, each with the words it comes from; null is not stated."

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)
        self.corrections = Corrections(folder)

    @property
    def field_names(self) -> list[str]:
        """The columns of the table."""
        return [field.name for field in self.settings.fields]

    def documents(self) -> list[Path]:
        """The documents in knowledge/."""
        paths = sorted(self.settings.knowledge.iterdir()) if self.settings.knowledge.is_dir() else []
        return [path for path in paths if path.is_file() and path.name[0] != "."]

    def samples(self) -> list[SampleRequest]:
        """The documents in knowledge/, for trying it out."""
        return [SampleRequest(path.name, path=path, options={"file": path.name}) for path in self.documents()]

    def score(self, sample: SampleRequest, answer: Answer) -> str | None:
        """Which cells are not as expected."""
        return cell_faults(answer, sample.expected) if sample.expected else None

    def page_check(self, sample: SampleRequest) -> PageCheck:
        """Paste a document, make the table, see a value in it."""
        text = sample.read()
        values = next(self.rows([(sample.name, text)])).cells.values()
        texts = texts_in(self.settings.language)
        shows = next((str(value) for value in values if value is not None), "")
        return PageCheck({texts.paste_document: text}, texts.make_table, "/extract", shows)

    def text_of(self, path: Path) -> str:
        """The text of a document."""
        return read(path).text

    def prepare(self, source: str | Path, options: Options) -> ExtractionRequest:
        """Put together what is looked for in a text or a file, and what a model reads."""
        settings = self.settings
        named = next((path for path in self.documents() if path.name == source), None)
        source = named or source  # the name of a document stands for it
        document = read(source) if isinstance(source, Path) else None
        text = document.text if document else str(source)
        fields = self.corrections.taught(settings.fields)
        messages = [system(settings.instructions, extracting_rule(fields)), user(text)]
        file = named.name if named else options.get("file", "pasted text")
        return ExtractionRequest(
            text, fields, file, document, self.corrections.of(text), language=settings.language, chat=messages
        )

    def reply(
        self,
        text: str | Path,
        *,
        history: Sequence[Turn] = (),
        options: Options = NO_OPTIONS,
        session: str = "",
    ) -> Reply:
        """Read the document `text`, the file it is, or the one of that name; `.answer.table` is its row."""
        settings = self.settings
        return Reply(
            lambda: self.prepare(text, options),
            self.engine,
            settings,
            self.events,
            session,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature or 0.0,
        )

    def rows(self, documents: Iterable[tuple[str, Path | str]], session: str = "") -> Iterator[DocumentRow]:
        """A row for each document: its name, and where it is or its text. One that cannot be read says why."""
        for name, source in documents:
            try:
                answer = self.reply(source, options={"file": name}, session=session).answer
                yield DocumentRow(name, source, answer)
            except (VectorstoreError, RuntimeProblem) as problem:
                yield DocumentRow(name, source, None, getattr(problem, "friendly", str(problem)))

    def correct(self, row: DocumentRow, field: str, value: str) -> DocumentRow:
        """Keep that `field` of a document in knowledge/ is `value`, and read it again."""
        source = row.source
        self.corrections.keep(read(source).text if isinstance(source, Path) else source, field, value)
        return next(self.rows([(row.file, source)]))
