"""Web pages and Markdown are read as they are shown: marks, struck and hidden text, formulas, lists, links, tables."""

from pathlib import Path

import pytest

from vectorstore.loaders import Document, LoaderLimits
from vectorstore.loaders import read as read_any


def page(folder: Path, body: str, head: str = "", *, include_hidden: bool = False) -> Document:
    path = folder / "page.html"
    path.write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    return read_any(path, limits=LoaderLimits(include_hidden=include_hidden))


def markdown(folder: Path, text: str) -> Document:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return read_any(path)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("49<sup>1</sup> euros, 10<sup>6</sup> calls, CO<sub>2</sub>", "49¹ euros, 10⁶ calls, CO₂"),
        ("the 1<sup>st</sup> of May<sup><a href='#n2'>2</a></sup>", "the 1st of May²"),
        ("10<span style='vertical-align: super'>6</span> rows", "10⁶ rows"),
        ("10<i class=up>6</i> rows", "10⁶ rows"),
        ("2<sup>3</sup>&frasl;<sub>4</sub> cups", "2 3/4 cups"),
        ("5<span style='position:relative;top:-4pt;font-size:7pt'>2</span> km", "5² km"),
        ("6<span style='mso-text-raise:5pt'>3</span> km", "6³ km"),
        ("41<sup>a</sup> euros", "41^a euros"),
        ("$12<sup>.99</sup>", "$12.99"),
    ],
)
def test_raised_and_lowered_digits_keep_apart_from_the_number_before_them(
    tmp_path: Path, body: str, shown: str
) -> None:
    assert page(tmp_path, f"<p>{body}</p>", "<style>.up { vertical-align: super }</style>").text == shown


@pytest.mark.parametrize(
    "price",
    [
        "<s>49 euros</s>",
        "<del>49 euros</del>",
        "<strike>49 euros</strike>",
        "<span style='text-decoration: underline line-through'>49 euros</span>",
        "<span class=c5>49 euros</span>",
        "<b><span class='c1 c5'>49</span> <span class=c5>euros</span></b>",
    ],
)
def test_what_is_struck_out_is_not_read(tmp_path: Path, price: str) -> None:
    style = "<style>.c5{font-weight:400;text-decoration:line-through} .c1{color:red}</style>"
    assert page(tmp_path, f"<p>Now {price} 39 euros.</p>", style).text == "Now 39 euros."


@pytest.mark.parametrize(
    "secret",
    [
        "<p hidden>Floor 48</p>",
        "<p style='display : none'>Floor 48</p>",
        "<p style='visibility:hidden'>Floor 48</p>",
        "<p class=off>Floor 48</p>",
        "<div id=draft><p>Floor <b>48</b></p></div>",
        "<ul class=menu><li><b>Floor 48</b></li></ul>",
        "<p class=spoken>Floor 48</p>",
        "<dialog>Floor 48</dialog>",
    ],
)
def test_hidden_text_is_left_out_and_counted_and_read_when_asked_for(tmp_path: Path, secret: str) -> None:
    style = (
        "<style>.off, #draft {display: none} .menu > li b {visibility: hidden}"
        ".spoken {position: absolute; left: -9999px}</style>"
    )
    document = page(tmp_path, f"<p>Now 64 euros.</p>{secret}", style)
    assert document.text == "Now 64 euros."
    assert document.hidden == (("passage", 1),)
    whole = page(tmp_path, f"<p>Now 64 euros.</p>{secret}", style, include_hidden=True)
    assert "Floor 48" in whole.text
    assert whole.hidden == (("passage", 1),)


def test_what_is_hidden_only_in_print_or_closed_or_from_screen_readers_is_read(tmp_path: Path) -> None:
    style = (
        "<style>@media print {p {display: none}} .panel {display: none} .panel.open {display: block}</style>"
    )
    body = (
        "<p>Now 64 euros.</p><div class='panel open'>Open 12</div><details><summary>Refunds</summary>30 days"
        "</details><p><span aria-hidden=true>Sale 9</span> <i class='fa icon' aria-hidden=true>star</i></p>"
        "<p><span class=sr-only>$12.99</span><span aria-hidden=true>$<b>12</b><b>99</b></span></p>"
    )
    document = page(tmp_path, body, style)
    assert document.text == "Now 64 euros.\n\nOpen 12\n\nRefunds\n\n30 days\n\nSale 9\n\n$12.99"
    assert not document.hidden


def test_numbers_of_lists_are_those_that_a_browser_shows(tmp_path: Path) -> None:
    style = "<style>.roman {list-style-type: upper-roman}</style>"
    body = (
        "<ol start=3><li>Sign</li><li value=7>Pay</li><li>Collect<ol type=a><li>cash</li><li>card</li></ol></li></ol>"
        "<ol reversed><li>Silver</li><li>Gold</li></ol><ol class=roman start=4><li>Scope</li></ol><ul><li>End</li></ul>"
    )
    lines = page(tmp_path, body, style).text.split("\n")
    assert [line for line in lines if line] == [
        "3. Sign",
        "7. Pay",
        "8. Collect",
        "a. cash",
        "b. card",
        "2. Silver",
        "1. Gold",
        "IV. Scope",
        "- End",
    ]


def test_links_say_where_they_lead_unless_the_text_does_or_it_is_inside_the_page(tmp_path: Path) -> None:
    body = (
        "<p>See the <a href='https://status.acme.example/us'>status page</a>, "
        "<a href='mailto:care@acme.example?subject=x'>customer care</a>, <a href='tel:+4930123'>call</a>, "
        "<a href='https://www.acme.example/'>acme.example</a>, <a href='#top'>top</a>, "
        "<a href='javascript:go()'>go</a>,"
        " <a href='forms/leave.pdf'>the form</a>, <a href='/about'>about</a>.</p>"
        "<h2><a href='https://acme.example/plans'>Plans</a></h2>"
    )
    document = page(tmp_path, body)
    assert document.text == (
        "See the status page (https://status.acme.example/us), customer care (care@acme.example), call (+4930123), "
        "acme.example, top, go, the form (forms/leave.pdf), about.\n\nPlans\nhttps://acme.example/plans"
    )
    assert document.sections[-1].heading == "Plans"


def test_fields_of_a_saved_form_are_read_with_their_labels(tmp_path: Path) -> None:
    body = (
        "<p>Name: <input value='Lena Hoff'></p><p><label for=c>City</label><input id=c value=Rome></p>"
        "<p><input type=checkbox checked> A visa</p><p><label for=f>A flat</label><input type=checkbox id=f></p>"
        "<p>Start: <select><option>March<option selected>September</select></p>"
        "<p>Why: <textarea>To build</textarea></p><input type=hidden value=t0k3n><input aria-label=Budget value=900>"
    )
    assert page(tmp_path, body).text.split("\n\n") == [
        "Name: Lena Hoff",
        "City: Rome",
        "☒ A visa",
        "☐ A flat",
        "Start: September",
        "Why: To build",
        "Budget: 900",
    ]


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("<mfrac><mn>3</mn><mn>5</mn></mfrac>", "3/5"),
        ("<mn>2</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "2 1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac>", "(a + 1)/b"),
        ("<msup><mn>10</mn><mn>6</mn></msup>", "10⁶"),
        ("<msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mi>k</mi></mrow></msup>", "x^(n + k)"),
        ("<msqrt><msub><mi>x</mi><mn>1</mn></msub></msqrt>", "√(x₁)"),
        ("<semantics><mn>7</mn><annotation>\\seven</annotation></semantics>", "7"),
    ],
)
def test_mathml_is_read_as_a_formula_on_one_line(tmp_path: Path, formula: str, shown: str) -> None:
    assert page(tmp_path, f"<p>Fee <math>{formula}</math> a year</p>").text == f"Fee {shown} a year"


def test_cells_of_tables_keep_their_lines_marks_and_spans_and_their_captions(tmp_path: Path) -> None:
    body = (
        "<table><caption>Prices</caption><thead><tr><th rowspan=2>Plan<th colspan=2>Price<tr><th>EU<th>US</thead>"
        "<tbody><tr><td rowspan=2>Solo<td>9<sup>1</sup><td>first<br>second<tr><td colspan=2><s>20</s> 19</tbody>"
        "<tbody><tr><td>Team<td>29<td><ul><li>SSO<li>Audit</ul><tr hidden><td>Floor<td>1<td>2</tbody></table>"
    )
    document = page(tmp_path, body)
    assert document.text.startswith("Prices\n\nPlan | Price")
    assert document.text.split("\n")[-3:] == [
        "Plan: Solo; Price EU: 9¹; Price US: first second",
        "Plan: Solo; Price EU: 19; Price US: 19",
        "Plan: Team; Price EU: 29; Price US: SSO, Audit",
    ]
    assert document.tables[0].title == "Prices"
    assert document.hidden == (("row", 1),)


def test_a_name_over_several_columns_is_part_of_each_of_their_names(tmp_path: Path) -> None:
    head = "<thead><tr><th></th><th colspan=2>2026</th></tr><tr><th>Region<th>Q1<th>Q2</thead>"
    text = page(tmp_path, f"<table>{head}<tr><th>North<td>110<td>240<tr><th>South<td>90<td>80</table>").text
    assert "Region: North; 2026 Q1: 110; 2026 Q2: 240" in text


def test_tables_inside_a_table_of_the_layout_and_tables_of_roles_are_read(tmp_path: Path) -> None:
    inner = "<table><tr><th>Item<th>Sum<tr><td>Setup<td>90</table>"
    roles = (
        "<div role=table><div role=row><b role=columnheader>A</b></div></div>"
        "<div role=grid><div role=row><span role=columnheader>Plan</span><span role=columnheader>Seats</span></div>"
        "<div role=row><span role=cell>Solo</span><span role=cell>3</span></div></div>"
    )
    text = page(tmp_path, f"<table><tr><td>Logo<td>{inner}</table>{roles}").text
    assert "Item: Setup; Sum: 90" in text
    assert "Plan: Solo; Seats: 3" in text


def test_texts_of_pictures_asides_footnotes_of_prices_and_readings_are_not_lost(tmp_path: Path) -> None:
    body = (
        "<nav>Home</nav><main><h1>Plans</h1><p>Press <img alt='Save' src=x> now. <ruby>大阪<rt>おおさか</rt></ruby>本社"
        "</p><img src=c.png alt='Chart: 12 M in 2026'><img src=l.png alt='logo.png'></main>"
        "<aside><p>SSO costs 4 euros more.</p></aside><aside><a href=/x>Other pages</a></aside>"
    )
    text = page(tmp_path, body).text
    assert text == (
        "Plans\n\nPress (picture: Save) now. 大阪(おおさか)本社\n\nPicture: Chart: 12 M in 2026\n\n"
        "SSO costs 4 euros more."
    )
    assert "20% VAT" in page(tmp_path, "<p>Plans.</p><footer>All prices plus 20% VAT.</footer>").text


def test_signs_that_a_style_sheet_or_an_entity_puts_there_are_read(tmp_path: Path) -> None:
    style = "<style>.p::before {content: '€ '} .i::before {content: '\\e91f'} .b {display: block}</style>"
    price = "<p><b class=p>49</b><i class=i> net</i> &check;</p>"
    body = f"{price}<div><span class=b>Price</span><span class=b>9</span></div>"
    assert page(tmp_path, body, style).text == "€ 49 net ✓\n\nPrice\n\n9"


def test_markdown_keeps_links_marks_footnotes_and_formulas_and_drops_what_is_struck(tmp_path: Path) -> None:
    text = markdown(
        tmp_path,
        "Now ~~49~~ 39 euros, ~59 euros~ 55, about ~10 or ~20. 2^20^ rows, 10<sup>6</sup> calls, H~2~O.[^a]\n"
        "The [form](https://acme.example/f) of [us][1], from $49 to $59: $\\frac{3}{5}$ of $10^{4}$, $2\\frac12$.\n"
        "Run `$a ~~b~~` with <version>.\n\n[1]: https://acme.example/us\n[^a]: In March.\n",
    ).text
    assert text == (
        "Now 39 euros, 55, about ~10 or ~20. 2²⁰ rows, 10⁶ calls, H₂O.[1]\n"
        "The form (https://acme.example/f) of us (https://acme.example/us), from $49 to $59: 3/5 of 10⁴, 2 1/2.\n"
        "Run $a ~~b~~ with <version>.\n\n1. In March."
    )


def test_tables_of_html_and_without_outer_lines_are_read_in_markdown(tmp_path: Path) -> None:
    document = markdown(
        tmp_path,
        "<table><tr><th>Region</th><th>Target</th></tr>\n<tr><td rowspan=2>North</td><td>110</td></tr>\n"
        "<tr><td>240</td></tr></table>\n\nPlan | Price\n--- | ---:\nSolo | 9 €<br>net\n",
    )
    assert "Region: North; Target: 240" in document.text
    assert "Plan: Solo; Price: 9 € net" in document.text
    assert len(document.tables) == 2


def test_tasks_alerts_numbers_and_pictures_of_markdown_are_told(tmp_path: Path) -> None:
    document = markdown(
        tmp_path,
        "- [x] SSO\n- [ ] SCIM\n\n> [!warning]\n> Not after 15:00.\n\n3. Pay\n4. Go\n\n![][i] ![Chart](a.png)\n\n"
        "[i]: <data:image/png;base64,OLTmUuRNp/I3DZ4mDicTZVCko6bQf1>\n",
    )
    assert (
        document.text == "- ☒ SSO\n- ☐ SCIM\n\nWarning:\nNot after 15:00.\n\n3. Pay\n4. Go\n\nPicture: Chart"
    )
    assert document.notes == ("1 picture was not read",)


def test_cells_of_markdown_beyond_the_last_column_are_told(tmp_path: Path) -> None:
    text = "| Plan | Price |\n|---|---|\n| Solo | 9 € |\n| Team | 29 € | 31 € |\n| `a\\|b` | 1 € |\n"
    document = markdown(tmp_path, text)
    assert document.notes == ("1 cell beyond the last column of a table not read",)
    assert document.fixes == ("Give each column a name.",)


def test_a_table_that_names_its_rows_alone_is_read_column_by_column(tmp_path: Path) -> None:
    body = "<table><tr><th>Plan<td>Solo<td>Duo<tr><th>Price<td>8 EUR<td>14 EUR<tr><th>Seats<td>1<td>2</table>"
    assert page(tmp_path, body).text.split("\n")[1:] == [
        "Plan: Solo; Price: 8 EUR; Seats: 1",
        "Plan: Duo; Price: 14 EUR; Seats: 2",
    ]


def test_tasks_that_wikis_draw_are_ticked(tmp_path: Path) -> None:
    confluence = (
        "<ul class='inline-task-list'><li class='checked'><span>Sign</span></li><li>Order</li></ul>"
        "<ul class='to-do-list'><li><div class='checkbox checkbox-on'></div> <span>Book</span></li></ul>"
    )
    text = page(tmp_path, confluence).text
    assert "- ☒ Sign\n- ☐ Order" in text
    assert "☒ Book" in text


def test_a_field_behind_a_tick_box_is_no_value_of_the_box(tmp_path: Path) -> None:
    form = "<label>Name<input value='Brix'></label><label>Tier <select><option>Gold</option></select></label>"
    ticks = "<input type=radio checked> Monthly<input type=radio> Yearly<textarea>Call first</textarea>"
    text = page(tmp_path, form + ticks).text
    assert "Name: Brix Tier" in text
    assert "☒ Monthly ☐ Yearly Call first" in text


def test_links_through_a_counter_of_clicks_lead_to_their_end(tmp_path: Path) -> None:
    link = (
        "<a href='https://www.google.com/url?q=https://portal.example/x?a%3D1&amp;sa=D&amp;ust=17'>Portal</a>"
    )
    assert page(tmp_path, f"<p>{link}</p>").text == "Portal (https://portal.example/x?a=1)"


def test_revisions_in_markdown_are_read_as_they_stand_and_code_as_it_is(tmp_path: Path) -> None:
    text = "Fee {--50--}{++45++} EUR, {~~30~>60~~} days, {- old 7 -}{+ new 8 +} and [- 9 -]10.\n\n`{- x -}`\n"
    assert markdown(tmp_path, text).text == "Fee 45 EUR, 60 days, new 8 and 10.\n\n{- x -}"


def test_an_icon_that_says_a_word_is_read(tmp_path: Path) -> None:
    body = (
        "<table><tr><th>Right<th>Free<tr><td>SSO<td><i class='icon-no' aria-label='not included'></i></table>"
    )
    assert "Right: SSO; Free: not included" in page(tmp_path, body).text


def test_aligned_formulas_of_markdown_are_read_line_by_line(tmp_path: Path) -> None:
    source = r"$$\begin{aligned} y &= \frac{3}{4}x \\ z &= 2^{10} \end{aligned}$$"
    assert markdown(tmp_path, source).text == "y = 3/4x ; z = 2¹⁰"


def test_tables_drawn_by_rulers_and_boxes_of_markdown_are_tables(tmp_path: Path) -> None:
    text = """
  Plan     Price   Seats
  ------ ------- -------
  Solo     9 EUR       1
  Team    29 EUR       5

  : Prices of 2027

----------------------------------------
 Region    Delivery        Fee
--------- --------------- --------------
 North     3 days          12 EUR, free
                           from 200 EUR

 South     5 days          17 EUR
----------------------------------------

+-------+----------+
| Room  | Rent     |
+=======+==========+
| Green | 133 EUR  |
|       | per day  |
+-------+----------+
| Blue  | 84 EUR   |
+-------+----------+

+------+-------+
| desk | floor |
+------+-------+
| A1   | 3     |
| A2   | 4     |
+------+-------+

```
+------+-------+
| code | stays |
+------+-------+
```

Text -- with dashes -- stays.
"""
    read = markdown(tmp_path, text).text
    for line in (
        "Prices of 2027",
        "Plan: Team; Price: 29 EUR; Seats: 5",
        "Region: North; Delivery: 3 days; Fee: 12 EUR, free from 200 EUR",
        "Region: South; Delivery: 5 days; Fee: 17 EUR",
        "Room: Green; Rent: 133 EUR per day",
        "Room: Blue; Rent: 84 EUR",
        "desk: A1; floor: 3",
        "desk: A2; floor: 4",
        "| code | stays |",
        "Text -- with dashes -- stays.",
    ):
        assert line in read
