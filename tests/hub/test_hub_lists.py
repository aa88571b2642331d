"""Every list of the Hub is a file too, and what was asked is searched over all prototypes."""

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from protokit.catalog.lookup import blueprints
from protokit.hub.content.usage_analytics import events_file
from protokit.hub.security.identity import OWNER_COOKIE
from protokit.hub.security.roles import LEAST
from protokit.runtime import Answer, EventLog
from tests.support.browser import window
from tests.support.hub_site import Site, made, owner, served_site, site

FORMULA = '=HYPERLINK("http://evil.example","Leave?")'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("made") / "hr")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("hub") / "home", folder) as served:
        served.post("/prototypes/hr/duplicate", "/prototypes/hr/health")
        (twin,) = served.hub.store.slugs() - {"hr"}
        _ask(served, "hr", FORMULA, "25 days.")
        _ask(served, "hr", "Darf ich ÜBERSTUNDEN abfeiern?", "Ja, im selben Jahr.")
        _ask(served, twin, "What of overtime?", "", found=False)
        served.post(f"/prototypes/{twin}/archive", "/prototypes/hr/health")
        served.post("/prototypes/hr/links", "/prototypes/hr/links", name="+49 Board")
        served.hub.store.note("edited", "owner", slug="hr", detail="@SUM(1)")
        yield served


def _ask(hub: Site, slug: str, question: str, text: str, *, found: bool = True) -> None:
    EventLog(events_file(hub.folder(slug))).record(
        Answer(question, text, "offline", found=found), session="one"
    )


def _files() -> list[str]:
    paths = [key.removeprefix("GET ") for key in LEAST if key.endswith(".{kind}") and "/decision/" not in key]
    return [path.replace("{slug}", "hr").removesuffix(".{kind}") for path in paths]


@pytest.mark.parametrize("path", _files())
def test_a_list_is_the_same_as_csv_and_as_excel_and_no_cell_is_a_formula(hub: Site, path: str) -> None:
    text = hub.client.get(f"{path}.csv")
    lines = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    book = hub.client.get(f"{path}.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert not [cell for line in lines for cell in line if re.match(r"\s*[=+\-@]", cell)]
    assert [cell.value for cell in sheet[1]] == lines[0]
    assert sheet.max_row == len(lines)
    name = path.rpartition("/")[2]
    assert all(f"{name}-2" in each.headers["content-disposition"] for each in (text, book))
    assert hub.client.get(f"{path}.exe").status_code == 404


@pytest.mark.slow
def test_a_click_in_a_browser_saves_the_file(tmp_path: Path, folder: Path, chromium) -> None:
    with served_site(tmp_path / "home", folder) as (served, address):
        cookies = [{"name": OWNER_COOKIE, "value": owner(served), "url": address}]
        with window(chromium, f"{address}/prototypes/hr/documents", cookies=cookies) as visit:
            for words, kind in (("CSV", ".csv"), ("Excel", ".xlsx")):
                with visit.page.expect_download(timeout=30_000) as download:
                    visit.page.get_by_role("link", name=words, exact=True).click()
                assert download.value.suggested_filename.startswith("hr-documents-")
                assert download.value.suggested_filename.endswith(kind)
                assert Path(download.value.path()).stat().st_size > 50


def test_what_begins_like_a_formula_is_kept_as_it_was_in_excel(hub: Site) -> None:
    for path, value in (
        ("questions", FORMULA),
        ("prototypes/hr/links", "+49 Board"),
        ("activity", "@SUM(1)"),
    ):
        sheet = openpyxl.load_workbook(io.BytesIO(hub.client.get(f"/{path}.xlsx").content)).active
        assert sheet is not None
        assert value in [cell.value for row in sheet.iter_rows() for cell in row]
        assert f"'{value[:5]}" in hub.get(f"/{path}.csv")


def test_a_search_goes_over_all_prototypes_and_takes_every_word_in_any_letters(hub: Site) -> None:
    everything = hub.get("/questions")
    assert all(words in everything for words in ("HYPERLINK", "ÜBERSTUNDEN", "What of overtime?"))
    one = hub.get("/questions?q=überstunden JAHR")
    assert "ÜBERSTUNDEN abfeiern" in one
    assert "overtime" not in one
    assert "Nothing found" in hub.get("/questions?q=überstunden overtime")
    assert "Nothing found" in hub.get("/questions?q=%25")
    open_ones = hub.get("/questions?show=unanswered")
    assert "What of overtime?" in open_ones
    assert "HYPERLINK" not in open_ones
    assert hub.get("/questions.csv?q=overtime").count("\n") == 2


def test_a_long_result_goes_on_on_the_next_page_with_the_same_words(hub: Site) -> None:
    for number in range(35):
        _ask(hub, "hr", f"Ticket {number:02}, what of canteens?", "Noon.")
    first = hub.get("/questions?q=canteens")
    assert "Ticket 34" in first
    assert "Ticket 03" not in first
    (older,) = re.findall(r'href="(\?[^"]*)" rel="next"', first)
    assert "Ticket 03" in hub.get(f"/questions{older.replace('&amp;', '&')}")


def test_a_stranger_gets_no_list(hub: Site) -> None:
    stranger = TestClient(hub.client.app, base_url="http://localhost:8400", follow_redirects=False)
    for path in ("/questions", "/questions.csv", "/prototypes.xlsx", "/prototypes/hr/links.csv"):
        assert stranger.get(path).status_code != 200
    stranger.close()


def test_every_kind_is_a_template_whose_example_makes_just_that_kind(hub: Site) -> None:
    page = hub.get("/templates")
    examples = [html.unescape(each) for each in re.findall(r'href="(/new\?[^"]+)"', page)]
    assert ">None<" not in page
    assert len(examples) == len(blueprints()) >= 9
    for name, address in zip(blueprints(), examples, strict=True):
        form = hub.get(address)
        assert f'<option value="{name}" selected>' in form
        assert html.escape(blueprints()[name].examples[0], quote=False) in html.unescape(form).replace(
            "&", "&amp;"
        )
    assert "Open one" in page
    assert page.count("Open one") == 1
