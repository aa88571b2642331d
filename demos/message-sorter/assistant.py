"""What happens between a text and its label: read, instruct, sort. Change it as you like."""

from collections.abc import Sequence
from pathlib import Path

from protokit.runtime import (
    NO_OPTIONS,
    Answer,
    BaseAssistant,
    ClassifyRequest,
    Input,
    LabelCorrections,
    LabelRow,
    Measures,
    Options,
    PageCheck,
    Reply,
    RubricRequest,
    SampleRequest,
    Turn,
    VisitResults,
    classifying_rule,
    correction_gain,
    is_about_people,
    keeps_corrections,
    label_measures,
    read_text_file,
    read_texts,
    score_label,
    scoring_rule,
    system,
    texts_in,
)


class Assistant(BaseAssistant):
    """Gives texts labels, says how sure it is, and learns from corrections."""

    inputs = (
        Input("text", "text", "Text", required=True),
        Input("lines", "choice", "What it is", ("one text", "a text a line"), default="one text"),
        Input("column", "text", "Column with the texts"),
        Input("file", "file", "Where the texts come from", default="pasted text"),
    )
    output = "table"
    verb = "classify"
    description = "Sort texts into labels, with how sure it is and the words that decided."

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)
        self.corrections = LabelCorrections(folder)
        self.results = VisitResults[list[LabelRow]]()

    @classmethod
    def read_file(cls, path: Path) -> str:
        """The texts of a file: the rows of a table, or its text."""
        return read_text_file(path)

    def prepare(self, text: str, options: Options, session: str) -> ClassifyRequest:
        """Put together what the engine reads."""
        settings = self.settings
        labels, several = settings.labels, settings.several_labels
        rows = read_texts(
            text, lines=options.get("lines") == "a text a line", column=options.get("column", "")
        )
        file, language = options.get("file", "pasted text"), settings.language
        if criteria := settings.criteria:
            chat = [system(settings.instructions, scoring_rule(criteria, labels))]
            return RubricRequest(rows, labels, file=file, language=language, chat=chat, criteria=criteria)
        return ClassifyRequest(
            rows,
            labels,
            self.corrections.examples(session),
            about=settings.pitch,
            several=several,
            largest_error=settings.largest_error,
            file=file,
            language=language,
            chat=[system(settings.instructions, classifying_rule(labels, several=several))],
        )

    def reply(
        self, text: str, *, history: Sequence[Turn] = (), options: Options = NO_OPTIONS, session: str = ""
    ) -> Reply:
        """Sort `text`, or each of the texts it holds; `.answer.table` has a row for each."""
        settings = self.settings
        return Reply(
            lambda: self.prepare(text, options, session), self.engine, settings, self.events, session
        )

    def samples(self) -> list[SampleRequest]:
        """The files in knowledge/, for trying it out."""
        paths = sorted(self.settings.knowledge.iterdir())
        return [
            SampleRequest(path.name, self.read_file(path), options={"file": path.name})
            for path in paths
            if path.is_file() and path.name[0] != "."
        ]

    def learn(self, text: str, label: str, session: str) -> None:
        """Take `label` as right for `text` from now on: for good where you try it, for their visit where guests do."""
        self.corrections.add(text, label, session=session, keep=keeps_corrections())

    def gain(self, session: str) -> str:
        """What the corrections have taught, for the page; empty while they are too few to say."""
        settings = self.settings
        gain = correction_gain(settings.labels, self.corrections.examples(session), settings.pitch)
        told = texts_in(settings.language).corrections_gain
        return (
            told.format(count=gain.count, before=f"{gain.before:.0%}", after=f"{gain.after:.0%}")
            if gain
            else ""
        )

    @property
    def columns(self) -> list[str]:
        """The columns of the table, in the language of the page."""
        settings, texts = self.settings, texts_in(self.settings.language)
        heads = [texts.text, texts.label, texts.confidence, texts.deciding_words]
        return heads + [each.name for each in settings.criteria]

    @property
    def about_people(self) -> bool:
        """Whether its labels judge people, which the page says something about."""
        return is_about_people(self.settings.labels, f"{self.settings.title} {self.settings.pitch}")

    def score(self, sample: SampleRequest, answer: Answer) -> str | None:
        """Why the label is not the expected one, "" where it is."""
        return score_label(sample.expected, answer)

    def measures(self, results: Sequence[tuple[SampleRequest, Answer | None]]) -> Measures | None:
        """How often each label is right, and which are taken for which."""
        return label_measures([(sample.expected, answer) for sample, answer in results])

    def page_check(self, sample: SampleRequest) -> PageCheck:
        """Sort one text on the page."""
        texts = texts_in(self.settings.language)
        text = read_texts(sample.read()).texts[0]
        label = self.reply(text, session="check").answer.text.partition("**")[2].partition("**")[0]
        return PageCheck({texts.text: text}, click=texts.sort, endpoint="/classify", shows=label)
