"""Bad files cost a bounded time, say why they were not read and what would help, and never stop the rest."""

import html
import json
import os
import re
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx
import msoffcrypto.format.ooxml
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from protokit.files.layout import INDEX, KNOWLEDGE
from protokit.hub.content import knowledge_files
from protokit.runtime.runtime_errors import OWNED
from protokit.runtime.ui.formatting import files_html
from vectorstore import KnowledgeBase
from vectorstore.loaders import LoaderLimits, Unreadable, find_files, read, refused_files


def refusal(path: Path, limits: LoaderLimits | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(path, limits=limits or LoaderLimits())
    assert caught.value.where == path.name
    assert caught.value.fix
    return caught.value


def write_word(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(path))
    return path


def write_package(path: Path, part: str, content: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open(part, "w") as file:
            file.write(content.encode())
    return path


def test_a_locked_pdf_and_a_locked_word_document_are_called_locked(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "letter.pdf"), encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(72, 700, "Nobody reads this.")
    canvas.save()
    assert "locked with a password" in refusal(tmp_path / "letter.pdf").what
    plain = write_word(tmp_path / "plain.docx", "Nobody reads this either.")
    with plain.open("rb") as source, (tmp_path / "locked.docx").open("wb") as target:
        msoffcrypto.format.ooxml.OOXMLFile(source).encrypt("secret", target)
    assert "locked with a password" in refusal(tmp_path / "locked.docx").what


def test_a_scan_without_text_asks_for_text_recognition(tmp_path: Path) -> None:
    from PIL import Image

    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.drawImage(ImageReader(Image.new("RGB", (200, 200), "grey")), 72, 500)
    canvas.save()
    problem = refusal(tmp_path / "scan.pdf")
    assert "no text" in problem.what
    assert "OCR" in problem.fix


def test_a_scanned_page_among_others_is_noted_by_number(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "mixed.pdf"))
    for page in range(3):
        if page != 1:
            canvas.drawString(72, 700, f"Page with text {page}.")
        canvas.rect(100, 100, 50, 50)
        canvas.showPage()
    canvas.save()
    assert read(tmp_path / "mixed.pdf").notes == ("page 2 has no text",)


def test_files_cut_off_are_called_damaged(tmp_path: Path) -> None:
    whole = write_word(tmp_path / "whole.docx", *["A paragraph of some length."] * 50).read_bytes()
    (tmp_path / "cut.docx").write_bytes(whole[: len(whole) // 2])
    canvas = Canvas(str(tmp_path / "whole.pdf"))
    canvas.drawString(72, 700, "Text")
    canvas.save()
    (tmp_path / "cut.pdf").write_bytes((tmp_path / "whole.pdf").read_bytes()[:300])
    assert "damaged" in refusal(tmp_path / "cut.docx").what
    assert "damaged" in refusal(tmp_path / "cut.pdf").what


@pytest.mark.parametrize("content", [b"", b"   \n\r\n", b"\0" * 5000])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.txt").write_bytes(content)
    assert "empty" in refusal(tmp_path / "notes.txt").what


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "a.json"])
def test_binary_data_under_the_name_of_a_text_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x7fELF\x02\x01" + os.urandom(20_000))
    assert "binary" in refusal(tmp_path / name).what


@pytest.mark.parametrize(
    ("name", "hint"), [("a.jpg", "OCR"), ("a.doc", ".docx"), ("a.qqq", "PDF"), ("a.mp4", "transcript")]
)
def test_a_format_that_is_not_read_names_one_that_is(tmp_path: Path, name: str, hint: str) -> None:
    (tmp_path / name).write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 3 if name == "a.doc" else os.urandom(500)
    )
    assert hint in refusal(tmp_path / name).fix


def test_text_of_an_unknown_ending_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "notes.org").write_text("* Décisions\n" * 1_000, encoding="utf-8")
    assert read(tmp_path / "notes.org").text.startswith("* Décisions")


def test_22_megabytes_of_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "huge.txt").write_text("The quick brown fox jumps over the lazy dog. " * 500_000)
    assert "5,000,000 characters" in refusal(tmp_path / "huge.txt").what


@pytest.mark.parametrize("part", ["word/document.xml", "ppt/presentation.xml", "xl/workbook.xml"])
def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path, part: str) -> None:
    path = write_package(tmp_path / "bomb.docx", part, " " * 30_000_000)
    assert path.stat().st_size < 100_000
    assert "zip bomb" in refusal(path, LoaderLimits(unpacked=20_000_000)).what


def test_entities_that_multiply_are_not_expanded(tmp_path: Path) -> None:
    entities = '<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + level)} "{("&" + chr(97 + level) + ";") * 10}">' for level in range(9)
    )
    body = "<w:body><w:p><w:r><w:t>Hello &j;</w:t></w:r></w:p></w:body>"
    content = f"<!DOCTYPE w [{entities}]><w:document xmlns:w='w'>{body}</w:document>"
    assert read(write_package(tmp_path / "laughs.docx", "word/document.xml", content)).text == "Hello"


def test_an_archive_that_is_not_opened_asks_to_be_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.jar", "w") as archive:
        archive.writestr("a.txt", "text")
    assert "Unpack it" in refusal(tmp_path / "all.jar").fix


@pytest.mark.parametrize("content", ["[" * 200_000, '{"a":' * 900 + "1" + "}" * 900])
def test_json_nested_too_deeply_or_broken_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "deep.json").write_text(content)
    assert "nested too deeply" in refusal(tmp_path / "deep.json").what
    (tmp_path / "broken.json").write_text(json.dumps({"a": 1})[:-1] + ",,}")
    assert "line 1" in refusal(tmp_path / "broken.json").what


def test_pages_nested_too_deeply_are_refused_and_very_long_ones_read(tmp_path: Path) -> None:
    (tmp_path / "deep.html").write_text("<div>" * 100_000 + "text")
    assert "nested too deeply" in refusal(tmp_path / "deep.html").what
    (tmp_path / "long.html").write_text("<p>" + "<b>x</b> <i>y</i> " * 50_000)
    assert len(read(tmp_path / "long.html").text) > 150_000


def test_a_parser_that_takes_too_long_is_stopped_and_the_next_file_is_read(tmp_path: Path) -> None:
    paragraphs = "<w:p><w:r><w:t>word</w:t></w:r></w:p>" * 400_000
    slow = write_package(
        tmp_path / "slow.docx",
        "word/document.xml",
        f"<w:document xmlns:w='w'><w:body>{paragraphs}</w:body></w:document>",
    )
    assert "took longer than 0.5 s" in refusal(slow, LoaderLimits(seconds=0.5)).what
    assert read(write_word(tmp_path / "good.docx", "The rest is read.")).text == "The rest is read."


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_a_parser_that_swells_is_refused(tmp_path: Path) -> None:
    paragraphs = "<w:p><w:r><w:t>word</w:t></w:r></w:p>" * 1_000_000
    path = write_package(
        tmp_path / "swollen.docx",
        "word/document.xml",
        f"<w:document xmlns:w='w'><w:body>{paragraphs}</w:body></w:document>",
    )
    assert "memory" in refusal(path, LoaderLimits(memory=300_000_000)).what


def test_files_are_read_from_several_threads_at_once(tmp_path: Path) -> None:
    paths = [write_word(tmp_path / f"{number}.docx", f"Document number {number}.") for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        assert [document.text for document in pool.map(read, paths)] == [
            f"Document number {n}." for n in range(12)
        ]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_out_of_the_folder_are_reported_and_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "documents", tmp_path / "private"
    folder.mkdir()
    outside.mkdir()
    (outside / "salaries.txt").write_text("secret")
    (folder / "plan.txt").write_text("plan")
    (folder / "copy.txt").symlink_to(folder / "plan.txt")
    (folder / "salaries.txt").symlink_to(outside / "salaries.txt")
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    (folder / "all").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    assert [path.name for path in find_files(folder)] == ["copy.txt", "plan.txt"]
    told = {problem.where: problem.what for problem in refused_files(folder)}
    assert set(told) == {"salaries.txt", "gone.txt", "all", "loop", "pipe.txt"}
    assert "out of the folder" in told["salaries.txt"]
    assert "out of the folder" in told["all"]


def test_hidden_files_and_lock_files_of_office_are_no_documents(tmp_path: Path) -> None:
    for name in (".DS_Store", "~$plan.docx", ".git/config", "sub/plan.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert find_files(tmp_path) == [tmp_path / "sub" / "plan.md"]


def test_page_terminal_and_hub_list_the_same_files_in_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / KNOWLEDGE
    folder.mkdir()
    (folder / "leave.md").write_text("# Leave\n\nThirty days a year.\n")
    (folder / "offer.html").write_text("<p>Now 64 euros.</p><p hidden>Floor price 48 euros.</p>")
    (folder / "prices.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old")
    with zipfile.ZipFile(folder / "export.zip", "w") as archive:
        archive.writestr("plan.txt", "Launch on 3 May.")
    with KnowledgeBase.open(tmp_path / INDEX, KNOWLEDGE, embedding="none") as knowledge:
        terminal = str(knowledge.sync(folder))
        monkeypatch.setenv(OWNED, "1")
        page = html.unescape(files_html(knowledge))
        monkeypatch.delenv(OWNED)
        guests = html.unescape(files_html(knowledge))
    hub = [file.row for file in knowledge_files.documents(tmp_path)]
    assert [(row.file, row.state) for row in hub] == [
        ("export.zip", "unpacked"),
        ("export.zip/plan.txt", "read"),
        ("leave.md", "read"),
        ("offer.html", "read"),
        ("prices.doc", "not read"),
    ]
    for row in hub:
        assert re.search(rf"^{row.file} +{row.state} .*{re.escape(row.note)}$", terminal, re.M)
        assert f"{row.name} <small>{row.told}</small>" in page
    assert hub[3].note == "Left out: 1 hidden passage."
    assert hub[1].name == "plan.txt"
    assert "save it as .docx" in page
    assert re.sub(r"(\(\.doc\))\. Open it in [^<]+", r"\1.", page) == guests
