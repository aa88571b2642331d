"""The tree of things a user can get wrong; each says what, where and what to do.

ProtokitError            exit 1, one line, no traceback
+-- NameProblem          a name, title or folder that cannot be used
+-- PromptProblem        a prompt that is empty, too long, or that no blueprint serves
+-- DocumentProblem      a document that is missing or cannot be read
+-- SpecProblem          prototype.yaml or blueprint.yaml: file, field, line
+-- ChoiceProblem        an unknown blueprint, screen or model; lists the valid ones, suggests the nearest
+-- FolderProblem        a folder that exists already, is missing or is not a prototype
+-- MissingExtra         a package that is not installed; holds the exact command
+-- CheckFailed          a prototype or blueprint that did not pass its own checks
"""

from difflib import get_close_matches


class ProtokitError(Exception):
    """Something the person can mend. `str(error)` is "where: what. What to do." on one line."""

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        line = f"{where}: {what}" if where else what
        super().__init__(f"{line.rstrip('.')}. {fix}" if fix else line)


class NameProblem(ProtokitError):
    """A name, title or folder that cannot be used."""


class PromptProblem(ProtokitError):
    """A prompt that is empty, too long, or that no blueprint serves."""


class DocumentProblem(ProtokitError):
    """A document that is missing or cannot be read."""


class SpecProblem(ProtokitError):
    """A field of prototype.yaml or blueprint.yaml that is unknown or of the wrong kind."""


class ChoiceProblem(ProtokitError):
    """A value that is not one of the known ones."""

    @classmethod
    def of(
        cls, kind: str, given: str, valid: list[str], *, where: str = "", fix: str = ""
    ) -> "ChoiceProblem":
        """Name the valid values of `kind` and, where one is near, suggest it."""
        near = get_close_matches(given.lower(), valid, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else fix
        return cls(f'{kind} "{given}" is not one of {", ".join(valid)}', where=where, fix=hint)


class FolderProblem(ProtokitError):
    """A folder that exists already, is missing, or is not a prototype."""


class MissingExtra(ProtokitError):
    """A package that is not installed; the message holds the exact install command."""


class CheckFailed(ProtokitError):
    """A prototype or blueprint that did not pass its own checks."""
