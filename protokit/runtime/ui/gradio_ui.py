"""Parts that every Gradio screen shares: its head, how it is served, and what a visitor adds for the visit."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from protokit.runtime.page_texts import page_texts
from protokit.runtime.runtime_errors import is_owners_page
from protokit.runtime.settings import Settings
from protokit.runtime.ui.escape_markdown import safe_line, safe_markdown
from protokit.runtime.ui.formatting import engine_note, sample_note
from protokit.runtime.uploads import upload_policy
from protokit.runtime.uploads.gradio_files import guarded
from protokit.runtime.uploads.visitor_files import VisitorFiles
from protokit.runtime.visitor import current_visitor

_RIGHT_TO_LEFT = """
html:root, .gradio-container :is(.prose, .html-container, textarea) { direction: rtl; text-align: start; }
.gradio-container .table-wrap { direction: ltr; }
.gradio-container :is(button, td, code, textarea, .numbers b, .quiet) { unicode-bidi: plaintext; }
.gradio-container .prose blockquote { border-left: 0; border-right: 4px solid var(--line); padding: 0 .8rem 0 0; }
.gradio-container .submit-button svg { transform: scaleX(-1); }
"""

_FOLLOW = """
(() => {
  let first;
  setInterval(async () => {
    const answer = await fetch("gradio_api/app_id").catch(() => null);
    if (!answer || !answer.ok) return;
    const id = await answer.text();
    if (first && id !== first) location.reload();
    first = first || id;
  }, 2000);
})();
"""


def launch_options(settings: Settings) -> dict[str, Any]:
    """What `demo.launch` gets: the theme, style.css and the accent, and the guard before uploads."""
    return {
        "theme": gr.themes.Base(
            primary_hue="indigo", neutral_hue="slate", radius_size="lg", font=["system-ui", "sans-serif"]
        ),
        "css_paths": settings.folder / "style.css",
        "head": f"<style>html:root {{ --accent: {settings.accent}; }}{_direction()}</style>{_following()}",
        "app_kwargs": guarded(settings.folder),
        "show_error": False,
        "footer_links": [],
        "run_history": False,
        "quiet": True,
    }


def _following() -> str:
    """For the owner alone: the open page loads anew when it is served anew, as `protokit run` does after an edit."""
    return f"<script>{_FOLLOW}</script>" if is_owners_page() else ""


def _direction() -> str:
    """Rules for a page that is read from right to left."""
    return _RIGHT_TO_LEFT if page_texts().direction == "rtl" else ""


def head_markdown(settings: Settings) -> str:
    """The title, the line under it, what the documents are while they are samples, and which engine answers."""
    request = LocalContext.request.get(None)
    samples = sample_note(
        settings, uploads=bool(request and upload_policy.may_upload(settings, request.headers))
    )
    parts = [
        f"# {safe_line(settings.title)}\n{safe_markdown(settings.pitch)}",
        f"> {safe_markdown(samples)}" if samples else "",
        safe_markdown(engine_note(settings)),
    ]
    return "\n\n".join(filter(None, parts))


def visit_state(make: Callable[[], Any]) -> gr.State:
    """A state of each visit that is made when the visit first needs it, and stays.

    `gr.State(make)` is made once more when the page has loaded whole: who asked before that, by a slow line, would
    stop, or add files to, another visit.
    """
    state = gr.State(make)
    state.load_event_to_attach = None
    return state


def upload_offer(settings: Settings) -> Callable[[gr.Request], gr.Column]:
    """Shows a column to the visitors who may upload files; for `demo.load`."""

    def offer(request: gr.Request) -> gr.Column:
        return gr.Column(visible=upload_policy.may_upload(settings, request.headers))

    return offer


def add_files(own: VisitorFiles, paths: Sequence[str] | None) -> None:
    """Hold uploaded files for this visitor alone; where one is not taken, the page says why."""
    for path in map(Path, paths or []):
        try:
            own.add(path.name, path.read_bytes(), current_visitor())
        except ValueError as problem:
            gr.Warning(escape(str(problem)))
        finally:
            path.unlink(missing_ok=True)
