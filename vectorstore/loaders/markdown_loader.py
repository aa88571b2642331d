"""Markdown: read as the page that it makes, so that its tables, links, lists and HTML are read as those of pages."""

import re
from contextlib import suppress
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode
from vectorstore.loaders.html_loader import write_html
from vectorstore.loaders.latex import is_formula, latex_text
from vectorstore.loaders.pandoc_tables import with_pipe_tables

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)(?:---|\.\.\.)\n", re.S)
_COMMENT = re.compile(r"<!--.*?-->|^%%.*?%%", re.S | re.M)
_DATA = re.compile(r"data:image/[\w.+-]+;[^\s)>\"']*")
_DEEPEST = 100
"""Lists and quotes inside each other are followed so deep; each level of a list counts as two."""
_TAG = re.compile(r"</?([A-Za-z][\w-]*)(?:\s[^<>]*)?/?>")
_HTML_TAGS = frozenset(
    "a abbr address area article aside audio b base bdi bdo big blockquote body br button canvas caption "
    "center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed "
    "fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr "
    "html i iframe img input ins kbd label legend li link main map mark math menu meta meter nav noscript "
    "object ol optgroup option output p param picture pre progress q rp rt ruby s samp script search "
    "section select small source span strike strong style sub summary sup svg table tbody td template "
    "textarea tfoot th thead time title tr track tt u ul var video wbr".split()
)
_OPENINGS = re.compile(r"(?:[\^!]?\[){20,}+")
"""Each would be looked for up to the end of its paragraph, which takes the square of their number."""
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_REVISION = re.compile(
    r"(?P<code>^(?:```|~~~).*?^(?:```|~~~)|`[^`\n]+`)|\{--(?!-)[^{}\n]*?--\}"
    r"|\{~~[^{}\n]*?~>(?P<instead>[^{}\n]*?)~~\}|\{\+\+(?P<added>[^{}\n]*?)\+\+\}|\[- [^\[\]\n]*? -\]"
    r"|(?<!\{)\{- [^{}\n]*? -\}(?!\})|(?<!\{)\{\+ (?P<inserted>[^{}\n]*?) \+\}(?!\})",
    re.S | re.M,
)
"""A revision in the text as GitLab and CriticMarkup write it, or code, in which it is none."""
_DIALECT = re.compile(r"[\^~$\[{]")
_TASK = re.compile(r"\[([ xX])\]\s")
_ALERT = re.compile(r"\[!(\w+)\][+-]?")
_HEADING_ID = re.compile(r"(?<!\s)\s*+\{[#.][^{}]*+\}\s*+$")
_RAISED = re.compile(r"(?<=[\w)])\^([^\s^]{1,20})\^")
_POWER = re.compile(r"(?<=\w)\$([\^_])\{?([\w+-]{1,12})\}?\$")
"""A formula that is no more than a mark of the number before it: 10$^{6}$."""
_LOWERED = re.compile(r"(?<=\w)~([^\s~]{1,20})~(?!~)")
_STRUCK = re.compile(r"(?<![~\w])~(?=[^\s~])([^~\n]+?)(?<=[^\s~])~(?![~\w])")
_WIKI_LINK = re.compile(r"!?\[\[(?:[^\]\[|]*\|)?([^\]\[|]+)\]\]")


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The text with headings, lists and code, without the rest of the markup."""
    text = decode(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
    draft = DocumentBuilder(kind, limits.characters, include_hidden=limits.include_hidden)
    if front := _FRONT_MATTER.match(text):
        draft.write(front[1])
        text = text[front.end() :]
    write_markdown(draft, text)
    return draft.finish()


def write_markdown(draft: DocumentBuilder, text: str) -> None:
    """Write the Markdown `text`."""
    text, pictures = _DATA.subn("data:image/png;", _without_comments(_REVISION.sub(_revised, text)))
    text = with_pipe_tables(text)
    text = _OPENINGS.sub(lambda run: run[0].replace("[", "&#91;"), text)
    if pictures:
        note_pictures(draft, pictures)
    parser = _parser()
    environment: dict[str, object] = {}
    tokens = parser.parse(text, environment)
    for token in tokens:
        _adapt(token)
    if lost := _lost_cells(tokens, text):
        draft.note(
            f"{lost} cell{'s' * (lost != 1)} beyond the last column of a table not read",
            "Give each column a name.",
        )
    _tick_tasks(tokens)
    write_html(draft, parser.renderer.render(tokens, parser.options, environment))


def _revised(mark: re.Match[str]) -> str:
    """What holds of a revision: the new words, and nothing of those deleted."""
    return next(filter(None, mark.group("code", "added", "instead", "inserted")), "")


def _without_comments(text: str) -> str:
    """`text` without its comments; one that is opened and never closed stays as it is written."""
    closed, end, rest = text.rpartition("-->")
    return _COMMENT.sub("", closed + end) + _COMMENT.sub("", rest.replace("<!--", "&lt;!--"))


def note_pictures(draft: DocumentBuilder, count: int) -> None:
    """Tell of pictures that stand inside a file."""
    if count == 1:
        draft.note("1 picture was not read", "If it shows text, write that beside it.")
    else:
        draft.note(f"{count} pictures were not read", "If they show text, write that beside them.")


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"breaks": True, "html": True, "maxNesting": _DEEPEST})
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin, inline=True).use(deflist_plugin)
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, renderer=_formula)
    rules = parser.renderer.rules  # type: ignore[attr-defined]
    rules["footnote_anchor"] = lambda *_: ""
    rules["footnote_ref"] = _footnote_mark
    rules["footnote_block_open"] = lambda *_: "<ol>\n"
    rules["footnote_block_close"] = lambda *_: "</ol>\n"
    return parser


def _formula(content: str, _: dict[str, object]) -> str:
    with suppress(RecursionError):
        return escape(latex_text(content) if is_formula(content) else f"${content}$")
    return escape(f"${content}$")


def _footnote_mark(tokens: "list[Token]", number: int, *_: object) -> str:
    return f"[{tokens[number].meta['id'] + 1}]"


def _adapt(token: "Token") -> None:
    """Rewrite what dialects of Markdown add to the plain one, outside of code."""
    if token.type == "html_block":
        token.content = _TAG.sub(_known, token.content)
    if token.type == "fence" and token.info.strip() == "math":
        token.content = latex_text(token.content)
    for number, child in enumerate(token.children or ()):
        if child.type == "text" and _DIALECT.search(child.content):
            content = _dialect(escape(child.content, quote=False), first=number == 0)
            assert token.children is not None
            token.children[number] = replace(child, type="html_inline", content=content)
        elif child.type == "html_inline":
            child.content = _TAG.sub(_known, child.content)


def _known(tag: re.Match[str]) -> str:
    """A tag of HTML, or a component of a page, as it is; a placeholder such as <version> as text."""
    name = tag[1]
    is_component = name[0].isupper() or "-" in name
    return tag[0] if name.lower() in _HTML_TAGS or is_component else escape(tag[0])


def _dialect(text: str, *, first: bool) -> str:
    text = _POWER.sub(lambda mark: _mark(mark[2], "sup" if mark[1] == "^" else "sub"), text)
    text = _RAISED.sub(r"<sup>\1</sup>", text)
    text = _LOWERED.sub(r"<sub>\1</sub>", text)
    text = _STRUCK.sub(r"<s>\1</s>", text)
    text = _WIKI_LINK.sub(r"\1", text)
    if first and (alert := _ALERT.match(text)):
        text = f"{alert[1].capitalize()}:{text[alert.end() :]}"
    return _HEADING_ID.sub("", text)


def _mark(text: str, tag: str) -> str:
    return f"<{tag}>{text}</{tag}>"


def _lost_cells(tokens: "list[Token]", text: str) -> int:
    """How many cells of tables stand behind the last column, where nobody who opens the page sees them."""
    lines, columns, lost = text.split("\n"), 0, 0
    for number, token in enumerate(tokens):
        if token.type == "thead_open":
            end = next(at for at, one in enumerate(tokens[number:], number) if one.type == "thead_close")
            columns = sum(one.type == "th_open" for one in tokens[number:end])
        elif token.type == "tr_open" and token.map:
            line = lines[token.map[0]].strip().removeprefix("|")
            line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
            lost += max(0, len(_CELL_BORDER.split(line)) - columns)
    return lost


def _tick_tasks(tokens: "list[Token]") -> None:
    """Tick boxes of a list of tasks: "- [x] Done" is "☒ Done"."""
    for item, inline in zip(tokens, tokens[2:], strict=False):
        if item.type == "list_item_open" and inline.type == "inline" and inline.children:
            lead = inline.children[0]
            if task := _TASK.match(lead.content):
                lead.content = ("☐ " if task[1] == " " else "☒ ") + lead.content[task.end() :]
