"""What documents hide is told to the owner on the Hub's pages, and shared only when the owner says so."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from protokit.files.layout import INDEX, KNOWLEDGE
from tests.support.hub_site import Site, made, site
from vectorstore import KnowledgeBase


def workbook() -> bytes:
    book, memory = Workbook(), io.BytesIO()
    book.active.append(["Plan", "Price"])
    book.active.append(["Solo", "9 euros"])
    secret = book.create_sheet("Margins")
    secret.append(["Plan", "Margin"])
    secret.append(["Solo", "62 %"])
    secret.sheet_state = "hidden"
    book.save(memory)
    return memory.getvalue()


def synced(folder: Path, *, include_hidden: bool = False) -> None:
    with KnowledgeBase.open(
        folder / INDEX, KNOWLEDGE, embedding="none", include_hidden=include_hidden
    ) as store:
        store.sync(folder / KNOWLEDGE)


@pytest.fixture(scope="module")
def prototype(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = made(tmp_path_factory.mktemp("made") / "hr-helper")
    with zipfile.ZipFile(folder / KNOWLEDGE / "export.zip", "w") as archive:
        archive.writestr("prices.xlsx", workbook())
        archive.writestr("film.mp4", b"\0\0\0\x18ftypmp42")
    synced(folder)
    return folder


@pytest.fixture
def hub(prototype: Path, tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "hub", prototype) as hub:
        yield hub


def test_files_of_an_archive_are_listed_below_it_with_what_they_hide(hub: Site) -> None:
    page = hub.get("/prototypes/hr-helper/documents")
    assert "It holds 2 files." in page
    assert "prices.xlsx" in page
    assert "Left out: 1 hidden sheet." in page
    assert page.count('value="export.zip"') == 1
    assert 'value="export.zip/prices.xlsx"' not in page


def test_what_is_left_out_is_named_before_sharing_and_a_link_is_made(hub: Site) -> None:
    page = hub.get("/prototypes/hr-helper/links")
    assert "export.zip/prices.xlsx: 1 hidden sheet" in page
    assert "share_hidden" not in page
    answer = hub.post("/prototypes/hr-helper/links", "/prototypes/hr-helper/links", name="Board")
    assert answer.status_code == 303


def test_the_form_takes_in_what_is_hidden_and_a_link_asks_for_a_word_first(hub: Site) -> None:
    folder = hub.folder("hr-helper")
    spec = folder / "prototype.yaml"
    spec.write_text(spec.read_text().replace("include_hidden: false", "include_hidden: true"))
    synced(folder, include_hidden=True)
    assert 'name="include_hidden" aria-describedby="hidden-hint" checked' in hub.get(
        "/prototypes/hr-helper/edit"
    )
    assert "Read although hidden: 1 hidden sheet." in hub.get("/prototypes/hr-helper/documents")
    links = "/prototypes/hr-helper/links"
    refused = hub.post(links, links, name="Board")
    assert refused.status_code == 422
    assert "guests could ask about what the documents hide" in refused.text
    assert hub.post(links, links, name="Board", share_hidden="on").status_code == 303
