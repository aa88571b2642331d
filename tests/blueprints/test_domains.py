"""Sample knowledge is data that anybody may add as a folder, so each folder is held to the same promises."""

import calendar
import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from vectorstore.text import sentences
from vectorstore.text.languages import guess
from vectorstore.text.terms import tokenize

DOMAINS = sorted(
    path.parent for path in (Path(__file__).parents[2] / "blueprints/domains").glob("*/domain.yaml")
)
FIELDS = {
    "name",
    "title",
    "organisation",
    "emoji",
    "accent",
    "audience",
    "persona",
    "words",
    "shared",
    "title_nouns",
}
ANSWERABLE = {"question", "must_contain", "cites", "starter", "after"}
MONTHS = tuple(calendar.month_name)
DATED = re.compile(rf"({'|'.join(calendar.day_name)}),? (\d{{1,2}}) ({'|'.join(MONTHS[1:])}) (\d{{4}})")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

NAMED_BY_MANY = {"hr", "support", "legal", "finance", "health", "education", "sales", "travel", "software"}


@pytest.fixture(params=DOMAINS, ids=lambda folder: folder.name)
def domain(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


def described(domain: Path) -> dict[str, Any]:
    fields: dict[str, Any] = yaml.safe_load((domain / "domain.yaml").read_text(encoding="utf-8"))
    return fields


def asked(domain: Path) -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = yaml.safe_load((domain / "questions.yaml").read_text(encoding="utf-8"))
    return questions


def answerable(domain: Path) -> list[dict[str, Any]]:
    return [entry for entry in asked(domain) if not entry.get("unanswerable")]


def documents(domain: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((domain / "knowledge").iterdir())}


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def statements(text: str) -> list[str]:
    """What an answer can quote: the sentences and table rows of a document, case and white space folded."""
    return [folded(text[span.start : span.end]) for span in sentences.split(text)]


def tables(text: str) -> Iterator[list[list[str]]]:
    """The tables of a Markdown document: rows of cells, headings first, without the rule below them."""
    for block in re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        yield [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1, as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def amount(cell: str) -> float | None:
    """The number a cell states before its unit ("1,200 EUR" is 1200.0), or None."""
    found = re.match(r"[*€$£\s]*(-?\d[\d,]*(?:\.\d+)?)", cell)
    return float(found[1].replace(",", "")) if found else None


def test_the_fields_of_work_that_prompts_name_most_are_there() -> None:
    assert {folder.name for folder in DOMAINS} >= NAMED_BY_MANY


def test_domains_can_be_told_apart() -> None:
    """No two share an organisation or an emoji, and hardly a word: a shared word decides for neither."""
    cards = [described(folder) for folder in DOMAINS]
    for one, other in combinations(cards, 2):
        assert not [name for name in ("organisation", "emoji") if one[name] == other[name]]
        shared = {word.casefold() for word in one["words"]} & {word.casefold() for word in other["words"]}
        assert len(shared) <= 3, (one["name"], other["name"], shared)


def test_a_domain_describes_itself_in_full(domain: Path) -> None:
    fields = described(domain)
    assert set(fields) == FIELDS
    assert fields["name"] == domain.name
    for name in FIELDS - {"words", "shared", "title_nouns"}:
        assert isinstance(fields[name], str), name
        assert fields[name].strip() == fields[name] != "", name
        assert "\n" not in fields[name], name
    assert 2 <= len(fields["title_nouns"]) <= 10
    assert len(fields["emoji"]) <= 8
    assert not fields["emoji"].isascii()


def test_its_words_are_many_distinct_and_in_several_languages(domain: Path) -> None:
    words = described(domain)["words"]
    assert all(isinstance(word, str) for word in words)
    assert 30 <= len(words) <= 80
    assert len({word.casefold() for word in words}) == len(words)
    assert any("\u4e00" <= letter <= "\u9fff" for word in words for letter in word)


def test_its_accent_is_readable_on_white(domain: Path) -> None:
    accent = described(domain)["accent"]
    assert re.fullmatch(r"#[0-9a-f]{6}", accent)
    assert 1.05 / (luminance(accent) + 0.05) >= 4.5


def test_its_documents_are_of_a_readable_number_length_and_form(domain: Path) -> None:
    texts = documents(domain)
    assert 4 <= len(texts) <= 8
    for name, text in texts.items():
        assert re.fullmatch(r"[a-z0-9-]+\.(md|txt|csv)", name), name
        if name.endswith(".md"):
            assert text.startswith("# "), name
            assert 80 <= len(text.split()) <= 750, name
        elif name.endswith(".txt"):
            assert 80 <= len(text.split()) <= 1700, name
        else:
            rows = list(csv.reader(io.StringIO(text)))
            assert len(rows) > 5, name
            assert len({len(row) for row in rows}) == 1, name


def test_its_documents_state_figures_and_name_the_organisation(domain: Path) -> None:
    texts = {name: text for name, text in documents(domain).items() if not name.endswith(".csv")}
    organisation = described(domain)["organisation"]
    assert all(len(NUMBER.findall(text)) >= 5 for text in texts.values())
    assert sum(organisation in text for text in texts.values()) * 2 > len(texts)


def test_addresses_in_its_documents_belong_to_nobody(domain: Path) -> None:
    for name, text in documents(domain).items():
        hosts = re.findall(r"@([\w-]+(?:\.[\w-]+)+)|https?://([\w.-]+\w)", text)
        assert all((mail or web).endswith((".example", "localhost")) for mail, web in hosts), (name, hosts)


def test_every_weekday_in_its_documents_falls_on_its_date(domain: Path) -> None:
    for name, text in documents(domain).items():
        for weekday, day, month, year in DATED.findall(text):
            stated = date(int(year), MONTHS.index(month), int(day))
            assert f"{stated:%A}" == weekday, f"{name}: {stated:%A %d %B %Y}"


def test_the_tables_in_its_documents_are_regular_and_add_up(domain: Path) -> None:
    for name, text in documents(domain).items():
        for table in tables(text):
            assert len({len(row) for row in table}) == 1, (name, table[0])
            if not table[-1][0].strip("*").casefold().startswith("total"):
                continue
            for column in range(1, len(table[0])):
                parts = [amount(row[column]) for row in table[1:-1]]
                total = amount(table[-1][column])
                if total is not None and None not in parts:
                    assert total == pytest.approx(sum(filter(None, parts))), (name, table[0][column])


def test_files_its_documents_refer_to_exist(domain: Path) -> None:
    texts = documents(domain)
    for name, text in texts.items():
        assert set(re.findall(r"\b([a-z0-9-]+\.(?:md|csv))\b", text)) <= set(texts), name


def test_its_questions_are_plain_some_need_two_answers_and_some_have_none(domain: Path) -> None:
    questions = asked(domain)
    assert 8 <= len({folded(entry["question"]) for entry in questions}) == len(questions) <= 12
    assert all(set(entry) <= ANSWERABLE for entry in answerable(domain))
    cited = [len(entry["cites"]) for entry in answerable(domain)]
    assert set(cited) <= {1, 2}
    assert any(len(entry["must_contain"]) > 1 for entry in answerable(domain))
    unanswerable = [entry for entry in questions if entry.get("unanswerable")]
    assert unanswerable
    assert all(set(entry) == {"question", "unanswerable"} for entry in unanswerable)
    assert all(entry["question"].endswith("?") for entry in questions)


def test_every_expected_phrase_stands_in_one_sentence_of_a_cited_document(domain: Path) -> None:
    texts = documents(domain)
    for entry in answerable(domain):
        quotable = {name: statements(texts[name]) for name in entry["cites"]}
        assert entry["must_contain"], entry["question"]
        for phrase in entry["must_contain"]:
            found = any(folded(phrase) in line for lines in quotable.values() for line in lines)
            assert found, (entry["question"], phrase)


def test_each_cited_document_is_needed_for_the_answer(domain: Path) -> None:
    texts = documents(domain)
    for entry in answerable(domain):
        for name in entry["cites"]:
            lines = statements(texts[name])
            holds = [any(folded(phrase) in line for line in lines) for phrase in entry["must_contain"]]
            assert any(holds), (entry["question"], name)
            assert len(entry["cites"]) == 1 or not all(holds), (entry["question"], name)


def test_its_four_starters_stand_alone_and_differ(domain: Path) -> None:
    starters = [entry for entry in answerable(domain) if entry.get("starter")]
    assert len(starters) == 4
    assert not any(entry.get("after") for entry in starters)
    assert len({tuple(entry["cites"]) for entry in starters}) >= 2
    for one, other in combinations([set(tokenize(entry["question"])) for entry in starters], 2):
        assert len(one & other) < 0.5 * min(len(one), len(other))


def test_no_question_copies_the_sentence_that_answers_it(domain: Path) -> None:
    texts = documents(domain)
    for entry in answerable(domain):
        words = tokenize(entry["question"])
        for line in (line for name in entry["cites"] for line in statements(texts[name])):
            said = " ".join(tokenize(line))
            copied = [" ".join(run) for run in zip(*(words[at:] for at in range(5)), strict=False)]
            assert not any(run in said for run in copied), (entry["question"], line)


def test_a_follow_up_names_questions_that_were_asked_before(domain: Path) -> None:
    seen: list[str] = []
    follow_ups = 0
    for entry in asked(domain):
        follow_ups += bool(entry.get("after"))
        assert set(entry.get("after", [])) <= set(seen), entry["question"]
        seen.append(entry["question"])
    assert follow_ups >= 1


def test_an_unanswerable_question_sounds_like_the_domain_but_asks_for_something_absent(domain: Path) -> None:
    held = {token for text in documents(domain).values() for token in tokenize(text)}
    asking = {token for entry in answerable(domain) for token in tokenize(entry["question"])}
    for entry in asked(domain):
        if entry.get("unanswerable"):
            words = set(tokenize(entry["question"]))
            assert words & held, entry["question"]
            assert words - held - asking, f"every word is in the documents: {entry['question']}"


def test_a_row_label_has_one_value_wherever_a_table_repeats_it(domain: Path) -> None:
    """Tables of the same domain that share a row label and a column heading must agree."""
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for name, text in documents(domain).items():
        for head, *rows in tables(text):
            for row in rows:
                for heading, cell in zip(head[1:], row[1:], strict=True):
                    first, stated = seen.setdefault((head[0], row[0], heading), (name, cell))
                    assert first == name or stated == cell, (first, name, row[0], heading)


def test_ranges_in_its_documents_run_upwards(domain: Path) -> None:
    for name, text in documents(domain).items():
        for low, high in re.findall(r"\bbetween (\d[\d,]*) and (\d[\d,]*)\b", text):
            assert int(low.replace(",", "")) < int(high.replace(",", "")), (name, low, high)


def test_its_documents_hold_nothing_unfinished(domain: Path) -> None:
    for name, text in documents(domain).items():
        assert not re.search(r"\b(TODO|TBC|lorem|xxx)\b|\{\{", text), name
        lines = [line for line in text.splitlines() if line.strip()]
        assert all(one != other for one, other in pairwise(lines)), name


NATIVE = {
    language: sorted(path.parent for path in DOMAINS[0].parent.glob(f"*/{language}/about.yaml"))
    for language in ("de", "es", "fr", "ja", "pt", "zh")
}


@pytest.mark.parametrize("language", NATIVE)
def test_six_fields_have_samples_that_were_written_in_the_language(language: str) -> None:
    assert len(NATIVE[language]) >= 6
    organisations = {(folder / "about.yaml").read_text("utf-8") for folder in NATIVE[language]}
    assert len(organisations) == len(NATIVE[language])
    for folder in NATIVE[language]:
        texts = documents(folder)
        assert len(texts) >= 5
        assert any(name.endswith(".csv") for name in texts)
        assert all(re.fullmatch(r"[a-z0-9-]+\.(md|csv)", name) for name in texts)
        for text in (text for name, text in texts.items() if name.endswith(".md")):
            assert guess(text) == language
        rows = [list(csv.reader(io.StringIO(text))) for name, text in texts.items() if name.endswith(".csv")]
        assert all(len(table) > 5 and len({len(row) for row in table}) == 1 for table in rows)


@pytest.mark.parametrize("language", NATIVE)
def test_what_native_samples_are_asked_stands_in_them(language: str) -> None:
    for folder in NATIVE[language]:
        texts, questions = documents(folder), asked(folder)
        assert len([entry for entry in questions if entry.get("starter")]) == 4
        assert any(entry.get("unanswerable") for entry in questions)
        for entry in answerable(folder):
            cited = [folded(texts[name]) for name in entry["cites"]]
            assert all(any(folded(phrase) in text for text in cited) for phrase in entry["must_contain"])
