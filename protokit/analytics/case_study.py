"""A case study of a prototype for a portfolio: problem, prototype, numbers, what was learned; one page of its own."""

from collections.abc import Callable
from html import escape
from pathlib import Path

from protokit.analytics.html_page import html_list, html_page, html_table
from protokit.analytics.mask_people import mask_people
from protokit.analytics.memo import Memo, numbers_of, write_memo
from protokit.analytics.recording import Recording

_NUMBERS = (
    "visitors",
    "questions",
    "answered",
    "right",
    "accepted",
    "would_use",
    "wait_p95",
    "cost_per_answer",
)
_MOST = 5
"""Of questions, and of steps of a session."""
_LEARNED = {
    "go": "Every criterion was met: it is worth building.",
    "no-go": "A criterion was missed for certain: in this form it is not worth building.",
    "not yet": "The criteria do not tell yet: more people have to try it.",
}


def case_study(folder: Path, *, quotes: bool = False, recording: Recording | None = None) -> str:
    """The case study of the prototype in `folder` as HTML; with `quotes` what visitors wrote, which needs their
    consent, names, addresses and numbers masked; with `recording` a session. Raises what `write_memo` raises."""
    memo = write_memo(folder)
    mask, spec = mask_people, memo.spec
    learned = f"<p><strong>{memo.recommendation.capitalize()}.</strong> {_LEARNED[memo.recommendation]}</p>"
    if memo.simulated:
        learned = "<p>Nothing yet: the traffic is simulated.</p>"
    about = f"<p>{escape(spec.pitch)}</p><p>Made for {escape(spec.audience)}.</p>{_starters(memo)}"
    sections = [
        ("The problem", f"<p>{escape(memo.hypothesis)}</p>"),
        ("The prototype", about),
        ("The numbers", html_table(numbers_of(memo, _NUMBERS))),
        ("What was learned", learned),
    ]
    if memo.gaps:
        gaps = html_list([mask(text) for text, _ in memo.gaps[:_MOST]], "")
        number = f"<p>{len(memo.gaps)} different questions stayed without an answer.</p>"
        sections.append(("What it could not answer", gaps if quotes else number))
    if quotes and memo.quotes:
        sections.append(("In their words", html_list([f"“{mask(each)}”" for each in memo.quotes], "")))
    if recording:
        sections.append((f"A session, recorded on {recording.day}", _session(recording, mask)))
    body = "".join(f"<section><h2>{escape(title)}</h2>{text}</section>" for title, text in sections)
    made = f'<p class="made">{escape(memo.made_line)}</p>'
    head = f'<header><p class="kind">Case study</p><h1>{escape(spec.title)}</h1>{made}</header>'
    return html_page(f"{spec.title}: a case study", head + body)


def _starters(memo: Memo) -> str:
    asked = memo.spec.starter_questions
    return f"<p>It begins with questions like these:</p>{html_list(asked, '')}" if asked else ""


def _session(recording: Recording, mask: Callable[[str], str]) -> str:
    steps = [
        f"<p><strong>{escape(mask(step.question))}</strong></p><p class='recorded'>{escape(mask(step.answer))}</p>"
        for step in recording.steps[:_MOST]
    ]
    return "".join(steps)
