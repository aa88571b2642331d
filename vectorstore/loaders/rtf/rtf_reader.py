"""Reads RTF token by token into paragraphs, tables and what stands beside them."""

import re
from dataclasses import replace

from vectorstore.loaders.document import DocumentBuilder
from vectorstore.loaders.picture_texts import picture_text
from vectorstore.loaders.rtf.rtf_flow import Flow, RtfField
from vectorstore.loaders.rtf.rtf_fonts import Fonts, code_page
from vectorstore.loaders.rtf.rtf_formulas import RtfFormula
from vectorstore.loaders.rtf.rtf_groups import DESTINATIONS, FLOWS, OPEN, SILENT, Group
from vectorstore.loaders.rtf.rtf_tables import RowBorders, RtfTable
from vectorstore.loaders.rtf.rtf_tokens import Token, tokens
from vectorstore.loaders.table_lines import lines

_SIGNS = {
    "tab": " ",
    "line": "\n",
    "lbr": "\n",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
_ESCAPED = {"~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}"}
_PARAGRAPHS = frozenset({"par", "sect", "page", "column"})
_HEADING = re.compile(r"heading (\d)|(title)\b", re.I)
_DEEPEST = 2_000


class RtfReader:
    """Writes one RTF document into `draft`."""

    def __init__(self, draft: DocumentBuilder) -> None:
        self._draft = draft
        self._fonts = Fonts()
        self._groups = [Group()]
        self._flows = [Flow()]
        self._raw = bytearray()
        self._skip = 0
        self._starred = False
        self._formula: RtfFormula | None = None
        self._colors: list[list[int]] = [[0, 0, 0]]
        self._styles: dict[int, str] = {}
        self._property = ""
        self._author = ""
        self._notes = 0
        self._has_mark = False
        self._aside: list[str] = []
        self._margins: list[str] = []
        self._was_hidden = False
        self._shows_hidden = False
        self._borders = RowBorders()
        self._table = RtfTable()
        self._cells: list[str] = []
        self._cell_lines: list[str] = []
        self._inner_cells: list[str] = []
        self._inner_rows: list[list[str]] = []

    def read(self, data: bytes) -> None:
        """Read the whole document."""
        for token in tokens(data):
            if token.text:
                self._take_bytes(token)
            else:
                self._settle()
                self._take_sign(token) if token.sign else self._take_word(token.word, token.number)
        self._settle()
        while len(self._groups) > 1:
            self._end_group()
        self._end_paragraph()
        self._end_table()
        self._draft.under(1, "")
        for text in dict.fromkeys(self._margins):
            if re.search(r"[^\W\d_]{3}", text):
                self._draft.write(text)

    # Characters

    def _take_bytes(self, token: Token) -> None:
        if token.is_code and self._skip:
            self._skip -= 1
            return
        self._raw += token.text[self._skip :]
        self._skip = max(0, self._skip - len(token.text))
        self._starred = False

    def _settle(self) -> None:
        """Take the bytes read so far as text of the group they stand in."""
        if self._raw:
            text = self._fonts.decode(bytes(self._raw), self._groups[-1].font)
            self._raw.clear()
            self._take_text(text)

    def _take_text(self, text: str) -> None:
        group, flow = self._groups[-1], self._flows[-1]
        match group.destination:
            case "text":
                if self._formula:
                    self._formula.add(text)
                elif self._is_shown(group, text):
                    flow.put(text, group.shift)
            case "number":
                flow.number.append(text)
            case "code" if flow.fields:
                flow.fields[-1].code += text
            case "choice" if flow.fields:
                flow.fields[-1].choices.append(text)
            case "fonts":
                self._fonts.add_name(group.font, text)
            case "styles":
                self._styles[group.style] = self._styles.get(group.style, "") + text
            case "colors":
                self._colors += [[0, 0, 0] for _ in range(text.count(";"))]
            case "property":
                self._property = text.strip()
            case "value":
                self._take_property(text)
            case "author":
                self._author = text.strip()

    def _is_shown(self, group: Group, text: str) -> bool:
        if group.struck or group.deleted:
            return False
        if not group.hidden and not self._is_white(group):
            self._was_hidden = self._was_hidden and not text.strip()
            return True
        if text.strip() and not self._was_hidden:
            self._was_hidden = True
            self._shows_hidden = self._draft.reads_hidden("passage")
        return self._was_hidden and self._shows_hidden

    def _is_white(self, group: Group) -> bool:
        """Whether text is white on the white page."""
        if group.painted or group.in_table or len(self._flows) > 1 or not 0 < group.color < len(self._colors):
            return False
        return self._colors[group.color] == [255, 255, 255]

    def _take_property(self, text: str) -> None:
        """A property of a picture or shape: its description, the words of a word art."""
        if self._property in ("wzDescription", "pihlShape"):
            self._aside.append(picture_text(text))
        elif self._property == "gtextUNICODE" and text.strip():
            target = self._margins if self._flows[-1].kind in ("header", "footer") else self._aside
            target.append(text.strip())

    # Groups

    def _take_sign(self, token: Token) -> None:
        self._skip = 0
        if token.sign == "{":
            if len(self._groups) > _DEEPEST:
                raise RecursionError
            self._groups.append(replace(self._groups[-1], opened=""))
            if self._formula:
                self._formula.begin()
        elif token.sign == "}":
            if len(self._groups) > 1:
                self._end_group()
        elif token.sign == "*":
            self._starred = True
        elif token.sign in "\r\n":
            self._end_paragraph()
        elif token.sign in _ESCAPED:
            self._take_text(_ESCAPED[token.sign])

    def _end_group(self) -> None:
        opened = self._groups.pop().opened
        if opened == "formula" and self._formula:
            text, self._formula = self._formula.text(), None
            self._flows[-1].put_formula(text)
        elif self._formula:
            self._formula.end()
        elif opened == "field":
            self._flows[-1].end_field()
        elif opened == "flow" and len(self._flows) > 1:
            self._end_flow()

    def _end_flow(self) -> None:
        self._end_paragraph()
        flow = self._flows.pop()
        self._has_mark = self._has_mark and flow.kind != "footnote"
        text = "\n".join(flow.lines).strip()
        if not text:
            return
        if flow.kind == "annotation":
            self._aside.append(f"Comment by {flow.mark or 'a reader'}: {' '.join(text.split())}")
        elif flow.kind.startswith(("header", "footer")):
            self._margins.append(" ".join(text.split()))
        else:
            self._aside.append(text)

    def _open_flow(self, kind: str) -> None:
        group = self._groups[-1]
        if group.destination == "silent" and kind not in ("shptxt", "dptxbxtext"):
            return
        group.opened, group.destination = "flow", "text"
        group.reset_characters()
        group.reset_paragraph()
        self._flows.append(Flow(kind, self._author if kind == "annotation" else ""))

    # Control words

    def _take_word(self, word: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        group = self._groups[-1]
        if word == "u" and number is not None:
            self._take_text(self._fonts.shown(chr(number % 65_536), group.font))
            self._skip = group.fallback
        elif word in FLOWS:
            self._open_flow(word)
        elif word in DESTINATIONS:
            if group.destination != "silent" or word in ("sn", "sv", "ffl"):
                group.destination = DESTINATIONS[word]
        elif word in OPEN:
            group.destination = group.outside if word == "ud" else group.destination
        elif word == "moMath" and group.destination == "text":
            group.opened, self._formula = "formula", RtfFormula()
        elif self._formula and word.startswith("m") and word[1:2].isalpha():
            self._formula.name(word)
        elif word == "upr":
            group.outside, group.destination = group.destination, "silent"
        elif word in SILENT or starred:
            group.destination = "silent"
        else:
            self._take_setting(word, number, group)

    def _take_setting(self, word: str, number: int | None, group: Group) -> None:
        """Words about fonts, styles and the look of text; they hold in groups of every kind."""
        if word == "f":
            group.font = number or 0
        elif word == "fcharset":
            self._fonts.set_charset(group.font, number or 0)
        elif word == "cpg":
            self._fonts.set_page(group.font, number)
        elif word == "ansicpg":
            self._fonts.page = code_page(number)
        elif word in ("mac", "pc", "pca"):
            self._fonts.page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word in ("red", "green", "blue"):
            self._colors[-1][("red", "green", "blue").index(word)] = number or 0
        elif word in ("ffres", "ffdefres") and self._flows[-1].fields:
            begun = self._flows[-1].fields[-1]
            begun.result, begun.default = (
                (number, begun.default) if word == "ffres" else (begun.result, number)
            )
        elif not group.look(word, number) and group.destination in ("text", "number"):
            self._take_content(word, number, group)

    def _take_content(self, word: str, number: int | None, group: Group) -> None:
        """Words that stand for text, or end a paragraph, a cell, a row."""
        flow = self._flows[-1]
        if word in _SIGNS:
            self._take_text(_SIGNS[word])
        elif word in _PARAGRAPHS:
            self._end_paragraph()
        elif word == "field":
            group.opened = "field"
            flow.fields.append(RtfField(len(flow.runs)))
        elif word == "fldrslt" and flow.fields:
            flow.fields[-1].start = len(flow.runs)
        elif word == "chftn":
            if flow.kind != "footnote" or not self._has_mark:
                self._notes += 1
            self._has_mark = True
            flow.put(str(self._notes), 1)
        elif word == "trowd":
            self._borders = RowBorders()
        elif len(self._flows) == 1:
            self._take_table_word(word, number)
        elif word in ("cell", "nestcell", "row"):
            flow.put(" ")

    # Paragraphs and tables

    def _end_paragraph(self) -> None:
        group, flow = self._groups[-1], self._flows[-1]
        number, text = flow.take()
        self._was_hidden = False
        if flow.kind != "body":
            flow.lines.append(f"{number} {text}".strip())
        elif group.in_table:
            self._cell_lines.append(f"{number} {text}" if number.strip("-") else text)
        else:
            self._end_table()
            self._write(number, text, group)
            self._write_aside()

    def _write(self, number: str, text: str, group: Group) -> None:
        if not text.strip():
            return
        shown = f"{number} {text.lstrip()}" if number else text
        named = _HEADING.match(self._styles.get(group.style, "").strip())
        if group.outline < 9 or named:
            level = group.outline + 2 if group.outline < 9 else int(named[1] or 0) + 1 if named else 1
            self._draft.head(level, shown if number.strip("- ") else text)
        else:
            self._draft.write(shown, tight=bool(number))

    def _write_aside(self) -> None:
        aside, self._aside = self._aside, []
        for text in aside:
            self._draft.write(text)

    def _take_table_word(self, word: str, number: int | None) -> None:
        if word == "cell":
            self._cells.append(self._take_cell(is_outer=True))
        elif word == "nestcell":
            self._inner_cells.append(self._take_cell(is_outer=False))
        elif word == "nestrow":
            self._inner_rows.append(self._inner_cells)
            self._inner_cells = []
        elif word == "row":
            if self._cells:
                self._table.rows.append((self._cells, self._borders))
            self._cells = []
        else:
            self._borders.take(word, number)

    def _take_cell(self, *, is_outer: bool) -> str:
        number, text = self._flows[-1].take()
        texts, self._cell_lines = [*self._cell_lines, f"{number} {text}" if number.strip("-") else text], []
        if self._inner_rows and is_outer:
            texts.append(" | ".join(line.text for line in lines(self._inner_rows)))
            self._inner_rows = []
        return " ".join(" ".join(texts).split())

    def _end_table(self) -> None:
        if self._cells:
            self._table.rows.append((self._cells, self._borders))
            self._cells = []
        if self._cell_lines:
            self._draft.write("\n".join(self._cell_lines))
            self._cell_lines = []
        if self._table.rows:
            table, self._table = self._table, RtfTable()
            table.write(self._draft)
            self._write_aside()
