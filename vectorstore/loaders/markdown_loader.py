"""Markdown: headings make the sections, tables become readable rows, marks of emphasis and links go."""

import re
from collections.abc import Iterator
from pathlib import Path

from vectorstore.loaders.document import Document, DocumentBuilder, LoaderLimits
from vectorstore.loaders.encoding import decode

# `*+` and `++` give nothing back: what a line could be read as in two ways would take the square of its length.
_HEADING = re.compile(r" {0,3}(#{1,6})\s++(.*)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"\s*+\|?+\s*+:?-++:?+\s*+(?:\|\s*+:?-++:?+\s*+)*+\|?\s*$")
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)(?:---|\.\.\.)\n", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")
_MARK = re.compile(r"[\[*_~`<\\]")
_INLINE = (
    (re.compile(r"!\[([^\]\[]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"\[([^\]\[]+)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"\[([^\]\[]+)\]\[[^\]\[]*\]"), r"\1"),
    (re.compile(r"(?<![\w*])(\*\*\*|\*\*|\*)(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),
    # Not past the next mark that opens: many that nothing closes would each be looked for up to the line's end.
    (re.compile(r"(?<!\w)(___|__|_)(?=\S)((?:(?!(?<!\w)\1(?=\S))[^\n])+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"~~(?=\S)([^~\n]+)~~"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"<(https?://[^<>\s]+|[\w.+-]+@[\w.-]+)>"), r"\1"),
    (
        re.compile(
            r"</?(?:a|abbr|b|br|center|code|details|div|em|i|img|kbd|p|small|span|strong|sub|summary|sup|u)\b[^<>]*>"
        ),
        "",
    ),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])"), r"\1"),
)


def read(path: Path, kind: str, limits: LoaderLimits) -> Document:
    """The text with headings, lists and code as they are written, without the rest of the markup."""
    text = _without_comments(decode(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n"))
    draft = DocumentBuilder(kind, limits.characters)
    if front := _FRONT_MATTER.match(text):
        draft.write(front[1])
        text = text[front.end() :]
    for block in _blocks(text.split("\n")):
        _write(draft, block)
    return draft.finish()


def _without_comments(text: str) -> str:
    """`text` without its comments; one that is opened and never closed stays as it is written."""
    closed, end, rest = text.rpartition("-->")
    return _COMMENT.sub("", closed + end) + rest


def _blocks(source: list[str]) -> Iterator[list[str]]:
    """Runs of lines that belong together: a fence with its code, a heading, or lines up to a blank one."""
    block: list[str] = []
    fence = ""
    for line in source:
        mark = _FENCE.match(line)
        if fence:
            block.append(line)
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                yield block
                block, fence = [], ""
            continue
        if mark or _HEADING.match(line) or not line.strip():
            yield block
            block = []
        if mark:
            block, fence = [line], mark[1]
        elif _HEADING.match(line):
            yield [line]
        elif line.strip():
            block.append(line)
    yield block


def _write(draft: DocumentBuilder, block: list[str]) -> None:
    if not block:
        return
    if _FENCE.match(block[0]):
        last = -1 if len(block) > 1 and _FENCE.match(block[-1]) else len(block)
        draft.write("\n".join(block[1:last]))
    elif heading := _HEADING.match(block[0]):
        draft.head(len(heading[1]), _plain(heading[2].rstrip().rstrip("#").rstrip()))
    elif len(block) > 1 and "|" in block[0] and _TABLE_RULE.match(block[1]) and "-" in block[1]:
        draft.write_table([_cells(line) for line in [block[0], *block[2:]]], headers=1)
    else:
        _write_paragraph(draft, block)


def _write_paragraph(draft: DocumentBuilder, block: list[str]) -> None:
    """Write lines up to a blank one; underlined with = or -, the lines above are a heading."""
    rule = _UNDERLINE.match(block[-1]) if len(block) > 1 and not _LIST_ITEM.match(block[0]) else None
    if rule:
        draft.head(1 if "=" in rule[1] else 2, _plain(" ".join(block[:-1])))
    elif not _TABLE_RULE.match("".join(block)):  # a rule across the page says nothing
        quoted = [re.sub(r"^(?:\s{0,3}>\s?)+", "", line) for line in block]
        draft.write(_plain("\n".join(line.rstrip() for line in quoted)))


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [_plain(cell.replace("\\|", "|").strip()) for cell in re.split(r"(?<!\\)\|", inner)]


def _plain(text: str) -> str:
    """`text` without inline markup; what is linked or emphasised stays."""
    if not _MARK.search(text):  # as most cells of tables
        return text
    for pattern, kept in _INLINE:
        text = pattern.sub(kept, text)
    return text
