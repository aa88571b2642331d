"""Office documents written part by part, for what no library writes: tracked changes, old forms, hidden text."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = (
    f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
)
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_ODF_NAMES = " ".join(
    f'xmlns:{short}="{_ODF}{name}:1.0"'
    for short, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "form": "form",
        "presentation": "presentation",
        "number": "datastyle",
    }.items()
) + (
    f' xmlns:fo="{_ODF}xsl-fo-compatible:1.0" xmlns:svg="{_ODF}svg-compatible:1.0"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:math="http://www.w3.org/1998/Math/MathML"'
)
Relations = Mapping[str, tuple[str, str]]
"""Id -> (last word of the type, target); a target with a scheme lies outside."""


def write_word(
    path: Path, body: str, relations: Relations | None = None, parts: Mapping[str, str] | None = None
) -> Path:
    """A Word document of `body`. Of `parts`, those called `NAME.xml` are related to it as NAME."""
    parts = dict(parts or {})
    related = {name: (name, f"{name}.xml") for name in (key.removesuffix(".xml") for key in parts)}
    files = {f"word/{name}": _root(name.removesuffix(".xml"), xml) for name, xml in parts.items()}
    files["word/document.xml"] = f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>"
    files["word/_rels/document.xml.rels"] = relationships({**related, **(relations or {})})
    return _write(path, "word/document.xml", files)


def write_deck(
    path: Path,
    slides: list[str],
    relations: Relations | None = None,
    parts: Mapping[str, str] | None = None,
    attributes: str = "",
) -> Path:
    """A deck of `slides`, each the shapes of one; all share `relations`; `attributes` stand at the last one."""
    files = dict(parts or {})
    deck = {f"s{number}": ("slide", f"slides/slide{number}.xml") for number in range(1, len(slides) + 1)}
    for number, shapes in enumerate(slides, start=1):
        more = attributes if number == len(slides) else ""
        files[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {_NAMES} {more}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
        files[f"ppt/slides/_rels/slide{number}.xml.rels"] = relationships(relations or {})
    ids = "".join(f'<p:sldId r:id="{id_}"/>' for id_ in deck)
    files["ppt/presentation.xml"] = (
        f"<p:presentation {_NAMES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
    )
    extra = {"a": ("commentAuthors", "authors.xml")} if "ppt/authors.xml" in files else {}
    files["ppt/_rels/presentation.xml.rels"] = relationships({**deck, **extra})
    return _write(path, "ppt/presentation.xml", files)


def write_open_document(path: Path, body: str, styles: str = "", page: str = "") -> Path:
    """An OpenDocument file of `body`, with automatic `styles` and the contents `page` of its styles.xml."""
    kind = {".odt": "text", ".ods": "spreadsheet", ".odp": "presentation"}[path.suffix]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml",
            f"<office:document-content {_ODF_NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )
        archive.writestr(
            "styles.xml", f"<office:document-styles {_ODF_NAMES}>{page}</office:document-styles>"
        )
    return path


def paragraph(*runs: str, properties: str = "") -> str:
    """A paragraph of Word of `runs`, each text or finished XML."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of Word."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def field(code: str, result: str = "", form: str = "") -> str:
    """A field of Word with its code and its result."""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{form}</w:fldChar></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def table(*rows: str) -> str:
    """A table of Word of finished rows."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """A row of Word of cells, each text or a finished w:tc."""
    made = "".join(one if one.startswith("<w:tc>") else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"


def cell(text: str, properties: str = "") -> str:
    """A cell of Word with one paragraph."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(run(text))}</w:tc>"


def shape(*paragraphs: str, style: str = "") -> str:
    """A text box of a slide of finished a:p."""
    return f"<p:sp><p:nvSpPr><p:cNvPr/><p:nvPr/></p:nvSpPr><p:txBody>{style}{''.join(paragraphs)}</p:txBody></p:sp>"


def point(*runs: str, properties: str = "") -> str:
    """A paragraph of a slide of finished a:r; `properties` are the attributes and contents of its a:pPr."""
    return f"<a:p>{properties}{''.join(runs)}</a:p>"


def slide_run(text: str, attributes: str = "", inside: str = "") -> str:
    """A run of a slide."""
    return f"<a:r><a:rPr {attributes}>{inside}</a:rPr><a:t>{text}</a:t></a:r>"


def relationships(relations: Relations) -> str:
    """The relations of a part."""
    links = "".join(
        f'<Relationship Id="{id_}" Type="http://x/{type_}" Target="{target}"{_mode(target)}/>'
        for id_, (type_, target) in relations.items()
    )
    return f"<Relationships>{links}</Relationships>"


def _mode(target: str) -> str:
    return ' TargetMode="External"' if ":" in target else ""


def names() -> str:
    """The namespaces of Office, for parts that a test writes whole."""
    return _NAMES


def _root(name: str, xml: str) -> str:
    return f"<w:{name} {_NAMES}>{xml}</w:{name}>"


def _write(path: Path, main: str, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relationships({"main": ("officeDocument", main)}))
        for name, content in files.items():
            archive.writestr(name, content)
    return path
