"""Which shapes can be filled without a model, and what fills each."""

from collections.abc import Callable, Mapping

from protokit.runtime.prototype_fields import TextShape
from protokit.runtime.writing.fact_sentences import fact_sentences
from protokit.runtime.writing.listed_shapes import checklist, faq, outline, release_notes
from protokit.runtime.writing.mails import meeting_mail, reply
from protokit.runtime.writing.quiz import quiz
from protokit.runtime.writing.shape_text import ShapeInput
from protokit.runtime.writing.short_notes import short_notes
from protokit.runtime.writing.user_stories import user_stories

SHAPES: Mapping[TextShape, Callable[[ShapeInput], str]] = {
    "user_stories": user_stories,
    "faq": faq,
    "quiz": quiz,
    "release_notes": release_notes,
    "meeting_mail": meeting_mail,
    "checklist": checklist,
    "outline": outline,
    "notes": short_notes,
    "description": fact_sentences,
    "reply": reply,
}
"""All but free text; "" where the input holds nothing for it."""
