"""What Streamlit itself shows in English and from left to right, brought into line with the page's language."""

import json

from protokit.runtime.page_texts import PageTexts

_NO_HINTS = "[data-testid=InputInstructions] { display: none; }"
"""Streamlit's "Press Enter to submit" lies over what stands in a field on a phone."""
_NO_ENGLISH = """
[data-testid=stFileUploaderDropzoneInstructions] { display: none; }
[data-testid=stFileUploaderDropzone] button p { font-size: 0; }
[data-testid=stFileUploaderDropzone] button p::after { content: %s; font-size: 1rem; }
"""
"""Streamlit's hints and the button of its uploader, which it says in no other language."""
_RIGHT_TO_LEFT = """
.stApp, [role=dialog], [data-baseweb=popover] { direction: rtl; }
.stApp :is(h1, h2, h3, p, li, label, textarea, input) { text-align: start; }
.stApp :is([data-testid=stMetricValue], [data-testid=stCaptionContainer] p, [data-testid=stMarkdownContainer] p,
  [data-variant=pills] *) { unicode-bidi: plaintext; text-align: right; }
.stApp :is(ul, ol) { padding: 0 1.5rem 0 0; }
.stApp textarea { unicode-bidi: plaintext; }
[data-testid=stSidebar] { overflow: hidden; }
code { direction: ltr; }
"""


def page_style(texts: PageTexts) -> str:
    """A <style> for the page."""
    if texts.language == "en":
        return f"<style>{_NO_HINTS}</style>"
    style = _NO_HINTS + _NO_ENGLISH % json.dumps(texts.upload_files, ensure_ascii=False)
    return f"<style>{style}{_RIGHT_TO_LEFT if texts.direction == 'rtl' else ''}</style>"
