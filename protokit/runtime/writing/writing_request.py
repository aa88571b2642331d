"""A text to be written from a form: by a shape that its words fill, or by a model whose draft is checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from protokit.runtime.assistant_types import Answer, ChatMessage, Request, RequestResult, masked_chat
from protokit.runtime.page_texts import texts_in
from protokit.runtime.prompting.chat_messages import rule, system, user
from protokit.runtime.prototype_fields import FormField, TextShape, WritingRule
from protokit.runtime.qa.extract import extract
from protokit.runtime.runtime_errors import UnusableReply
from protokit.runtime.writing.fit_rules import fit_rules
from protokit.runtime.writing.prepared_examples import PreparedExample, nearest_example
from protokit.runtime.writing.shape_text import ShapeInput
from protokit.runtime.writing.shapes import SHAPES
from protokit.runtime.writing.written_text import WrittenText, review, told_rule
from vectorstore.passage import Passage

LENGTHS = ("short", "medium", "long")
TONES = ("neutral", "formal", "friendly")


@dataclass(frozen=True)
class WritingRequest(Request):
    """The values of a form, the shape that is written from them, and the rules that it must hold to."""

    values: Mapping[str, str]
    form: tuple[FormField, ...] = ()
    writes: TextShape = "free"
    rules: tuple[WritingRule, ...] = ()
    language: str = "en"
    tone: str = "neutral"
    length: str = "medium"
    instructions: str = ""
    policy: tuple[Passage, ...] = ()
    """What the owner's documents say about it, best first."""
    examples: tuple[PreparedExample, ...] = ()
    name: str = ""
    """What is written, in a few words, for a model and for the title."""
    draft: WrittenText | None = None
    """What a model wrote first, where this is its repair."""
    chat: tuple[ChatMessage, ...] = ()
    """What a model reads instead, masked."""
    whole = True
    """Nobody reads a draft before it was checked."""

    @property
    def text(self) -> str:  # type: ignore[override]
        """All that was given, a line for each field."""
        return "\n".join(f"{name}: {value}" for name, value in self.values.items() if value.strip())

    @property
    def title(self) -> str:
        """What it is filed under."""
        return f"Write {self.name or self.writes.replace('_', ' ')}"

    @property
    def source(self) -> str:
        """What facts may come from: the form, and the documents that are quoted."""
        return "\n\n".join([self.text, *(passage.text for passage in self.policy)])

    @property
    def main(self) -> str:
        """What the longest field holds: a text is made shorter than that, not than the whole form."""
        long = [
            value for each in self.form if each.long and (value := self.values.get(each.name, "")).strip()
        ]
        return long[0] if long else max(self.values.values(), key=len, default="")

    @property
    def passages(self) -> Sequence[Passage]:  # type: ignore[override]
        """What a model's sentences are held against."""
        return (Passage(self.text, "form", 0, len(self.text), support=1.0), *self.policy)

    @property
    def repair(self) -> str:
        """What a model is told of a draft that breaks rules."""
        return rule("rewrite.md")

    def messages(self) -> Sequence[ChatMessage]:
        """Instructions, the rules and the form."""
        if self.chat:
            return self.chat
        rules = "\n".join(f"- {told_rule(each)}" for each in self.rules) or "- (none)"
        told = rule("writing.md").format(
            shape=self.name or self.writes.replace("_", " "),
            tone=self.tone,
            length=self.length,
            language=self.language,
            rules=rules,
        )
        quoted = (
            "\n\n".join(["Our documents say:", *(each.text for each in self.policy)]) if self.policy else ""
        )
        return [
            system(self.instructions, told),
            user("\n\n".join(part for part in (self.text, quoted) if part)),
        ]

    def reviewed(self, text: str) -> WrittenText:
        """`text` held against the rules and the form."""
        return review(text, self.rules, self.source, self.main)

    def is_prepared(self, answer: Answer) -> bool:
        """Whether `answer` is a prepared example, which was not written from this form."""
        return self.writes == "free" and answer.model == "offline"

    def offline(self) -> RequestResult:
        """The shape filled with the form's own words; what needs a model shows a prepared example and says so."""
        texts = texts_in(self.language)
        if self.writes == "free":
            return self._prepared()
        text = SHAPES[self.writes](self._shape_input())
        if not text.strip():
            return RequestResult(texts.nothing_for_shape, found=False)
        return self._result(fit_rules(text, self.rules, self.main))

    def _shape_input(self) -> ShapeInput:
        main = self.main
        most = [each.most for each in self.rules if each.kind == "words" and each.most is not None]
        if self.writes == "description" and not any(
            each.long and self.values.get(each.name) for each in self.form
        ):
            main = ""  # each field is a fact
        others = tuple((name, value) for name, value in self.values.items() if value != main)
        policy = (
            tuple(piece.text.strip() for piece in extract(main, self.policy, limit=4)) if self.policy else ()
        )
        length = self.length if self.length in LENGTHS else "medium"
        told = [each.words.casefold() for each in self.rules if each.kind == "user_story"]
        criteria = not told or any("criteri" in words for words in told)
        asked = next((each.most or each.least for each in self.rules if each.kind == "questions"), None)
        return ShapeInput(
            main,
            others,
            self.language,
            self.tone,
            length,
            policy,
            min(most, default=None),
            questions=asked,
            criteria=criteria,
        )

    def _prepared(self) -> RequestResult:
        texts = texts_in(self.language)
        example = nearest_example(self.examples, self.values)
        if example is None:
            return RequestResult(texts.needs_model, found=False)
        label = texts.prepared_example.format(input=example.title)
        source = "\n".join(f"{name}: {value}" for name, value in example.form.items())
        table = review(example.text, self.rules, source).table(texts)
        return RequestResult(f"**{label}**\n\n{example.text.strip()}", table=table, note=texts.needs_model)

    def _result(self, text: str, note: str = "") -> RequestResult:
        return RequestResult(text, table=self.reviewed(text).table(texts_in(self.language)), note=note)

    def read(self, text: str) -> RequestResult:
        """A model's text with its checks. Raises UnusableReply for a first draft that breaks a rule or brings facts."""
        written = self.reviewed(fit_rules(text.strip(), self.rules, self.main))
        result = self._result(written.text)
        if written.faults and self.draft is None:
            kept = replace(result, note=texts_in(self.language).draft_kept)
            raise UnusableReply(written.told(), text, kept)
        if self.draft is not None and self.draft.faults < written.faults:
            return self._result(self.draft.text)
        return result

    def again(self, reply: str) -> Self:
        """The same with the model's first draft: the better of the two is what stands."""
        return replace(self, draft=self.reviewed(fit_rules(reply.strip(), self.rules, self.main)))

    def masked(self, mask: Callable[[str], str]) -> Self:
        """The form masked."""
        values = {name: mask(value) for name, value in self.values.items()}
        return replace(self, values=values, chat=tuple(masked_chat(self.messages(), mask)))
