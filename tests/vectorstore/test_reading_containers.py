"""Archives, mails with attachments, calendars, feeds and notebooks: what is inside is read as files of their own."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl import Workbook

from vectorstore import KnowledgeBase
from vectorstore.file_list import FileReport
from vectorstore.loaders import LoaderLimits, Unreadable, read

NOTION = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def archive(members: dict[str, bytes | str]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return memory.getvalue()


def workbook(*rows: tuple[str, ...]) -> bytes:
    book, memory = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(memory)
    return memory.getvalue()


def mail(subject: str, text: str, **attached: bytes) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "Ana <ana@acme.example>", subject
    message.set_content(text)
    for name, content in attached.items():
        file = name.replace("_", ".")
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=file)
    return message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as store:
        yield store


def reports(knowledge: KnowledgeBase, folder: Path) -> dict[str, FileReport]:
    return {report.file: report for report in knowledge.sync(folder).files}


def test_files_of_an_archive_are_listed_found_and_cited_by_their_own_names(
    folder: Path, knowledge: KnowledgeBase
) -> None:
    (folder / "export.zip").write_bytes(
        archive(
            {
                f"Team Wiki {NOTION}/Leave {NOTION}.md": "# Leave\n\nThirty days a year.",
                f"Team Wiki {NOTION}/Sites {NOTION}.csv": "Site,Desks\nTurku,57\nOslo,31\n",
                "__MACOSX/Team Wiki/._Leave.md": b"\0\5\x16",
                ".DS_Store": b"\0",
                "Film.mp4": b"\0\0\0\x18ftypmp42",
            }
        )
    )
    files = reports(knowledge, folder)
    assert {name: file.status for name, file in files.items()} == {
        "export.zip": "unpacked",
        "export.zip/Film.mp4": "failed",
        "export.zip/Team Wiki/Leave.md": "read",
        "export.zip/Team Wiki/Sites.csv": "read",
    }
    assert files["export.zip"].note == "holds 3 files"
    passage = knowledge.search("How many days of leave?")[0]
    assert passage.file == "export.zip/Team Wiki/Leave.md"
    assert knowledge.source_text(passage.file)[passage.start : passage.end] == passage.text


def test_an_archive_is_opened_again_only_when_it_changes_and_its_files_go_with_it(
    folder: Path, knowledge: KnowledgeBase
) -> None:
    export = folder / "export.zip"
    export.write_bytes(archive({"leave.md": "Thirty days.", "travel.md": "Zone A pays 90 euros."}))
    reports(knowledge, folder)
    again = knowledge.sync(folder)
    assert {file.status for file in again.files} == {"unchanged"}
    export.write_bytes(archive({"leave.md": "Forty days.", "travel.md": "Zone A pays 90 euros."}))
    files = reports(knowledge, folder)
    assert files["export.zip/leave.md"].status == "read"
    assert files["export.zip/travel.md"].status == "unchanged"
    assert "Forty" in knowledge.source_text("export.zip/leave.md")
    export.rename(folder / "wiki.zip")
    assert reports(knowledge, folder)["wiki.zip/travel.md"].status == "renamed"
    (folder / "wiki.zip").unlink()
    assert {file.status for file in knowledge.sync(folder).files} == {"removed"}
    assert not knowledge.files()


def test_an_archive_in_an_archive_is_opened_and_one_more_is_refused(
    folder: Path, knowledge: KnowledgeBase
) -> None:
    innermost = archive({"deep.txt": "Code 4471."})
    inner = archive({"plan.txt": "Launch on 3 May.", "third.zip": innermost})
    (folder / "export.zip").write_bytes(archive({"part 1.zip": inner}))
    files = reports(knowledge, folder)
    assert files["export.zip/part 1.zip/plan.txt"].status == "read"
    assert "archive inside of two others" in files["export.zip/part 1.zip/third.zip"].note
    assert not knowledge.search("code 4471")


def test_files_attached_to_mails_and_to_mails_in_archives_are_read(
    folder: Path, knowledge: KnowledgeBase
) -> None:
    prices = workbook(("Plan", "Price"), ("Solo", "9 €"), ("Team", "29 €"))
    forwarded = mail("Kick-off", "The kick-off is on 8 May.", agenda_txt=b"Agenda: budget of 41,000 euros.")
    message = mail("Offer", "Prices are attached.", prices_xlsx=prices)
    message.add_attachment(forwarded)
    (folder / "offer.eml").write_bytes(bytes(message))
    (folder / "mails.zip").write_bytes(
        archive({"old/offer.eml": bytes(mail("Old", "Before.", a_txt=b"Fee 12."))})
    )
    files = reports(knowledge, folder)
    assert {name for name, file in files.items() if file.was_read} == {
        "offer.eml",
        "offer.eml/agenda.txt",
        "offer.eml/prices.xlsx",
        "mails.zip",
        "mails.zip/old/offer.eml",
        "mails.zip/old/offer.eml/a.txt",
    }
    assert knowledge.search("price of the Team plan")[0].file == "offer.eml/prices.xlsx"
    assert knowledge.source_text("offer.eml").count("kick-off is on 8 May") == 1


def _locked(content: bytes) -> bytes:
    return content.replace(b"PK\x03\x04\x14\0\0\0", b"PK\x03\x04\x14\0\1\0").replace(
        b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0"
    )


def _linked() -> bytes:
    link = zipfile.ZipInfo("secret.txt")
    link.external_attr = 0o120777 << 16
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        packed.writestr(link, "/etc/passwd")
    return memory.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (archive({"../../evil.txt": "Owned."}), "path that leads out"),
        (archive({"/etc/evil.txt": "Owned."}), "path that leads out"),
        (archive({"C:\\evil.txt": "Owned."}), "path that leads out"),
        (_linked(), "a link or a device"),
        (_locked(archive({"a.txt": "Secret."})), "locked with a password"),
    ],
)
def test_members_that_lead_out_or_cannot_be_opened_are_refused_by_name(
    folder: Path, knowledge: KnowledgeBase, content: bytes, reason: str
) -> None:
    (folder / "export.zip").write_bytes(content)
    files = reports(knowledge, folder)
    assert [reason in file.note for name, file in files.items() if "/" in name] == [True]
    assert sorted(path.name for path in folder.parent.rglob("*evil*")) == []


def test_archives_that_swell_or_hold_too_many_files_are_refused_whole(folder: Path) -> None:
    (folder / "bomb.zip").write_bytes(archive({"a.txt": b"0" * 60_000_000}))
    (folder / "many.zip").write_bytes(archive({f"{number}.txt": "x" for number in range(2_001)}))
    (folder / "large.zip").write_bytes(archive({"a.txt": b"12345678" * 200}))
    for name, limits in [
        ("bomb.zip", LoaderLimits()),
        ("many.zip", LoaderLimits()),
        ("large.zip", LoaderLimits(unpacked=1_000)),
    ]:
        with pytest.raises(Unreadable) as refused:
            read(folder / name, limits=limits)
        assert "zip bomb" in refused.value.what or "more than is read of one file" in refused.value.what


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp866", "cp932"])
def test_names_in_an_archive_without_a_mark_of_their_encoding_are_read(folder: Path, encoding: str) -> None:
    name = {
        "cp437": "Übersicht für März",
        "cp866": "Договор аренды помещения",
        "cp932": "契約書について",
    }.get(encoding, "契約書 Übersicht")
    raw = f"{name}.txt".encode(encoding)
    content = archive({"x" * len(raw): "Text."}).replace(b"x" * len(raw), raw)
    (folder / "export.zip").write_bytes(content)
    assert read(folder / "export.zip").text.startswith(f"{name}.txt\n")


def test_an_archive_read_alone_gives_all_its_files_with_exact_places(folder: Path) -> None:
    members = {
        "plan.md": "# Plan\n\nIn May.",
        "sites.csv": "Site,Desks\nTurku,57\nOslo,3\n",
        "x.mp4": b"\0\1",
    }
    (folder / "export.zip").write_bytes(archive(members))
    document = read(folder / "export.zip")
    row = document.tables[0].rows[0]
    assert document.text[row.start : row.end] == "Site: Turku; Desks: 57"
    section = next(one for one in document.sections if "In May" in document.text[one.start : one.end])
    assert section.heading == "plan.md > Plan"
    assert any(note.startswith("x.mp4 ") for note in document.notes)


# Mails


def read_mail(folder: Path, message: EmailMessage) -> str:
    (folder / "mail.eml").write_bytes(bytes(message))
    return read(folder / "mail.eml").text


def test_the_form_of_a_mail_that_says_more_is_read_once(folder: Path) -> None:
    stub = mail("Prices", "Please use an HTML capable reader.")
    stub.add_alternative(
        "<p>From 1 May Pro costs <s>49</s> 59 euros<sup>1</sup>.</p><p>It is for new contracts.</p>",
        subtype="html",
    )
    text = read_mail(folder, stub)
    assert "59 euros¹" in text
    assert "49" not in text
    assert "capable" not in text
    banner = mail("Prices", "From 1 May Pro costs 59 euros, for new contracts only, until the end of June.")
    banner.add_alternative("<p>View online</p>", subtype="html")
    assert "59 euros" in read_mail(folder, banner)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Rent is 1,980.\n\nOn 12 May Ben wrote:\n> Rent is 1,840.\n> Is it?\n\nAna", "plain"),
        ("Rent is 1,980.\n\n-----Original Message-----\nFrom: Ben\nSent: 12 May\n\nRent is 1,840.", "plain"),
        (
            "<p>Rent is 1,980.</p><p>Am 12. Mai schrieb Ben:</p><blockquote><p>Rent is 1,840.</p></blockquote><p>Ana",
            "html",
        ),
        (
            "<p>Rent is 1,980.</p><div><p><b>From:</b> Ben<br><b>Sent:</b> 12 May</p></div><p>Rent is 1,840.</p>",
            "html",
        ),
    ],
)
def test_what_a_mail_quotes_stands_under_a_heading_that_says_so(folder: Path, text: str, kind: str) -> None:
    message = EmailMessage()
    message["Subject"] = "Rent"
    message.set_content(text, subtype=kind)
    (folder / "mail.eml").write_bytes(bytes(message))
    document = read(folder / "mail.eml")
    at = document.text.index("1,840")
    quoted = next(one for one in document.sections if one.start <= at < one.end)
    assert quoted.heading.startswith("Rent > Earlier message")
    at = document.text.index("1,980")
    assert next(one for one in document.sections if one.start <= at < one.end).heading == "Rent"


EVENT = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20270115T090000\r\n"
    "DTEND;TZID=Europe/Berlin:20270115T103000\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20270301\r\n"
    "SUMMARY:Launch of the new por\r\n tal\\, part two\r\nLOCATION:Room 4.17\r\n"
    "ORGANIZER;CN=Ana Weber:mailto:a@b.example\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n"
    "DTSTART;VALUE=DATE:20260722\r\nDTEND;VALUE=DATE:20260724\r\n"
    "SUMMARY:Fair\r\n"
    "STATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_events_of_a_calendar_are_read_in_words(folder: Path) -> None:
    (folder / "launch.ics").write_bytes(EVENT.encode())
    assert read(folder / "launch.ics").text == (
        "Launch of the new portal, part two\n\nWhen: 2027-01-15 09:00 to 10:30 (Europe/Berlin)\n"
        "Repeats: every 2 weeks on Monday and Friday until 2027-03-01\nWhere: Room 4.17\n"
        "Organizer: Ana Weber <a@b.example>\n\nFair\n\nCancelled\nWhen: 2026-07-22 to 2026-07-23"
    )


def test_an_invitation_in_a_mail_is_read_once_and_inline_pictures_are_counted(folder: Path) -> None:
    message = mail("Review", "Please come.")
    message.add_attachment(EVENT.encode(), maintype="text", subtype="calendar", filename="invite.ics")
    message.add_attachment(EVENT.encode(), maintype="application", subtype="ics", filename="invite.ics")
    message.add_attachment(
        b"\x89PNG", maintype="image", subtype="png", filename="logo.png", disposition="inline"
    )
    (folder / "mail.eml").write_bytes(bytes(message))
    document = read(folder / "mail.eml")
    assert document.text.count("When: 2027-01-15 09:00") == 1
    assert document.notes == ("1 picture inside the mail not read, as logos and signatures are",)


# Records

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Releases</title><item><title>4.2</title>
<pubDate>Mon, 02 Mar 2026</pubDate><link>https://acme.example/4.2</link>
<description>&lt;p&gt;Now &lt;s&gt;49&lt;/s&gt; 39 euros for 10&lt;sup&gt;6&lt;/sup&gt; calls.&lt;/p&gt;</description>
</item></channel></rss>"""
DATA = """<orders xmlns="urn:x"><order id="A1"><item>Valve</item><price currency="EUR">12.40</price></order>
<order id="A2"><item>Gasket &amp;amp; seal</item><price currency="EUR">0.85</price></order></orders>"""


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        (
            "feed.xml",
            FEED,
            "Releases\n\n4.2\n\npubDate: Mon, 02 Mar 2026\nlink: https://acme.example/4.2\n\nNow 39 euros",
        ),
        ("feed.xml", FEED, "for 10⁶ calls."),
        ("orders.xml", DATA, "id: A2; item: Gasket & seal; price.currency: EUR; price.value: 0.85"),
        ("note.xml", "<note><p>Rent is <b>1,980</b> euros.</p></note>", "p: Rent is 1,980 euros."),
    ],
)
def test_xml_is_read_as_entries_or_as_values_with_their_names(
    folder: Path, name: str, content: str, shown: str
) -> None:
    (folder / name).write_text(content)
    assert shown in read(folder / name).text


def test_entities_and_files_that_an_xml_file_names_are_not_followed(folder: Path) -> None:
    (folder / "secret.txt").write_text("Floor price 48")
    head = f'<!DOCTYPE a [<!ENTITY s SYSTEM "file://{folder}/secret.txt"><!ENTITY b "{"x" * 99}">]>'
    (folder / "a.xml").write_text(f"<?xml version='1.0'?>{head}<a><b>Kept.&s;</b><c>&b;&b;</c></a>")
    text = read(folder / "a.xml").text
    assert "Kept." in text
    assert "48" not in text
    assert "xxx" not in text


def test_outputs_of_a_notebook_are_read_and_its_pictures_counted(folder: Path) -> None:
    table = "<table><tr><th>Plan</th><th>Churn</th></tr><tr><td>Solo</td><td>4.1 %</td></tr></table>"
    picture = base64.b64encode(b"png").decode()
    cells = [
        {"cell_type": "markdown", "source": ["# Churn\n", "Rate of 10$^{3}$ users."]},
        {
            "cell_type": "code",
            "source": "show(df)",
            "outputs": [
                {"output_type": "stream", "text": ["412 rows\n"]},
                {"output_type": "execute_result", "data": {"text/html": table, "text/plain": "Plan Churn"}},
                {"output_type": "display_data", "data": {"image/png": picture, "text/plain": "<Figure>"}},
                {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["\x1b[31m"]},
            ],
        },
    ]
    (folder / "a.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    document = read(folder / "a.ipynb")
    for part in (
        "Rate of 10³ users.",
        "show(df)",
        "412 rows",
        "Plan: Solo; Churn: 4.1 %",
        "Error: KeyError: 'x'",
    ):
        assert part in document.text
    assert document.notes == ("1 picture was not read",)
    assert document.fixes == ("If it shows text, write that beside it.",)


# What files hide


def test_what_a_file_hides_is_told_left_out_and_read_again_once_it_is_asked_for(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "offer.html").write_text("<p>Now 64 euros.</p><p hidden>Floor price 48 euros.</p>")
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as store:
        report = store.sync(folder)
        assert "Left out: 1 hidden passage." in str(report)
        assert not report.files[0].note
        assert not store.search("floor price")
    with KnowledgeBase.open(tmp_path / "index", embedding="none", include_hidden=True) as store:
        report = store.sync(folder)
        assert report.rebuilt == "Read again: what files hide is read now."
        assert "Read although hidden: 1 hidden passage." in str(report)
        assert "48 euros" in store.search("floor price")[0].text
    with KnowledgeBase.open(tmp_path / "index", embedding="none") as store:
        assert "left out now" in store.sync(folder).rebuilt
        assert not store.search("floor price")
