"""ChangeDraft: a prototype as it will be, while the changes of a line are made in it one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from protokit.catalog import lookup
from protokit.catalog.blueprint import Blueprint
from protokit.files.layout import INSTRUCTIONS_FILE, KNOWLEDGE, QUESTIONS_FILE, SPEC_FILE
from protokit.revise.change_spec import stems
from protokit.scaffold.collect_documents import collect_documents
from protokit.spec.prototype_spec import Spec, parse_spec
from protokit.spec.yaml_io import convert, load_yaml, read_text
from protokit.update.file_diff import read

if TYPE_CHECKING:
    from protokit.drafting.starters.document_preview import DocumentPreview


@dataclass
class ChangeDraft:
    """What is written at the end, if it fares no worse: the Spec, the rows of questions.yaml, and whole files."""

    folder: Path
    before: Spec
    spec: Spec
    rows: list[Any]
    files: dict[str, bytes | None] = field(default_factory=dict)
    """Name in the folder -> content, None for one that goes. Not those that follow from the Spec and the rows."""
    added: dict[str, Path] = field(default_factory=dict)
    """Name below knowledge/ -> the file that comes there."""
    lines: list[str] = field(default_factory=list)
    """Sentences that instructions.md gets."""
    dropped_lines: list[str] = field(default_factory=list)
    """What sentences that it loses are about."""
    notes: list[str] = field(default_factory=list)
    """What the person should know of how it was done."""
    replanned: bool = False
    """Whether the kind or the screen is another, so that its code is another too."""
    reads_paths: bool = True
    """Whether the person may name files of this machine: in a terminal, not on a page."""

    @classmethod
    def open(cls, folder: Path, *, reads_paths: bool = True) -> "ChangeDraft":
        """The prototype in `folder`, without a change. Raises SpecProblem."""
        spec = parse_spec(read_text(folder / SPEC_FILE))
        path = folder / QUESTIONS_FILE
        rows = load_yaml(read_text(path), where=path.name) if path.is_file() else []
        return cls(folder, spec, spec, list(rows or ()), reads_paths=reads_paths)

    @cached_property
    def blueprint(self) -> Blueprint:
        """What it was made from, as it is today. Raises ChoiceProblem, FolderProblem."""
        return lookup.blueprint_of(self.before)

    def set(self, spec: Spec) -> None:
        """Take `spec`. Raises SpecProblem for a value that no prototype.yaml may hold."""
        self.spec = convert(Spec, msgspec.to_builtins(spec), where=SPEC_FILE)

    def read(self, name: str) -> bytes | None:
        """The content of a file as it will be."""
        return self.files[name] if name in self.files else read(self.folder / name)

    def documents(self) -> dict[str, Path]:
        """Name below knowledge/ -> file, of those that will be there."""
        home = self.folder / KNOWLEDGE
        there = collect_documents([home]) if home.is_dir() and any(home.iterdir()) else {}
        stay = {name: path for name, path in there.items() if f"{KNOWLEDGE}/{name}" not in self.files}
        return stay | self.added

    @property
    def instructions(self) -> str:
        """instructions.md before."""
        path = self.folder / INSTRUCTIONS_FILE
        return read_text(path) if path.is_file() else ""

    @contextmanager
    def preview(self) -> "Iterator[DocumentPreview]":
        """Its documents, searched by words only. Raises DocumentProblem where none can be read."""
        from protokit.drafting.starters.document_preview import preview_documents

        with preview_documents(self.documents()) as preview:
            yield preview

    def rows_about(self, topic: str) -> list[Any]:
        """The rows whose question is about `topic`."""
        wanted = stems(topic)
        return [
            row
            for row in self.rows
            if isinstance(row, dict) and wanted and wanted <= stems(str(row.get("question", "")))
        ]
