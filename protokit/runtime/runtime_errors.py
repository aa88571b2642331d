"""What can go wrong while a prototype runs, told twice: to the visitor kindly, to the owner exactly."""

import os

from protokit.runtime.page_texts import page_texts

OWNED = "PROTOKIT_OWNER"
"""Environment variable that `protokit run` sets: whoever looks at the page is its owner, who tries it."""


def is_owners_page() -> bool:
    """Whether whoever looks at the page is its owner, so that folders and commands may be named."""
    return bool(os.environ.get(OWNED))


class RuntimeProblem(Exception):
    """`friendly` is one line for the visitor's page, in its language; `str(error)` says where, what and what to do, for
    the owner."""

    def __init__(self, cause: str, *, friendly: str = "") -> None:
        super().__init__(cause)
        self.friendly = friendly or page_texts().not_set_up


class SettingsProblem(RuntimeProblem):
    """A file of the prototype that cannot be used. `str(error)` is "where: what. What to do." on one line."""

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        line = f"{where}: {what}" if where else what
        told = f"{line.rstrip('.')}. {fix}" if fix else line
        super().__init__(told, friendly=told if is_owners_page() else "")


class ModelProblem(RuntimeProblem):
    """The model could not answer: no key, a refused key, an unknown name, no connection, a limit that is reached.

    `note` is what the visitor reads when the offline engine answers instead; empty for the usual line.
    """

    def __init__(self, cause: str, *, friendly: str = "", note: str = "") -> None:
        super().__init__(cause, friendly=friendly or page_texts().model_down)
        self.note = note


class UnusableReply(ModelProblem):
    """What a model wrote is not of the form that was asked for; it may be asked once more.

    `reply` is what it wrote, `fault` what is wrong with it, in words for the model. `result` is what stands where no
    better reply comes: a RequestResult, for what can be shown with its faults marked.
    """

    def __init__(self, fault: str, reply: str, result: object = None) -> None:
        super().__init__(f"what the model wrote cannot be used: {fault}. Try again, or another model")
        self.fault, self.reply, self.result = fault, reply, result


class LimitReached(ModelProblem):
    """A limit of prototype.yaml is reached: asking again is of no use, or in a moment where it is `passing`."""

    def __init__(self, cause: str, *, friendly: str, note: str = "", passing: bool = False) -> None:
        super().__init__(cause, friendly=friendly, note=note)
        self.passing = passing


class InputProblem(RuntimeProblem):
    """What a caller gave is none of what the prototype takes; `str(error)` names the part, for the caller too."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause, friendly=cause)


class TooLong(RuntimeProblem):
    """A text that is longer than it may be; nothing of it was looked at."""

    def __init__(self, what: str, length: int, most: int) -> None:
        message = f"This {what} has {length:,} characters, and {most:,} are the most. Please shorten it."
        texts = page_texts()
        words = texts.question_too_long if what == "question" else texts.text_too_long
        told = words.format(length=texts.count(length), most=texts.count(most))
        super().__init__(message, friendly=told if what in ("question", "text") else message)
