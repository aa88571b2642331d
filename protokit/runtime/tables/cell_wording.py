"""How a value is written in a sentence: with its unit or currency as in the file, and the words of its column."""

import re
from collections.abc import Sequence
from pathlib import Path

from protokit.runtime.pattern_file import PatternFile
from protokit.runtime.tables.query import Condition
from protokit.runtime.tables.typed_table import TypedColumn, TypedTable
from protokit.runtime.tables.units import CURRENCIES

_SENTENCES = PatternFile(Path(__file__).parent / "data" / "sentences.yaml")
_COMMA = ("de", "es", "it", "pt", "nl", "pl")
_PER = re.compile(r"\b(?:per|pro|je|par|por|al|au)\b.*", re.IGNORECASE)


def say(name: str, language: str, **values: object) -> str:
    """The wording of `name` in `language`, in English where it is not known there."""
    known = _SENTENCES.get(language)
    text = (known or {}).get(name) or _SENTENCES.get("en", name)
    return str(text).format(**values)


def say_in(name: str, key: str, language: str, **values: object) -> str:
    """The same for one of several wordings under a name."""
    known = (_SENTENCES.get(language) or {}).get(name) or _SENTENCES.get("en", name)
    return str(known[key]).format(**values)


def joined(items: list[str], language: str, word: str = "and") -> str:
    """ "A, B and C"."""
    return ", ".join(items[:-1]) + say(word, language) + items[-1] if len(items) > 1 else "".join(items)


def label(column: TypedColumn, language: str) -> str:
    """A column's name in words, in English small where it is no abbreviation: "customers_affected" is two words."""
    name = re.sub(r"\s*[(\[][^()\[\]]*[)\]]", "", column.name).replace("_", " ").strip() or column.name
    words = name.split(" ")
    if column.unit and len(words) > 1 and words[-1].lower() in (column.unit.lower(), "min", "usd", "eur"):
        words = words[:-1]
    if language == "en" and words[0][1:].islower() and "_" not in column.name:
        words[0] = words[0].lower()
    return " ".join(words)


def short(column: TypedColumn, language: str) -> str:
    """The label without "per month", where something is left."""
    name = _PER.sub("", label(column, language)).strip()
    return name or label(column, language)


def cell(column: TypedColumn, row: int, *, per: bool = True) -> str:
    """The cell of `row` as the file shows it, with the unit of its column's name; with `per` "per month" too."""
    text = column.texts[row].strip()
    if column.type != "number" or not text or column.scaled:
        return text
    behind = _per(column) if per else ""
    return (
        f"{_whole_cents(text, column)}{_unit_behind(column)}{behind}" if _is_bare(text) else f"{text}{behind}"
    )


def cells(column: TypedColumn, rows: Sequence[int]) -> str:
    """Cells beside each other, the unit once: "150 / 500 Mbit/s"."""
    texts = [column.texts[row].strip() or "–" for row in rows]
    if column.type == "number" and not column.scaled and all(map(_is_bare, texts)):
        return " / ".join(_whole_cents(text, column) for text in texts) + _unit_behind(column)
    return " / ".join(texts)


def _is_bare(text: str) -> bool:
    return bool(re.fullmatch(r"[-+−(]?[\d.,' ]+\)?", text))


def _whole_cents(text: str, column: TypedColumn) -> str:
    """ "11.5" is written "11.50" where it is money."""
    return f"{text}0" if column.unit in CURRENCIES and re.search(r"\d[.,]\d$", text) else text


def _unit_behind(column: TypedColumn) -> str:
    unit = column.unit_text or column.unit
    return unit if unit in ("%", "") else f" {unit}"


def _per(column: TypedColumn) -> str:
    """ " per user per month" for the column "Price per user per month (EUR)"."""
    match = _PER.search(re.sub(r"\s*[(\[][^()\[\]]*[)\]]", "", column.name))
    return f" {match[0].strip().lower()}" if match and column.money else ""


def number(
    value: float, column: TypedColumn | None, language: str, *, extra: int = 0, pad: bool = True
) -> str:
    """A computed value, with the decimals of its column and `extra` more, and its unit."""
    decimals = (column.decimals if column else 0) + extra
    if column and column.money:
        decimals = min(decimals, 2)
    text = f"{value:,.{min(decimals, 6)}f}"
    if extra and "." in text:
        text = text.rstrip("0").rstrip(".")
    if column and column.unit[:3] in CURRENCIES and re.search(r"\.\d$", text) and pad:
        text += "0"
    if language in _COMMA:
        text = text.translate(str.maketrans(",.", ".,"))
    elif language == "fr":
        text = text.translate(str.maketrans(",.", "\u202f,"))
    if not column or not column.unit:
        return text
    sign = _sign_before(column)
    return f"{sign}{text}".replace(f"{sign}-", f"-{sign}") if sign else f"{text}{_unit_behind(column)}"


def _sign_before(column: TypedColumn) -> str:
    """The sign of a currency that the cells write in front: "£" of "£26"."""
    match = re.match(r"[-−(]?\s*([€$£¥₹])\s?\d", next((text for text in column.texts if text), ""))
    return match[1] if match else ""


def conditions(where: tuple[Condition, ...], language: str) -> str:
    """ " (cause storm, duration over 400 min)"; empty without a condition."""
    return f" ({', '.join(_condition(each, language) for each in where)})" if where else ""


def _condition(condition: Condition, language: str) -> str:
    column, values = (
        condition.column,
        [_value(value, condition.column, language) for value in condition.values],
    )
    relation: str = condition.relation
    if column.flag and relation == "is":
        relation, values = ("flag" if condition.values[0] else "unset"), []
    value = values[0] if len(values) == 1 or relation == "between" else joined(values, language, "or")
    return say_in(
        "conditions",
        relation,
        language,
        column=label(column, language),
        value=value,
        other=values[-1] if values else "",
    )


def _value(value: object, column: TypedColumn, language: str) -> str:
    if isinstance(value, float) and column.type == "number":
        text = (
            f"{value:g}"
            if abs(value) < 10_000 and column.distinct and not column.money
            else f"{value:,.2f}".rstrip("0").rstrip(".")
        )
        return f"{text}{_unit_behind(column) if column.unit else ''}"
    return str(value)


def named(table: TypedTable) -> str:
    """The table for a person: "pricing.xlsx, sheet Plans"."""
    return ", ".join(part for part in (table.table.file, table.table.place) if part)
