"""Scans and pictures: what is a picture is noted, and read by text recognition once all else can be searched."""

import io
import math
import subprocess
import sys
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.support.terminal import protokit
from tests.support.waiting import until
from vectorstore.file_list import file_rows
from vectorstore.ingestion.recognised_text import with_recognised
from vectorstore.knowledge import KnowledgeBase
from vectorstore.loaders import OnlyPictures, read
from vectorstore.loaders.document import Document, Section, with_pages
from vectorstore.loaders.pdf import page_layout
from vectorstore.loaders.recognition import available
from vectorstore.loaders.recognition.picture_runs import picture_runs

needs_recognition = pytest.mark.skipif(not available(), reason="the extra ocr is not installed")


def _picture(*lines: str) -> Image.Image:
    picture = Image.new("RGB", (1240, 1754), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((120, 160 + 60 * number), line, "black", ImageFont.load_default(34))
    return picture.rotate(0.7, fillcolor="white", resample=Image.Resampling.BICUBIC)


def _scan(path: Path, *pages: Callable[[Canvas], None]) -> Path:
    canvas = Canvas(str(path))
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def _text(line: str) -> Callable[[Canvas], None]:
    return lambda canvas: canvas.drawString(72, 700, line)


def _scanned(*lines: str) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(_picture(*lines)), 0, 0, 595, 842)
        canvas.drawString(420, 12, "ACME-000017")

    return draw


def test_a_scan_with_a_stamp_on_it_is_noted_as_a_picture(tmp_path: Path) -> None:
    document = read(_scan(tmp_path / "bundle.pdf", _text("The fee is 12 euros."), _scanned("Annex")))
    assert document.pictures == (2,)
    assert document.notes == ("page 2 is a picture whose text was not read",)
    assert "install text recognition" in document.fixes[0]


def test_a_picture_is_refused_with_what_would_read_it(tmp_path: Path) -> None:
    _picture("Hello").save(tmp_path / "photo.png")
    with pytest.raises(OnlyPictures) as problem:
        read(tmp_path / "photo.png")
    assert str(problem.value).startswith("photo.png: is a picture. To have it read, install text recognition")


def test_lines_of_a_page_that_lies_askew_are_read_level() -> None:
    slant, words = (
        math.radians(1.0),
        ["The fee of the plan is", "due on the first day of", "each month, in advance."],
    )

    def corner(x: float, y: float) -> list[float]:
        return [x * math.cos(slant) - y * math.sin(slant), x * math.sin(slant) + y * math.cos(slant)]

    lines = []
    for number, text in enumerate(words):
        top = 100 + 30 * number
        lines.append(
            ([corner(100, top), corner(900, top), corner(900, top + 20), corner(100, top + 20)], text)
        )
    (block,) = page_layout.blocks(picture_runs(lines, 0.5))
    assert block.text == "The fee of the plan is due on the first day of each month, in advance."


@needs_recognition
def test_a_digit_that_stands_raised_at_a_number_is_told_from_one_of_the_number() -> None:
    from vectorstore.loaders.recognition.raised_digits import with_raised

    picture, signs, x = Image.new("RGB", (400, 90), "white"), [], 20.0
    usual, small = ImageFont.load_default(34), ImageFont.load_default(21)
    for sign, is_raised in (
        *((one, False) for one in "491 49"),
        ("1", True),
        *((one, False) for one in " 10"),
        ("6", True),
    ):
        font = small if is_raised else usual
        top = 30 + (usual.getbbox("1")[1] - small.getbbox("1")[1] - 2) * is_raised
        ImageDraw.Draw(picture).text((x, top), sign, "black", font)
        end = x + font.getlength(sign)
        if sign != " ":
            signs.append((sign, [[x, 10.0], [end, 10.0], [end, 80.0], [x, 80.0]]))
        x = end
    assert with_raised("491 491 106", signs, np.asarray(picture)) == ("491 49¹ 10⁶", False)


def test_what_is_recognised_stands_behind_the_text_and_keeps_its_place() -> None:
    base = Document("First.", (Section(0, 6, 1, "page 1"),), "pdf", 2)
    page = Document("Second.", (Section(0, 7, 2, "page 2, read by text recognition"),), "pdf")
    whole = with_pages(base, [page])
    assert [whole.text[one.start : one.end] for one in whole.sections] == ["First.", "Second."]
    assert whole.sections[1].place == "page 2, read by text recognition"


def test_a_picture_in_which_nothing_was_recognised_is_told() -> None:
    whole = with_recognised(
        Document("ACME-17", (Section(0, 7, 1, "page 1"),), "pdf", 2, pictures=(1, 2)),
        {1: Document("", (), "pdf"), 2: Document("The fee.", (Section(0, 8, 2, "page 2"),), "pdf")},
    )
    assert whole.notes == (
        "page 2 was read by text recognition",
        "page 1 is a picture in which text recognition found no text",
    )


_SYNC = """
import sys
import zipfile
from vectorstore.file_list import file_rows
from vectorstore.knowledge import KnowledgeBase
with KnowledgeBase.open(sys.argv[1], embedding="none") as knowledge:
    knowledge.sync(sys.argv[2], lambda step: print(step.step, step.done, step.total, flush=True))
"""


@pytest.mark.slow
@needs_recognition
def test_recognition_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    _scan(folder / "scan.pdf", _scanned("The deposit is 410 euros."), _scanned("The notice is 36 days."))
    (folder / "notes.md").write_text("# Notes\n\nThe office opens at nine.", encoding="utf-8")
    command = [sys.executable, "-c", _SYNC, str(tmp_path / "store"), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout
        assert any(line.startswith("recognising 1 2") for line in first.stdout)
        first.kill()
    second = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "recognising 0 1" in second
    with KnowledgeBase.open(tmp_path / "store", embedding="none") as knowledge:
        hits = knowledge.search("What is the deposit, and what the notice?")
        assert {
            "scan.pdf, page 1, read by text recognition",
            "scan.pdf, page 2, read by text recognition",
        } <= {hit.where for hit in hits}
        (report,) = [one for one in knowledge.files() if one.file == "scan.pdf"]
    assert (report.status, report.reason) == ("read", "pages 1 and 2 were read by text recognition")


@pytest.mark.slow
@needs_recognition
def test_a_question_about_a_scanned_page_is_answered_with_its_page(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    lines = ("The notice period for storage is", "45 days to the end of a month.")
    _scan(documents / "contract.pdf", _text("Contract about storage and support."), _scanned(*lines))
    prompt = "Answer questions about our contract"
    made = protokit("new", prompt, "--docs", "documents", "--out", "demo", "--yes", cwd=tmp_path)
    assert made.code == 0, made.err

    def answer() -> str:
        return protokit("ask", "demo", "How long is the notice period for storage?", cwd=tmp_path).out

    until(lambda: "45 days" in answer(), patience=240)
    assert "contract.pdf, page 2, read by text recognition" in answer()


@pytest.mark.slow
@needs_recognition
def test_pictures_in_an_archive_and_attached_to_a_mail_are_read_by_their_own_names(tmp_path: Path) -> None:
    folder, memory = tmp_path / "documents", io.BytesIO()
    folder.mkdir()
    _picture("Receipt 4471.", "Total paid: 127.40 euros").save(memory, "PNG")
    message = EmailMessage()
    message["Subject"] = "Receipt"
    message.set_content("The receipt is attached.")
    message.add_attachment(memory.getvalue(), maintype="image", subtype="png", filename="receipt.png")
    (folder / "receipt.eml").write_bytes(message.as_bytes())
    _scan(tmp_path / "lease.pdf", _scanned("The deposit is 410 euros."))
    with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.write(tmp_path / "lease.pdf", "Lease/lease.pdf")
    with KnowledgeBase.open(tmp_path / "store", embedding="none") as knowledge:
        knowledge.sync(folder)
        rows = {row.file: row.told for row in file_rows(knowledge.files(), remedies=True)}
        deposit, receipt = knowledge.search("What is the deposit?")[0], knowledge.search("total paid")[0]
        assert deposit.where == "export.zip/Lease/lease.pdf, page 1, read by text recognition"
        assert "127.40 euros" in receipt.text
        assert {report.status for report in knowledge.sync(folder).files} == {"unchanged"}
    assert rows["export.zip/Lease/lease.pdf"].endswith("Page 1 was read by text recognition.")
    assert rows["receipt.eml/receipt.png"] == "1 page, 1 passage. Read by text recognition."
