"""Markdown that a page can show whoever wrote it: read whole, and written anew in forms that all renderers agree on.

Escaping what looks dangerous is not enough: the screens read Markdown in two ways (Streamlit's with math and
directives, Gradio's with formulas taken out before it looks for code), and where they differ, text that one holds for
code is an image to the other. So nothing of the original's marks survives: the tree is written out again, its text with
every mark as a character reference, which no renderer takes for syntax.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from protokit.runtime.text_limits import SHOWN

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.tree import SyntaxTreeNode

_Span = tuple[bool, str]
"""A stretch inside a line: whether it is text, whose marks are to be taken away, and what it is."""
# An address that renderers turn into a link by themselves.
_ADDRESS = re.compile(
    r"(?<!\w)(?:(?:https?|ftp)://|www\.)[^\s<>`|$\"]*[^\s<>`|$\".,;:!?'*_~)\]]", re.IGNORECASE
)
# What can begin or end something inside a line: HTML, an entity, an image, code, emphasis, a cell, a formula,
# a directive.
_MARKS = re.compile(
    r"<(?=[A-Za-z/!?])|&(?=#?\w+;)|!(?=\[)|[`*~|$]|_(?![^\W_])|(?<![^\W_])_|:(?=[A-Za-z:{\[])|\\(?=[^\w\s]|\Z)"
    r"|\[(?![\w .,-]{1,40}\](?![(\[:]))|\](?=[(\[:])"
)
# What can begin a block at the start of a line.
_BLOCK = re.compile(r"#(?=#{0,5}(?:\s|$))|[-+](?=[\s-]|$)|=|>|:(?=-)|(?<=\d)[.)](?=\s|$)")
# Languages that are only coloured. Others may be drawn: a diagram can hold images.
_LANGUAGES = frozenset(
    "bash c cpp csharp css csv diff go html ini java javascript js json kotlin markdown md php powershell python py r "
    "ruby rust sh shell sql swift text toml ts tsx typescript xml yaml yml".split()
)
_DOLLARS = re.compile(
    r"(?<!\$)(?P<dollars>\$\$?)(?![\s$])(?P<inside>[^$]{1,2000}?)(?<!\s)(?P=dollars)(?![\d$])"
)
# A formula is handed on as it is, so it must be harmless where a screen takes it for ordinary text, too.
_FORMULA = re.compile(r"[\w\s\\^{}()+\-*/=.,:;'|!%~\[\]>&]*")
_NO_FORMULA = re.compile(
    r"!\[|\]\s*[(\[:]|://|www\.|:[A-Za-z\[{]|&(?! )|\\(?:href|url|include|html|def|newcommand|let|gdef|require)",
    re.IGNORECASE,
)


def safe_markdown(text: str) -> str:
    """`text` as Markdown that loads and runs nothing: images become alt text, links text and address, HTML is as typed.

    Addresses are shown as code, to be read and copied: none of them can be clicked by mistake. Emphasis, lists, tables,
    code and plain formulas stay. Give it the whole text each time: half of one may mean something else.
    """
    return _blocks(_tree(text if len(text) <= SHOWN else f"{text[:SHOWN]}…").children)


def safe_line(text: str) -> str:
    """The same for a title, a label or a name: one line, without blocks such as headings, lists and tables."""
    line = " ".join(text[:SHOWN].split())
    tokens = _parser().parseInline(line)
    from markdown_it.tree import SyntaxTreeNode

    return _line(SyntaxTreeNode(tokens).children[0]) if line else ""


def _tree(text: str) -> "SyntaxTreeNode":
    from markdown_it.tree import SyntaxTreeNode

    return SyntaxTreeNode(_parser().parse(text))


def _blocks(nodes: "list[SyntaxTreeNode]", *, tight: bool = False) -> str:
    return ("\n" if tight else "\n\n").join(_block(node) for node in nodes)


def _block(node: "SyntaxTreeNode") -> str:
    match node.type:
        case "paragraph":
            return _inline(node.children[0])
        case "heading":
            return f"{'#' * int(node.tag[1])} {_line(node.children[0])}"
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return "\n".join(f"> {line}" if line else ">" for line in _blocks(node.children).split("\n"))
        case "fence" | "code_block":
            return _code_block(node.content, node.info)
        case "math_block":
            return f"$$\n{node.content}\n$$"
        case "table":
            return _table(node)
        case _:
            return "___"


def _list(node: "SyntaxTreeNode") -> str:
    tight = all(each.hidden for item in node.children for each in item.children if each.type == "paragraph")
    first = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, start=first):
        mark = f"{number}{item.markup} " if node.type == "ordered_list" else f"{item.markup} "
        lines = _blocks(item.children, tight=tight).split("\n")
        indent = " " * len(mark)
        rest = [f"{indent}{line}" if line else "" for line in lines[1:]]
        items.append("\n".join([f"{mark}{lines[0]}".rstrip(), *rest]))
    return ("\n" if tight else "\n\n").join(items)


def _code_block(code: str, info: str) -> str:
    if "$$" in code:  # Gradio looks for formulas in code, too, and takes what is between for HTML
        return "\\\n".join(_line_of_code(line) for line in code.rstrip("\n").split("\n"))
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    language = info.strip().lower()
    return f"{fence}{language if language in _LANGUAGES else ''}\n{code.removesuffix(chr(10))}\n{fence}"


def _table(node: "SyntaxTreeNode") -> str:
    rows = [row for part in node.children for row in part.children]
    lines = [f"| {' | '.join(_line(cell.children[0]) for cell in row.children)} |" for row in rows]
    ruler = {"left": ":---", "right": "---:", "center": ":---:"}
    aligned = [str(cell.attrs.get("style", "")).removeprefix("text-align:") for cell in rows[0].children]
    lines.insert(1, f"|{'|'.join(ruler.get(each, '---') for each in aligned)}|")
    return "\n".join(lines)


def _line(node: "SyntaxTreeNode") -> str:
    """The same where a line may not end: in a heading, a cell, a label."""
    return _inline(node).replace("\\\n", " ").replace("\n", " ")


def _inline(node: "SyntaxTreeNode") -> str:
    text = _joined(_spans(node.children))
    # What came from entities may begin with blanks, and enough of them are code.
    return "\n".join(_guard(line.strip()) for line in text.split("\n"))


def _guard(line: str) -> str:
    """`line` so that it begins no block."""
    digits = re.match(r"\d{0,9}", line)
    mark = _BLOCK.match(line, digits.end() if digits else 0)
    return f"{line[: mark.start()]}{_reference(mark[0])}{line[mark.end() :]}" if mark else line


def _joined(spans: Iterable[_Span]) -> str:
    text = ""
    for is_text, pieces in groupby(filter(itemgetter(1), spans), key=itemgetter(0)):
        if is_text:
            text += _text("".join(piece for _, piece in pieces))
            continue
        for _, piece in pieces:
            # Two spans of code, or two formulas, side by side would be read as one that is longer.
            apart = piece[0] in "`$" and text.endswith(piece[0])
            text += f" {piece}" if apart else piece
    return text


def _spans(nodes: "list[SyntaxTreeNode]") -> Iterator[_Span]:
    around = {"strong": "**", "em": "*", "s": "~~"}
    for node in nodes:
        if node.type in around:
            mark = around[node.type]
            yield from [(False, mark), *_spans(node.children), (False, mark)]
        elif node.type == "link":
            yield from _link(node)
        elif node.type == "image":
            yield from _spans(node.children)
        elif node.type == "code_inline":
            yield _code(node.content, in_cell=_in_cell(node))
        elif node.type == "math_inline":
            formula = f"{node.markup}{node.content}{node.markup}"
            yield "|" in formula and _in_cell(node), formula
        elif node.type in ("softbreak", "hardbreak"):
            yield False, "\n" if node.type == "softbreak" else "\\\n"
        else:
            yield True, node.content


def _link(node: "SyntaxTreeNode") -> Iterator[_Span]:
    address = str(node.attrs.get("href", ""))
    words = "".join(each.content for each in node.walk() if each.type in ("text", "code_inline"))
    if words != address:
        yield from _spans(node.children)
    if address:
        plain = words == address
        yield from [
            (True, "" if plain else " ("),
            _code(address, in_cell=_in_cell(node)),
            (True, "" if plain else ")"),
        ]


def _code(text: str, *, in_cell: bool = False) -> _Span:
    """A span of code where all renderers agree where it ends; else its text."""
    if "`" in text or "$$" in text or not text.strip() or (in_cell and "|" in text):
        return True, text
    return False, f"` {text} `" if text[0] == text[-1] == " " else f"`{text}`"


def _in_cell(node: "SyntaxTreeNode") -> bool:
    up = node.parent
    while up and up.type not in ("td", "th"):
        up = up.parent
    return up is not None


def _text(text: str) -> str:
    """Plain text, its addresses as code."""
    parts, at = [], 0
    for address in _ADDRESS.finditer(text):
        parts += [_marks(text[at : address.start()]), f"`{address[0]}`"]
        at = address.end()
    return "".join([*parts, _marks(text[at:])])


def _line_of_code(line: str) -> str:
    indent = len(line) - len(line.lstrip())
    return "&nbsp;" * indent + _text(line.strip()) or "&nbsp;"


def _marks(text: str) -> str:
    return _MARKS.sub(lambda mark: _reference(mark[0]), text)


def _reference(mark: str) -> str:
    return {"<": "&lt;", "&": "&amp;"}.get(mark) or f"&#{ord(mark)};"


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # "[1]: handbook.md" is a citation here; and without definitions nothing is a link or image by reference.
    parser.disable("reference")
    setattr(parser, "normalizeLink", lambda address: address)  # noqa: B010 - shown as typed
    parser.inline.ruler.before("escape", "math_inline", _inline_formula)
    parser.block.ruler.before(
        "fence", "math_block", _block_formula, {"alt": ["paragraph", "blockquote", "list"]}
    )
    return parser


def _inline_formula(state: "StateInline", silent: bool) -> bool:
    """`$x^2$` and `$$x^2$$`; a sum of money is none: behind the first sign no blank, behind the last no digit."""
    match = _DOLLARS.match(state.src, state.pos)
    formula = _formula(match["inside"]) if match else ""
    if not match or not formula or match.end() > state.posMax:
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content, token.markup = " ".join(formula.split()), match["dollars"]
    state.pos = match.end()
    return True


def _block_formula(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    """Lines between two lines `$$`."""
    if state.is_code_block(start) or _source_line(state, start) != "$$":
        return False
    lines: list[str] = []
    for at in range(start + 1, end):
        line = _source_line(state, at)
        if not line or line == "$$":
            break
        lines.append(line)
    formula = _formula("\n".join(lines))
    closing = start + 1 + len(lines)
    if not formula or closing >= end or _source_line(state, closing) != "$$":
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content, token.map = formula, [start, closing + 1]
        state.line = closing + 1
    return True


def _source_line(state: "StateBlock", at: int) -> str:
    return state.src[state.bMarks[at] + state.tShift[at] : state.eMarks[at]].strip()


def _formula(text: str) -> str:
    """`text` where it is a formula that is harmless wherever it lands, else ""."""
    text = text.replace("<", r"\lt ")
    plain = _FORMULA.fullmatch(text) and not _NO_FORMULA.search(text)
    return text if plain and text.strip() and not text.endswith("\\") else ""
