"""Fields out of documents: what stands there is found with its words, what does not is not stated."""

import csv
import io
import json

import openpyxl
import pytest

from protokit.runtime.extraction.cell_scores import cell_faults, cell_measures
from protokit.runtime.extraction.concepts import concepts
from protokit.runtime.extraction.corrections import Corrections
from protokit.runtime.extraction.extract_fields import extract_fields
from protokit.runtime.extraction.extraction_request import ExtractionRequest
from protokit.runtime.extraction.table_files import DocumentRow, as_csv, as_xlsx
from protokit.runtime.prototype_fields import ExtractionField
from protokit.runtime.runtime_errors import ModelProblem

INVOICE = """Morgan & Pike Ltd
12 Dock Street, Hull

INVOICE

Invoice no: MP-2041     Date: 4 March 2026
Customer: Fernwick

Subtotal            £1,100.00
VAT 20%               £220.00
Amount due          £1,320.00
"""


def field(name, type="text", **more):
    return ExtractionField(name=name, type=type, **more)


def values(text, *fields):
    return {cell.field.name: [each.value for each in cell.values] for cell in extract_fields(fields, text)}


def test_each_value_stands_where_its_quote_says():
    fields = [field("Vendor"), field("Invoice number"), field("Date", "date"), field("Total", "money")]
    quotes = {
        cell.field.name: INVOICE[each.start : each.end]
        for cell in extract_fields(fields, INVOICE)
        for each in cell.values
    }
    assert quotes == {
        "Vendor": "Morgan & Pike Ltd",
        "Invoice number": "MP-2041",
        "Date": "4 March 2026",
        "Total": "£1,320.00",
    }
    found = values(INVOICE, *fields)
    assert (found["Date"], found["Total"]) == (["2026-03-04"], [1320.0])


def test_what_is_not_said_is_not_stated():
    assert values(INVOICE, field("Due date", "date"), field("IBAN"), field("Colour")) == {
        "Due date": [],
        "IBAN": [],
        "Colour": [],
    }


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ("Rechnungsbetrag 1.654,10 €", 1654.10),
        ("Total TTC 1 026,00 €", 1026.0),
        ("Totale da pagare: EUR 12'500.50", 12500.5),
        ("Total due $0.99", 0.99),
        ("Grand total: (£45.00)", -45.0),
    ],
)
def test_money_is_read_as_its_country_writes_it(line, amount):
    assert values(f"Some shop\n{line}\n", field("Total", "money"))["Total"] == [amount]


def test_a_date_that_two_countries_read_differently_is_shown_as_two():
    assert values("Date: 03/04/2026", field("Date", "date"))["Date"] == ["2026-04-03", "2026-03-04"]
    told = field("Date", "date", description="day it was made; month comes first")
    assert values("Date: 03/04/2026", told)["Date"] == ["2026-03-04"]


def test_both_ends_of_a_range_are_found_and_a_lone_time_has_no_end():
    fields = field("Start time", "time"), field("End time", "time")
    assert values("Time: 3:30-5:00pm", *fields) == {"Start time": ["15:30"], "End time": ["17:00"]}
    assert values("Time: 3:30", *fields) == {"Start time": ["15:30"], "End time": []}


def test_the_parties_of_a_contract_are_named_in_its_first_sentence_whatever_the_lines():
    text = (
        "This agreement is made by and between Marlow\nShipping, Inc., a Maine corporation (the “Company”), and "
        "Ada B. Finch (“Employee”).\nIt is governed by Maine law.\n"
    )
    assert values(text, field("Parties", list=True), field("Governing law")) == {
        "Parties": ["Marlow Shipping, Inc.", "Ada B. Finch"],
        "Governing law": ["Maine"],
    }


def test_a_value_under_its_label_is_found_right_of_an_address():
    text = (
        "ORDER\nPier Nine Contract / Revision Alt Order #\n14 Dock Street 1033875 /\n"
        "Hull, ME 04401 Advertiser Original Date / Revision\n(207) 654-6500 MARIGOLD LINES 01/28/20 / 01/28/20\n"
    )
    assert values(text, field("Advertiser"), field("Number")) == {
        "Advertiser": ["MARIGOLD LINES"],
        "Number": ["1033875"],
    }


def test_the_date_of_a_letter_is_the_one_at_its_top():
    letter = "Marlow Shipping, Inc.\nJanuary 7, 2009\n\nGentlemen:\n" + "We have thought about it. " * 150
    text = letter + "The rights agreement, dated as of June 24, 2008, stays as it is.\n"
    assert values(text, field("Effective date", "date")) == {"Effective date": ["2009-01-07"]}


def test_the_head_of_a_column_is_no_value():
    assert values("ROOM      TIME   SPEAKER\n10/5  U. Pitt\n", field("Room"))["Room"] != ["TIME"]


def test_labels_of_a_person_choices_and_yes_or_no_count():
    text = "Ticket\nSeverity: High\nPaid up: yes\nHull ref: Q-77\n"
    fields = (
        field("Severity", "choice", choices=("Low", "High")),
        field("Paid up", "yes/no"),
        field("Ship", labels=("Hull ref",)),
    )
    assert values(text, *fields) == {"Severity": ["High"], "Paid up": [True], "Ship": ["Q-77"]}


def request(text=INVOICE, *fields):
    return ExtractionRequest(text, fields or (field("Vendor"), field("Total", "money")))


def cell(value, quote):
    return {"value": value, "quote": quote}


def test_what_a_model_says_is_looked_up_in_the_document():
    said = {
        "Vendor": cell("morgan & pike ltd", "Morgan & Pike Ltd"),
        "Total": cell(1320, "Amount due £1,320.00"),
    }
    result = request().read(json.dumps(said))
    assert result.table.rows == (("morgan & pike ltd", 1320.0),)
    marks = [c.passage.text[slice(*c.marks[0])] for c in result.citations]
    assert marks == ["Morgan & Pike Ltd", "£1,320.00"]


def test_a_value_that_a_model_made_up_is_marked_and_not_delivered():
    said = {"Vendor": cell("Globex", "Morgan & Pike Ltd"), "Total": cell(9999, "Amount due £1,320.00")}
    result = request().read(json.dumps(said))
    assert result.table.rows == ((None, None),)
    assert "the model said “9999”, which the document does not say" in result.table.cells[0][1].reason
    assert "Globex" in result.text


def test_a_reply_that_is_no_json_is_the_models_problem():
    with pytest.raises(ModelProblem):
        request().read("I am sorry.")


def test_a_correction_stays_and_teaches_its_label(tmp_path):
    corrections, ship = Corrections(tmp_path), field("Ship")
    text = "Berth 4\nVessel alpha: Marigold\n"
    assert values(text, ship)["Ship"] == []
    corrections.keep(text, "Ship", "Marigold")
    again = Corrections(tmp_path)
    result = ExtractionRequest(text, again.taught([ship]), corrections=again.of(text)).offline()
    assert result.table.rows == (("Marigold",),)
    assert values("Berth 9\nVessel alpha: Heron\n", *again.taught([ship]))["Ship"] == ["Heron"]
    again.keep(text, "Ship", "")
    assert ExtractionRequest(text, (ship,), corrections=again.of(text)).offline().table.rows == ((None,),)


def row(text, *fields):
    from protokit.runtime.assistant_types import Answer

    result = ExtractionRequest(text, fields).offline()
    return DocumentRow(
        "=x.txt", text, Answer("", result.text, "offline", result.citations, table=result.table)
    )


def test_the_table_leaves_as_csv_and_excel_without_formulas_and_with_its_quotes():
    rows = [row("Vendor: =2+2\nTotal: $5.00\n", field("Vendor"), field("Total", "money"))]
    lines = list(csv.reader(io.StringIO(as_csv(rows, ["Vendor", "Total"]).decode("utf-8-sig"))))
    assert lines == [["Document", "Vendor", "Total"], ["'=x.txt", "'=2+2", "5.0"]]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(rows, ["Vendor", "Total"])))
    assert [each.value for each in book["Values"][2]] == ["=x.txt", "=2+2", 5]
    assert book["Values"]["B2"].data_type == "s"
    assert [each.value for each in book["Quotes"][2]][1:4] == ["Vendor", "=2+2", "=2+2"]


def test_cells_are_scored_one_by_one():
    answer = row(
        INVOICE, field("Vendor"), field("Total", "money"), field("Due date", "date"), field("Number")
    ).answer
    expected = {"Vendor": "Morgan", "Total": "1,320.00", "Due date": None, "Number": None}
    assert cell_faults(answer, expected) == (
        "Vendor is Morgan & Pike Ltd, not Morgan (wrong); Number is MP-2041, not not stated (invented)"
    )
    shares = {each.name: each.value for each in cell_measures([(expected, answer)] * 20).measures}
    assert shares == {
        "stated cells right": 0.5,
        "right to the letter": 0.0,
        "missed": 0.0,
        "rightly empty": 0.5,
        "invented, of all cells": 0.25,
    }


@pytest.mark.parametrize("text", ["", "  \n \t", "1" * 40_000, "a@" * 20_000, "total " * 8_000, "A" * 40_000])
def test_texts_that_say_nothing_state_nothing_and_take_no_time(text):
    for concept in concepts():
        extract_fields([field(concept.names[0], concept.type)], text)
    assert values(text, field("Due date", "date"), field("IBAN")) == {"Due date": [], "IBAN": []}
