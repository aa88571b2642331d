"""`protokit story`: a case study, and a session that plays itself offline, byte for byte as it was recorded."""

import html
import json
import re
from pathlib import Path

import pytest

from protokit.analytics.recording import record_session, recording_as_html
from protokit.errors import FolderProblem
from protokit.runtime import Answer
from protokit.runtime.assistant_types import Citation
from tests.analytics.test_decision import Usage
from tests.support.browser import needs_chromium, visit
from tests.support.terminal import inside
from vectorstore.passage import Passage

ANSWER = 'Twelve weeks. [1]\n\n- 日本 </script><!-- & "quotes"\n  <b>no tag</b>'


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    usage = Usage(tmp_path / "leave")
    passage = Passage("Leave is twelve weeks.", "leave.md", 0, 22, 2, "page 2")
    answer = Answer("How long?", ANSWER, "offline", citations=(Citation(1, passage),), passages=(passage,))
    usage.log.record(answer, session="mine", traffic="owner")
    usage.log.record(Answer("And abroad?", "Ask HR.", "offline"), session="mine", traffic="owner")
    usage.log.record(Answer("I am ann@example.org", "Hello.", "offline"), session="hers", traffic="guest")
    return usage


def test_a_recording_holds_the_session_byte_for_byte(usage: Usage) -> None:
    page = recording_as_html(record_session(usage.folder))
    data = re.search(r'<script type="application/json" id="recording">(.*?)</script>', page, re.DOTALL)
    assert data
    steps = json.loads(data[1])["steps"]
    assert [step["question"] for step in steps] == ["How long?", "And abroad?"]
    assert steps[0]["answer"] == ANSWER
    assert steps[0]["sources"][0] | {"number": 1, "where": "leave.md, page 2"} == steps[0]["sources"][0]
    assert "A recording of" in page
    assert not re.search(r"https?://", page)


def test_a_visitors_words_need_their_consent(usage: Usage) -> None:
    with pytest.raises(FolderProblem, match="words are theirs"):
        record_session(usage.folder, "hers")
    assert record_session(usage.folder, "hers", consent=True).steps[0].answer == "Hello."
    with pytest.raises(FolderProblem, match="no session"):
        record_session(usage.folder, "nobody's")
    usage.log.feedback(3, 1, "Write to Ann Miller, ann@example.org, it helps.")
    story = usage.folder / "story.html"
    assert inside("story", str(usage.folder), "--out", str(story), cwd=usage.folder).code == 0
    assert "it helps" not in story.read_text(encoding="utf-8")
    done = inside(
        "story",
        str(usage.folder),
        "--out",
        str(story),
        "--consent",
        "--replay",
        "replay.html",
        cwd=usage.folder,
    )
    assert done.code == 0, done.err
    told = html.unescape(story.read_text(encoding="utf-8"))
    assert "Write to [name], [email 1], it helps." in told
    assert ANSWER in told
    assert "2 questions" in done.out


@pytest.mark.slow
@pytest.mark.browser
@needs_chromium
def test_a_recording_plays_itself_without_a_server(usage: Usage, tmp_path: Path) -> None:
    page = tmp_path / "replay.html"
    page.write_text(recording_as_html(record_session(usage.folder)), encoding="utf-8")
    with visit(page.as_uri(), tmp_path) as shown:
        shown.page.wait_for_selector("body[data-done]", timeout=30_000)
        assert shown.page.locator(".answer .text").first.text_content() == ANSWER
        assert "A recording of" in shown.text()
        assert "[1] leave.md, page 2" in shown.text()
        assert shown.outside == []
        assert shown.overflow() <= 0
