"""Charts of Office documents as the tables of the values that they show."""

import re
from decimal import Decimal

from lxml import etree

from vectorstore.loaders.drawing_text import drawing_paragraphs
from vectorstore.loaders.office_zip import attribute, local, whole_number
from vectorstore.loaders.xlsx_numbers import renderer

_MOST_POINTS = 20_000
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DECIMALS = re.compile(r"\.([0#?]+)")
_LAST_DIGIT = re.compile(r"([0#])(?:\.[0#?]+)?(?=[^0#,.?]|$)")
_MOST_DECIMALS = 6
_DAY = re.compile(r"[dmyh]", re.I)
_Grid = list[list[str]]


def chart_title(root: "etree._Element") -> str:
    """The title of a chart with those of its axes, which often give the unit; empty without one."""
    titles = [
        text
        for path in ("{*}chart/{*}title", "{*}chart/{*}plotArea/*/{*}title")
        for title in root.iterfind(path)
        if (text := " ".join(drawing_paragraphs(title) or _reference_text(title)))
    ]
    return " | ".join(dict.fromkeys(titles))


def chart_grid(root: "etree._Element") -> _Grid:
    """The stored values: first row the names of the series, first column the categories.

    A chart of points has a row for each of them: its series, its x and its y.
    """
    series = [
        one for one in root.iter("{*}ser") if not any(local(above) == "ext" for above in one.iterancestors())
    ]
    if not series:
        return _extended(root)
    if any(one.find("{*}xVal") is not None for one in series):
        return _point_grid(root, series)
    names, columns = [_name(one) for one in series], [_points(one, "val") for one in series]
    categories: dict[int, str] = {}
    for one in series:
        categories.update(_points(one, "cat"))
    order = sorted({point for column in columns for point in column})
    return [
        ["", *names],
        *([categories.get(at, ""), *(column.get(at, "") for column in columns)] for at in order),
    ]


def _point_grid(root: "etree._Element", series: "list[etree._Element]") -> _Grid:
    axes = [
        " ".join(drawing_paragraphs(axis.find("{*}title"))) if axis.find("{*}title") is not None else ""
        for axis in root.iterfind("{*}chart/{*}plotArea/{*}valAx")
    ]
    grid = [["Series", *(title or letter for title, letter in zip([*axes, "", ""], "xy", strict=False))]]
    for one in series:
        across, up = _points(one, "xVal"), _points(one, "yVal")
        grid += [[_name(one), across.get(at, ""), up[at]] for at in sorted(up)]
    return grid


def _reference_text(title: "etree._Element") -> list[str]:
    return [value.text or "" for value in title.iterfind("{*}tx//{*}v")]


def _name(series: "etree._Element") -> str:
    return " ".join(value.text or "" for value in series.iterfind("{*}tx//{*}v"))


def _points(series: "etree._Element", holder: str) -> dict[int, str]:
    """Place -> value as shown; of categories in several levels the outer ones stand before the inner."""
    levels = [level for one in series.iterfind("{*}" + holder) for level in one.iter("{*}lvl")]
    if levels:
        return _joined_levels([_cached(level) for level in reversed(levels)])
    return {at: value for one in series.iterfind("{*}" + holder) for at, value in _cached(one).items()}


def _joined_levels(levels: list[dict[int, str]]) -> dict[int, str]:
    """The last of `levels` has a name for each place; those before it one where a group begins."""
    joined = {}
    for at in levels[-1]:
        groups = [
            level[max(places)] for level in levels[:-1] if (places := [one for one in level if one <= at])
        ]
        joined[at] = " ".join([*groups, levels[-1][at]])
    return joined


def _cached(holder: "etree._Element") -> dict[int, str]:
    common = next((code.text or "" for code in holder.iter("{*}formatCode")), "")
    points: dict[int, str] = {}
    for point in holder.iter("{*}pt"):
        value = point.find("{*}v")
        at = whole_number(point, "idx", 0)
        if value is not None and len(points) < _MOST_POINTS:
            points[at] = _shown(value.text or "", attribute(point, "formatCode") or common)
    return points


def _shown(value: str, code: str) -> str:
    """A stored value in its number format, with all its decimals: a chart rounds for want of room."""
    if code in ("", "General", "@"):
        return value
    try:
        words = _QUOTED.sub("", code)
        if not _DAY.search(words):
            exponent = Decimal(value).normalize().as_tuple().exponent
            places = max(0, -int(exponent)) - 2 * ("%" in words)
            if places > max(map(len, _DECIMALS.findall(words)), default=0):
                code = _LAST_DIGIT.sub(rf"\g<1>.{'0' * min(places, _MOST_DECIMALS)}", code)
        return renderer(code)(float(value))
    except (ArithmeticError, ValueError, ModuleNotFoundError):
        return value


def _extended(root: "etree._Element") -> _Grid:
    """The values of the newer kinds (waterfall, funnel, treemap), which store them apart from their series."""
    names = [" ".join(one.itertext()).strip() for one in root.iterfind(".//{*}series/{*}tx")]
    grid: _Grid = []
    for number, data in enumerate(root.iterfind(".//{*}chartData/{*}data")):
        words = [[point.text or "" for point in level] for level in data.iterfind("{*}strDim/{*}lvl")]
        values = [[point.text or "" for point in level] for level in data.iterfind("{*}numDim/{*}lvl")]
        if not values:
            continue
        name = names[number] if number < len(names) else "Value"
        grid = grid or [["", name.split("\n")[-1].strip() or "Value"]]
        for at, value in enumerate(values[0][:_MOST_POINTS]):
            grid.append([" ".join(level[at] for level in reversed(words) if at < len(level)), value])
    return grid
