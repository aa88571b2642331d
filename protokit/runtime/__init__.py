"""The plumbing under a generated prototype: its own app.py and assistant.py hold the behaviour.

Names load on first use, so that a page shows its words before anything heavy is imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protokit.runtime.assistant_types import Answer, Citation, Question, SummaryRequest, Turn
    from protokit.runtime.models.model_factory import connect
    from protokit.runtime.older_pages import keep_upload
    from protokit.runtime.reply import Reply
    from protokit.runtime.runtime_errors import ModelProblem, RuntimeProblem, SettingsProblem
    from protokit.runtime.settings import Settings
    from protokit.runtime.usage.events import EventLog

_HOME = {
    "Answer": "assistant_types",
    "Citation": "assistant_types",
    "Question": "assistant_types",
    "SummaryRequest": "assistant_types",
    "Turn": "assistant_types",
    "connect": "models.model_factory",
    "keep_upload": "older_pages",
    "Reply": "reply",
    "ModelProblem": "runtime_errors",
    "RuntimeProblem": "runtime_errors",
    "SettingsProblem": "runtime_errors",
    "Settings": "settings",
    "EventLog": "usage.events",
}
__all__ = [
    "Answer",
    "Citation",
    "EventLog",
    "ModelProblem",
    "Question",
    "Reply",
    "RuntimeProblem",
    "Settings",
    "SettingsProblem",
    "SummaryRequest",
    "Turn",
    "connect",
    "keep_upload",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'protokit.runtime' has no attribute {name!r}")
    return getattr(import_module(f"protokit.runtime.{_HOME[name]}"), name)
