"""Pages speak eleven languages whole: no text is missing in one, and what is put into a text has a place in all."""

import re
from pathlib import Path

import pytest

from protokit.catalog.lookup import blueprints, home
from protokit.catalog.page_phrases import own_wording
from protokit.runtime import Settings, ui
from protokit.runtime.page_texts import languages, texts_in
from protokit.runtime.phrases import phrase
from protokit.runtime.runtime_errors import OWNED
from protokit.runtime.ui.formatting import engine_note, sample_note
from protokit.runtime.uploads.upload_quota import UploadQuota, UploadRefused
from protokit.spec.yaml_io import load_yaml

LANGUAGES = ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh"]
PROTOTYPE = """schema: 1
title: Hilfe
prompt: x
blueprint: chatbot@1.0.0
language: {language}
sample_documents: {{about: "Bank", files: [a.md]}}
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.md").write_text("A fee is 3 EUR.", encoding="utf-8")

    def of(language: str, *, guest: bool = False) -> Settings:
        (tmp_path / "prototype.yaml").write_text(PROTOTYPE.format(language=language), encoding="utf-8")
        monkeypatch.delenv(OWNED, raising=False) if guest else monkeypatch.setenv(OWNED, "1")
        ui.use_language(language)
        return Settings.read(tmp_path)

    yield of
    ui.use_language("en")


def places(text: object) -> list[str]:
    return sorted(re.findall(r"{(\w+)}", str(text))) if isinstance(text, str) else []


def test_pages_speak_eleven_languages() -> None:
    assert languages() == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything_that_english_says(language: str) -> None:
    texts, english = texts_in(language), texts_in("en")  # a missing or an unknown name would not be read
    for name in english.__struct_fields__:
        here, there = getattr(texts, name), getattr(english, name)
        assert places(here) == places(there), name
        assert here, name
        if isinstance(there, dict):
            assert list(here) == list(there), name
    same = [name for name in english.__struct_fields__ if getattr(texts, name) == getattr(english, name)]
    assert language == "en" or len(same) < 20, same  # "Text", "Token": a word may be the same, a page not


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_prototype_is_drafted_in_the_language(language: str) -> None:
    common = load_yaml((home() / "wording.yaml").read_text("utf-8"), where="wording.yaml")
    needed = {"title", "pitch", "welcome", "persona", "tone", "audience", "nothing", "will_not"}
    assert needed <= set(common[language])
    for name in (
        "chatbot",
        "rag-search",
        "summarizer",
        "extractor",
        "classifier",
        "comparer",
        "data-analyst",
        "writer",
    ):
        own = own_wording(blueprints()[name]).get(language, {})
        assert {"title", "welcome", "pitch"} & set(own), name
        assert language == "en" or "alone" in own, name
    assert phrase("not_found", language) != phrase("not_found", "en") or language == "en"


def test_the_owner_reads_where_documents_go_and_a_guest_what_the_samples_are_for(settings) -> None:
    note = sample_note(settings("de"))
    assert note.startswith("Beispieldokumente: Bank.")
    assert "auf Englisch" in note
    assert "knowledge/" in note
    guest = settings("de", guest=True)
    assert "knowledge/" not in sample_note(guest)
    assert "hinzufügen" in sample_note(guest, uploads=True)
    assert "README" not in engine_note(guest)
    assert "Englisch" not in sample_note(settings("en"))


def test_what_a_visitor_is_refused_is_said_in_the_language_of_the_page(settings) -> None:
    settings("fr")
    with pytest.raises(UploadRefused, match="20 Mo au plus"):
        UploadQuota().take("somebody", 30_000_000)


def test_a_language_that_no_file_speaks_is_read_in_english() -> None:
    assert texts_in("tlh").ask == "Ask"
    assert texts_in("../../etc/passwd").ask == "Ask"
    assert texts_in("pt-BR").ask == "Perguntar"
    assert texts_in("de").count(1234567) == "1.234.567"


def test_arabic_is_read_from_right_to_left() -> None:
    assert [code for code in languages() if texts_in(code).direction == "rtl"] == ["ar"]
