"""Several rows of one document: the items it lists, and the records that were put into one file."""

import json

import pytest

from protokit.runtime.extraction.corrections import Corrections, cell_key
from protokit.runtime.extraction.extract_rows import extract_rows
from protokit.runtime.extraction.extraction_request import ExtractionRequest
from protokit.runtime.extraction.item_rows import find_items
from protokit.runtime.prototype_fields import ExtractionField

ITEM = ExtractionField(name="Item", item=True)
COUNT = ExtractionField(name="Quantity", type="number", item=True)
PRICE = ExtractionField(name="Unit price", type="money", item=True)
AMOUNT = ExtractionField(name="Amount", type="money", item=True)
FIELDS = (ITEM, COUNT, PRICE, AMOUNT)
COLUMNS = """Marlow Ltd

Item                    Qty   Unit price     Amount
A4 paper, 5 reams         4        12.50      50.00
Desk lamp                          45.00      90.00

Subtotal                                     140.00
Total                                        168.00
Bank 12 34 56                        1        99.00
"""
BARS = """Pos. | Menge | Beschreibung | Rabatt | Einzelpreis | Betrag
1 | 2 | Satz und Umbruch | 3,89 | 7,78
Grundpreis je Einheit
2 | 1 | Korrektur | 5,39 | 5,39
Summe | 13,17
"""
RECEIPT = """CORNER BAKERY
2 x Flat white            6.40
Almond croissant          3.10
TOTAL                     9.50
CASH                     10.00
"""
NAMED = "Description: Lamp; qty: 2; Unit price: 4.00; Amount: 8.00\nDescription: Cup; qty: 1; Amount: 3.50\n"


def table(text: str) -> list[list[object]]:
    return [
        [cell.values[0].value if cell.values else None for cell in row] for row in find_items(FIELDS, text)
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (COLUMNS, [["A4 paper, 5 reams", 4.0, 12.5, 50.0], ["Desk lamp", None, 45.0, 90.0]]),
        (BARS, [["Satz und Umbruch", 2.0, 3.89, 7.78], ["Korrektur", 1.0, 5.39, 5.39]]),
        (RECEIPT, [["Flat white", 2.0, None, 6.4], ["Almond croissant", None, None, 3.1]]),
        (NAMED, [["Lamp", 2.0, 4.0, 8.0], ["Cup", 1.0, None, 3.5]]),
        ("Dear all,\nwe meet at 12.50 on Monday.\nTotal 9.00\n", []),
        ("", []),
    ],
)
def test_the_items_of_a_list_are_found_and_its_sums_are_none(text: str, rows: list[list[object]]) -> None:
    assert table(text) == rows


def test_every_cell_of_an_item_stands_where_its_quote_says() -> None:
    for row in find_items(FIELDS, COLUMNS):
        for cell in row:
            for value in cell.values:
                quote = COLUMNS[value.start : value.end]
                assert float(quote) == value.value if isinstance(value.value, float) else quote == value.value


def test_what_all_items_share_is_repeated_and_a_correction_holds_for_its_own_row(tmp_path) -> None:
    fields = (ExtractionField(name="Vendor"), *FIELDS)
    corrections = Corrections(tmp_path)
    corrections.keep(COLUMNS, cell_key(COUNT, 1), "2")
    corrections.keep(COLUMNS, cell_key(fields[0], 1), "Marlow")
    rows = ExtractionRequest(COLUMNS, fields, corrections=corrections.of(COLUMNS)).offline().table.rows
    assert [(row[0], row[2]) for row in rows] == [("Marlow", 4.0), ("Marlow", 2.0)]


def test_each_record_in_one_file_is_a_row() -> None:
    fields = (ExtractionField(name="Shop"), ExtractionField(name="Total", type="money"))
    text = f"{RECEIPT}\n----------------\nHULL HARDWARE LTD\nHammer      14.00\n\nTOTAL       14.00\n\n\nThank you.\n"
    rows = extract_rows(fields, text, several=True)
    assert [[cell.values[0].value for cell in row] for row in rows] == [
        ["CORNER BAKERY", 9.5],
        ["HULL HARDWARE LTD", 14.0],
    ]
    assert [text[row[1].values[0].start : row[1].values[0].end] for row in rows] == ["9.50", "14.00"]
    assert len(extract_rows(fields, text)) == 1


def test_a_model_writes_a_row_for_each_item_and_each_is_looked_up() -> None:
    said = [
        {
            "Item": {"value": "Flat white", "quote": "2 x Flat white"},
            "Amount": {"value": 6.4, "quote": "6.40"},
        },
        {"Item": {"value": "Cold brew", "quote": "Cold brew"}},
    ]
    request = ExtractionRequest(RECEIPT, FIELDS)
    assert json.loads(request.schema)["properties"]["rows"]["type"] == "array"
    rows = request.read(json.dumps({"rows": said})).table.rows
    assert rows == (("Flat white", None, None, 6.4), (None, None, None, None))
