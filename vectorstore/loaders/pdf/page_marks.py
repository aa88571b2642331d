"""What lines and annotations say about words on a page: struck out, linked, a fraction."""

import re
from dataclasses import replace

from vectorstore.loaders.pdf.page_drawings import Rule
from vectorstore.loaders.pdf.page_text import PageText
from vectorstore.loaders.pdf.page_words import Box, Run

_STRIKE = 0.32, 0.7
"""Where in the height of its letters a line strikes them out; an underline goes lower."""
_LONGEST_BAR = 250.0
_TERMS = re.compile(r"[\s+−–·×*/=-]")


def without_struck(runs: list[Run], rules: list[Rule], text: PageText) -> list[Run]:
    """The runs without the letters that a line is drawn through."""
    struck = {index for rule in rules for index in _under(rule, runs, text)}
    if not struck:
        return runs
    left = []
    for one in runs:
        if not struck.isdisjoint(range(one.start, one.end)):
            rest = "".join(" " if at in struck else text.text[at] for at in range(one.start, one.end))
            one = replace(one, text=re.sub(r" {2,}", " ", rest).strip())
        if one.text:
            left.append(one)
    return left


def _under(rule: Rule, runs: list[Run], text: PageText) -> list[int]:
    """The letters that a line strikes out; none if most of it strikes nothing."""
    low, high = _STRIKE
    crossed = [
        one
        for one in runs
        if one.start >= 0
        and one.bottom + low * one.height < rule.at < one.bottom + high * one.height
        and min(one.right, rule.end) - max(one.left, rule.start) > 1
    ]
    if not crossed or sum(_shared(one, rule) for one in crossed) < 0.5 * (rule.end - rule.start):
        return []
    height = max(one.height for one in crossed)
    marks = [
        one for one in runs if one.height < 0.92 * height and one.bottom - one.height < rule.at < one.top
    ]
    return [
        index
        for one in {id(one): one for one in [*crossed, *marks]}.values()
        for index in range(max(one.start, 0), one.end)
        if _is_within(text.box(index), rule)
    ]


def _shared(one: Run, rule: Rule) -> float:
    return min(one.right, rule.end) - max(one.left, rule.start)


def _is_within(box: Box, rule: Rule) -> bool:
    return rule.start - 0.5 <= (box[0] + box[1]) / 2 <= rule.end + 0.5


def with_links(runs: list[Run], links: list[tuple[Box, str]], text: PageText) -> list[Run]:
    """The runs with the address of each link behind its words, unless the words are the address."""
    found = list(runs)
    for (box, address), following in zip(links, [*links[1:], None], strict=True):
        if following and following[1] == address:
            continue  # a link over several lines has one box a line
        words = "".join(_inside(one, part, text) for part, other in links if other == address for one in runs)
        for number in range(len(found) - 1, -1, -1):
            if inside := _inside(found[number], box, text):
                if _plain(address) not in _plain(words):
                    found[number] = _with_address(found[number], inside, address)
                break
    return found


def _inside(one: Run, box: Box, text: PageText) -> str:
    """The letters of a run that lie in a box."""
    if not box[2] < one.middle < box[3] or one.right < box[0] or one.left > box[1] or one.start < 0:
        return ""
    return "".join(text.text[at] for at in range(one.start, one.end) if _is_in(text.box(at), box)).strip()


def _is_in(letter: Box, box: Box) -> bool:
    return box[0] - 0.5 <= (letter[0] + letter[1]) / 2 <= box[1] + 0.5


def _with_address(one: Run, inside: str, address: str) -> Run:
    at = one.text.rfind(inside)
    end = at + len(inside) if at >= 0 else len(one.text)
    return replace(one, text=f"{one.text[:end]} ({address}){one.text[end:]}")


def _plain(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:)?(?:www\.)?|[\s/]+", "", address.lower())


def with_fractions(runs: list[Run], rules: list[Rule]) -> list[Run]:
    """The runs with one number over another, a line between them, as "a/b"; other words must stand beside the line."""
    for rule in rules:
        if not 2 < rule.end - rule.start < _LONGEST_BAR:
            continue
        over = [one for one in runs if _is_at(one, rule, 1)]
        under = [one for one in runs if _is_at(one, rule, -1)]
        beside = next((one for one in runs if _is_beside(one, rule)), None)
        if over and under and beside and _fills(over, rule) + _fills(under, rule) > 0.8:
            parts = [" ".join(one.text for one in sorted(part, key=_left)) for part in (over, under)]
            whole = " " + "/".join(f"({part})" if _TERMS.search(part) else part for part in parts)
            fraction = Run(whole, rule.start, rule.end, beside.bottom, beside.top)
            used = [*over, *under]
            place = min(map(runs.index, used))
            kept = [one for one in runs if one not in used]
            runs = [*kept[:place], fraction, *kept[place:]]
    return runs


def _left(one: Run) -> float:
    return one.left


def _is_at(one: Run, rule: Rule, side: int) -> bool:
    """Whether a run stands right above (1) or below (-1) a line and no further than it reaches."""
    room = 0.4 * one.height
    gap = one.bottom - rule.at if side > 0 else rule.at - one.top
    return (
        -0.4 * one.height < gap < 0.6 * one.height
        and rule.start - room < one.left
        and one.right < rule.end + room
    )


def _is_beside(one: Run, rule: Rule) -> bool:
    near = -2 < rule.start - one.right < 3 * one.height or -2 < one.left - rule.end < 3 * one.height
    return near and abs(one.middle - rule.at) < 0.4 * one.height


def _fills(part: list[Run], rule: Rule) -> float:
    return sum(one.right - one.left for one in part) / (rule.end - rule.start)
