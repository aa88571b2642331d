"""The result of one check, as a line for a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it holds, what was seen, and what would mend it."""

    name: str
    ok: bool
    detail: str = ""
    fix: str = ""

    def __str__(self) -> str:
        line = f"{'ok' if self.ok else 'FAILED':<7} {self.name}" + (f": {self.detail}" if self.detail else "")
        return f"{line}\n        {self.fix}" if self.fix else line
