"""What happens between a form and its text: take the values, write, check. Change it as you like."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from protokit.runtime import (
    NO_OPTIONS,
    Answer,
    BaseAssistant,
    Input,
    Measures,
    Options,
    PageCheck,
    Reply,
    SampleRequest,
    Turn,
    WritingRequest,
    form_values,
    read_examples,
    record_example,
    texts_in,
    writing_faults,
    writing_measures,
)
from vectorstore import KnowledgeBase, Passage

LENGTHS = ("short", "medium", "long")
TONES = ("neutral", "formal", "friendly")


class Assistant(BaseAssistant):
    """Writes a text from a form; what it says comes from the form, and every rule is checked."""

    inputs = (
        Input("form", "text", "What it is written from, or the whole form as JSON", required=True),
        Input("length", "choice", "Length", LENGTHS, default="medium"),
        Input("tone", "choice", "Tone", TONES, default="neutral"),
    )
    verb = "write"
    description = "Write a text from a form, with a check for each rule that it must hold to."

    def __init__(self, folder: Path = Path(__file__).parent, model: str = "") -> None:
        super().__init__(folder, model)
        settings = self.settings
        if settings.writes == "reply":  # a reply quotes what the documents in knowledge/ say
            self.knowledge = KnowledgeBase.open(
                *settings.store, embedding=settings.embedding, include_hidden=settings.include_hidden
            )
            self.knowledge.sync_in_background(settings.knowledge)

    def policy(self, text: str) -> tuple[Passage, ...]:
        """What the documents say about `text`, best first."""
        return tuple(self.knowledge.search(text, limit=3)) if self.knowledge and text.strip() else ()

    def request(
        self, values: Mapping[str, str], length: str = "medium", tone: str = "neutral"
    ) -> WritingRequest:
        """Put together what is written from."""
        settings = self.settings
        return WritingRequest(
            dict(values),
            form=settings.form,
            writes=settings.writes,
            rules=settings.text_rules,
            language=settings.language,
            tone=tone if tone in TONES else "neutral",
            length=length if length in LENGTHS else "medium",
            instructions=settings.instructions,
            policy=self.policy("\n".join(values.values())),
            examples=read_examples(settings.folder),
            name=settings.title,
        )

    def answer(self, request: WritingRequest, session: str = "") -> Reply:
        """The text; iterate the reply for the words as they come, then `.answer` has the checks and numbers."""
        settings = self.settings
        return Reply(
            lambda: request,
            self.engine,
            settings,
            self.events,
            session,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
        )

    def reply(
        self, text: str, *, history: Sequence[Turn] = (), options: Options = NO_OPTIONS, session: str = ""
    ) -> Reply:
        """Write from `text`: the form as JSON, or what its longest field takes."""
        values = form_values(text, self.settings.form)
        return self.answer(self.request(values, options.get("length", ""), options.get("tone", "")), session)

    def record(self, text: str, answer: Answer) -> Path:
        """Keep what was written from `text` as a prepared example, shown where no model is connected."""
        return record_example(self.folder, form_values(text, self.settings.form), answer.text, answer.model)

    @classmethod
    def read_file(cls, path: Path) -> str:
        """What is written from a file: its text, with the signs that tell headings and lists."""
        plain = path.suffix.lower() in (".md", ".txt")
        return path.read_text("utf-8", errors="replace") if plain else super().read_file(path)

    def samples(self) -> list[SampleRequest]:
        """The texts in knowledge/; where those are quoted or a model is needed, the forms of the prepared examples."""
        if self.settings.writes in ("free", "reply"):
            examples = read_examples(self.folder)
            letters = [each for each in examples if set(each.form) & {"Review", "Message"}]
            chosen = letters if self.settings.writes == "reply" else examples
            return [SampleRequest(each.title, "\n".join(each.form.values())) for each in chosen]
        paths = sorted(self.settings.knowledge.glob("*"))
        return [
            SampleRequest(each.name, self.read_file(each))
            for each in paths
            if each.is_file() and each.name[0] != "."
        ]

    def score(self, sample: SampleRequest, answer: Answer) -> str | None:
        """Which rules are broken, which facts are new, and what is missing."""
        return (
            writing_faults(answer, sample.expected)
            if self.settings.writes != "free" or answer.model != "offline"
            else None
        )

    def measures(self, results: Sequence[tuple[SampleRequest, Answer | None]]) -> Measures | None:
        """The share of rules kept, and of texts whose every fact is from the form."""
        return writing_measures([answer for _, answer in results if answer])

    def page_check(self, sample: SampleRequest) -> PageCheck:
        """Fill in the form and see the checks."""
        texts = texts_in(self.settings.language)
        values = form_values(sample.read(), self.settings.form)
        return PageCheck(
            values, texts.write, "/write", texts.rules_kept.split("{")[-1].partition("}")[2].strip()
        )
