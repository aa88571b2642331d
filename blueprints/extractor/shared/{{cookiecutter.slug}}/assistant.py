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
    Measures,
    Options,
    PageCheck,
    Reply,
    RuntimeProblem,
    SampleRequest,
    Turn,
    VisitResults,
    cell_faults,
    cell_key,
    cell_measures,
    document_version,
    extracting_rule,
    rows_of,
    system,
    texts_in,
    user,
)
from vectorstore import VectorstoreError, read
from vectorstore.loaders import Document


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
        self.results = VisitResults[list[DocumentRow]]()

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

    def measures(self, results: Sequence[tuple[SampleRequest, Answer | None]]) -> Measures | None:
        """How many cells are right, rightly empty, or made up."""
        return cell_measures([(sample.expected, answer) for sample, answer in results])

    def page_check(self, sample: SampleRequest) -> PageCheck:
        """Paste a document, make the table, see a value in it."""
        text = sample.read()
        (first, *_) = next(self.rows([(sample.name, Document(text, (), "txt"))]))
        shows = next((str(value) for value in first.cells.values() if value is not None), "")
        texts = texts_in(self.settings.language)
        return PageCheck({texts.paste_document: text}, texts.make_table, "/extract", shows)

    def prepare(self, source: str | Path | Document, options: Options) -> ExtractionRequest:
        """Put together what is looked for in a text, a file or what was read of it, and what a model reads."""
        settings = self.settings
        named = next((path for path in self.documents() if path.name == source), None)
        source = named or source  # the name of a document stands for it
        document = read(source) if isinstance(source, Path) else source
        text = document if isinstance(document, str) else document.text
        fields, several = self.corrections.taught(settings.fields), settings.several_records
        messages = [system(settings.instructions, extracting_rule(fields, several=several)), user(text)]
        return ExtractionRequest(
            text,
            fields,
            named.name if named else options.get("file", "pasted text"),
            None if isinstance(document, str) else document,
            several,
            self.corrections.of(text),
            language=settings.language,
            chat=messages,
        )

    def reply(
        self,
        text: str | Path | Document,
        *,
        history: Sequence[Turn] = (),
        options: Options = NO_OPTIONS,
        session: str = "",
    ) -> Reply:
        """Read the document `text`, the file it is, or the one of that name; `.answer.table` has its rows."""
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

    def reply_to_file(self, path: Path, *, options: Options = NO_OPTIONS, session: str = "") -> Reply:
        """Read the document at `path`, whose pages its quotes name."""
        return self.reply(read(path), options=self.named(path, options), session=session)

    def rows(
        self,
        documents: Iterable[tuple[str, Path | Document]],
        known: Sequence[DocumentRow] = (),
        session: str = "",
    ) -> Iterator[list[DocumentRow]]:
        """The rows of each document: its name, and where it is or what was read of it. What is among the `known` and
        has not changed is not read again; what cannot be read says why."""
        fields = self.corrections.taught(self.settings.fields)
        for name, source in documents:
            version = document_version(source, fields)
            rows = [row for row in known if (row.file, row.version) == (name, version)]
            try:
                yield rows or rows_of(
                    name, source, self.reply(source, options={"file": name}, session=session).answer, version
                )
            except (VectorstoreError, RuntimeProblem) as problem:
                yield [DocumentRow(name, source, None, getattr(problem, "friendly", str(problem)))]

    def correct(self, row: DocumentRow, field: str, value: str) -> list[DocumentRow]:
        """Keep that `field` of a document in knowledge/ is `value`, and read it again: all its rows."""
        settings, source = self.settings, row.source
        text = read(source).text if isinstance(source, Path) else source.text
        (chosen,) = (each for each in settings.fields if each.name == field)
        self.corrections.keep(text, cell_key(chosen, row.line, several=settings.several_records), value)
        return next(self.rows([(row.file, source)]))
