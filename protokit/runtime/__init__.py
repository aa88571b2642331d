"""The plumbing under a generated prototype: its own app.py and assistant.py hold the behaviour.

Names load on first use, so that a page shows its words before anything heavy is imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protokit.runtime.errors import ModelProblem, RuntimeProblem, SettingsProblem
    from protokit.runtime.models import connect
    from protokit.runtime.older_pages import keep_upload
    from protokit.runtime.replies import Reply
    from protokit.runtime.requests import Answer, Citation, Condensation, Question, Turn
    from protokit.runtime.settings import Settings
    from protokit.runtime.telemetry import EventLog

_HOME = {
    "ModelProblem": "errors",
    "RuntimeProblem": "errors",
    "SettingsProblem": "errors",
    "connect": "models",
    "Reply": "replies",
    "Answer": "requests",
    "Citation": "requests",
    "Condensation": "requests",
    "Question": "requests",
    "Turn": "requests",
    "Settings": "settings",
    "EventLog": "telemetry",
    "keep_upload": "older_pages",
}
__all__ = [
    "Answer",
    "Citation",
    "Condensation",
    "EventLog",
    "ModelProblem",
    "Question",
    "Reply",
    "RuntimeProblem",
    "Settings",
    "SettingsProblem",
    "Turn",
    "connect",
    "keep_upload",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'protokit.runtime' has no attribute {name!r}")
    return getattr(import_module(f"protokit.runtime.{_HOME[name]}"), name)
