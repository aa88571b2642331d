"""Sample knowledge: what a prototype starts from when nobody brings documents, with its own questions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from protokit.catalog import lookup
from protokit.catalog.blueprint import Blueprint
from protokit.drafting.labelled_table import rows_for_labels
from protokit.errors import SpecProblem
from protokit.files.layout import KNOWLEDGE, QUESTIONS_FILE
from protokit.runtime.prototype_fields import Label, SampleDocuments
from protokit.runtime.yaml_checks import Strict
from protokit.scaffold.collect_documents import collect_documents
from protokit.spec.prototype_spec import Spec
from protokit.spec.yaml_cache import load_data
from protokit.spec.yaml_io import dump_yaml, read_text, validate

ABOUT_FILE = "about.yaml"
HEAD = "# Questions with what a good answer must contain: this prototype's own test set.\n"


class SampleCard(Strict, frozen=True, kw_only=True):
    """Whose samples in another language than English are."""

    title: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A folder with `knowledge/` and `questions.yaml`: the blueprint's own, else that of a sample domain."""

    folder: Path | None
    domain: str
    """The name of the domain, "general" for documents that speak of no field; empty where it is the blueprint's own."""
    asked: bool
    """Whether questions are asked of it; texts to work on are only handed over."""
    language: str = "en"
    """What it is written in (ISO 639-1)."""

    @classmethod
    def of(cls, blueprint: Blueprint, domain: str) -> "Sample":
        """The sample for `blueprint`; `domain` names the field of work that was spoken of."""
        asked = blueprint.takes == "question"
        own = blueprint.holder(KNOWLEDGE)
        if (own / KNOWLEDGE).is_dir():
            return cls(own, "", asked)
        domains = lookup.domains()
        neutral = lookup.NEUTRAL if blueprint.takes in ("question", "text") else ""
        name = next((name for name in (domain, blueprint.default_domain) if name in domains), neutral)
        return cls(lookup.domain_folder(name), name, asked) if name else cls(None, "", asked)

    def in_language(self, language: str) -> "Sample":
        """The one of the same domain that was written in `language`, where there is one; else this one."""
        native = self.folder / language if self.folder and self.domain and language != "en" else None
        has_one = native is not None and (native / ABOUT_FILE).is_file()
        return replace(self, folder=native, language=language) if has_one else self

    @property
    def about(self) -> str:
        """The field and the invented organisation that it speaks of; empty where it speaks of none."""
        if self.language != "en" and self.folder:
            card = validate(SampleCard, read_text(self.folder / ABOUT_FILE), where=ABOUT_FILE)
            return f"{card.title}, {card.organisation}"
        domain = lookup.domains().get(self.domain)
        return f"{domain.title}, {domain.organisation}" if domain else ""

    def marked(self, spec: Spec) -> Spec:
        """`spec` saying which of its documents are samples, and whose."""
        samples = SampleDocuments(about=self.about, files=tuple(self.documents()), language=self.language)
        return msgspec.structs.replace(spec, sample_documents=samples if samples.files else None)

    def questions(self, labels: Sequence[Label] = ()) -> str:
        """The text of questions.yaml; of a sample whose texts have labels, where those are the ones of `labels`."""
        path = self.questions_file
        if path and labels:
            rows = load_data(read_text(path), where=path.name)
            return HEAD + dump_yaml(rows_for_labels(rows, labels))
        return HEAD + (read_text(path) if path and (self.asked or not self.domain) else dump_yaml([]))

    def starters(self) -> tuple[str, ...]:
        """The questions that are offered on the page."""
        path = self.questions_file
        rows = (load_data(read_text(path), where=path.name) or []) if path and self.asked else []
        if not isinstance(rows, list):
            raise SpecProblem(
                "expected a list of questions", where=QUESTIONS_FILE, fix="Write `- question: ...`"
            )
        starters = [row for row in rows if isinstance(row, dict) and row.get("starter")]
        return tuple(str(row["question"]) for row in starters if row.get("question"))

    def documents(self) -> dict[str, Path]:
        """Name below `knowledge/` -> file."""
        return collect_documents([self.folder / KNOWLEDGE]) if self.folder else {}

    @property
    def questions_file(self) -> Path | None:
        """Where its questions stand, if it has any."""
        path = self.folder / QUESTIONS_FILE if self.folder else None
        return path if path and path.is_file() else None


def describe_samples(samples: SampleDocuments) -> str:
    """What to tell the person who made a prototype over sample documents."""
    if samples.about:
        return f"Sample documents: {samples.about}. Drop yours here with --docs PATH, or into {KNOWLEDGE}/"
    shows = "this one shows" if len(samples.files) == 1 else f"these {len(samples.files)} show"
    return (
        "Sample documents: neutral, as none of the sample fields fits for certain. Drop your documents here"
        f" (--docs PATH, or {KNOWLEDGE}/); {shows} what it will do"
    )
