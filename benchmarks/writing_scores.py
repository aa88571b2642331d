"""Holds a text against a constraint as published sets state it; written apart from protokit's own checks."""

import json
import re
from collections.abc import Mapping
from typing import Any

_DEVANAGARI = {"hi": "है हैं का की के में और".split(), "mr": "आहे आहेत आणि मी मध्ये नाही".split()}
_SCRIPTS = {
    "hi": "\u0900-\u097f",
    "mr": "\u0900-\u097f",
    "kn": "\u0c80-\u0cff",
    "fa": "\u0600-\u06ff",
    "ar": "\u0600-\u06ff",
}
_VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


def _related(value: int, relation: str, wanted: int) -> bool:
    return value < wanted if relation == "less than" else value >= wanted


def _count(word: str, text: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))


def _capital_words(text: str) -> int:
    return sum(word.isupper() for word in re.findall(r"[\w'-]+", text))


def _sentences(text: str) -> int:
    plain = re.sub(r"^\s*(?:[-*•]|\d+[.)])\s+", "", text, flags=re.MULTILINE)
    parts = re.split(r"(?<=[.!?])[\"”')\]]*\s+|\n{2,}", plain)
    return sum(bool(re.search(r"\w", part)) for part in parts)


def _language(text: str, code: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    if script := _SCRIPTS.get(code):
        share = sum(bool(re.match(f"[{script}]", sign)) for sign in letters) / max(1, len(letters))
        words = text.split()
        mine = sum(word in _DEVANAGARI.get(code, ()) for word in words)
        return share > 0.7 and mine >= max(
            (sum(word in other for word in words) for other in _DEVANAGARI.values()), default=0
        )
    if code == "vi":
        return len(_VIETNAMESE.findall(text)) > len(letters) / 20
    return True


def _json(text: str) -> bool:
    try:
        json.loads(re.sub(r"^```\w*\s*|\s*```$", "", text.strip()))
    except ValueError:
        return False
    return True


def _nth(text: str, constraint: Mapping[str, Any]) -> bool:
    parts = [part.strip() for part in re.split(r"\n\n", text) if part.strip()]
    at = constraint["nth_paragraph"]
    first = re.match(r"[\W_]*(\w+)", parts[at - 1]) if at <= len(parts) else None
    return (
        len(parts) == constraint["num_paragraphs"]
        and bool(first)
        and first[1].lower() == constraint["first_word"]
    )


def _parts(text: str, mark: str) -> list[str]:
    return [part for part in re.split(rf"\s?(?<!\*){re.escape(mark)}(?!\*)\s?", text) if part.strip()]


def holds(constraint: Mapping[str, Any], text: str) -> bool:
    """Whether `text` holds to `constraint`, one of IFEval's kinds (Zhou and others, 2023)."""
    kind = constraint["kind"].partition(":")[2]
    get = constraint.get
    match kind:
        case "no_comma":
            return "," not in text
        case "number_words":
            return _related(len(re.findall(r"\w+", text)), get("relation", ""), get("num_words", 0))
        case "forbidden_words":
            return not any(_count(word, text) for word in get("forbidden_words", ()))
        case "existence":
            return all(word.lower() in text.lower() for word in get("keywords", ()))
        case "frequency":
            return _related(_count(get("keyword", ""), text), get("relation", ""), get("frequency", 0))
        case "letter_frequency":
            count = text.lower().count(get("letter", "").lower())
            return _related(count, get("let_relation", ""), get("let_frequency", 0))
        case "repeat_prompt":
            return text.strip().lower().startswith(get("prompt_to_repeat", "").strip().lower())
        case "number_sentences":
            return _related(_sentences(text), get("relation", ""), get("num_sentences", 0))
        case "english_lowercase":
            return text.islower()
        case "english_capital":
            return text.isupper()
        case "number_bullet_lists":
            bullets = re.findall(r"^\s*\*[^\*].*$|^\s*-.*$", text, re.MULTILINE)
            return len(bullets) == get("num_bullets")
        case "number_highlighted_sections":
            marked = re.findall(r"\*\*[^\n\*]+\*\*|(?<!\*)\*[^\n\*]+\*(?!\*)", text)
            return sum(bool(each.strip("* ")) for each in marked) >= get("num_highlights", 0)
        case "capital_word_frequency":
            return _related(_capital_words(text), get("capital_relation", ""), get("capital_frequency", 0))
        case "title":
            return any(each.strip() for each in re.findall(r"<<([^\n<>]+)>>", text))
        case "response_language":
            return _language(text, get("language", ""))
        case "quotation":
            return len(text.strip()) > 1 and text.strip()[0] == '"' == text.strip()[-1]
        case "postscript":
            marker = r"\.?\s?".join(get("postscript_marker", "").lower().replace(".", ""))
            return re.search(rf"(?:^|\n)[\s\"]*{marker}", text.lower()) is not None
        case "number_placeholders":
            return len(re.findall(r"\[.*?\]", text)) >= get("num_placeholders", 0)
        case "number_paragraphs":
            return len(_parts(text, "***")) == get("num_paragraphs")
        case "two_responses":
            parts = _parts(text, "******")
            return len(parts) == 2 and parts[0].strip() != parts[1].strip()
        case "json_format":
            return _json(text)
        case "multiple_sections":
            return len(re.findall(rf"\s?{get('section_spliter')}\s?\d+\s?", text)) >= get("num_sections", 0)
        case "end_checker":
            return text.strip().strip('"').lower().endswith(get("end_phrase", "").strip().lower())
        case "constrained_response":
            return any(f"my answer is {each}." in text.lower() for each in ("yes", "no", "maybe"))
        case "nth_paragraph_first_word":
            return _nth(text, constraint)
    raise ValueError(f"no constraint {constraint['kind']!r}")


_STOP = frozenset(
    "a an the to of in on for and or is are be it this that i we you so as with want can would like no longer".split()
)


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def _names(text: str) -> set[str]:
    return {word for word in re.findall(r"(?<=[a-z,;] )[A-Z][a-z]+\w*", text) if word != "I"}


def holds_shape(constraint: Mapping[str, Any], text: str, source: str) -> bool:
    """Whether `text`, written from `source`, holds to a constraint of a note or a story."""
    get = constraint.get
    match constraint["kind"]:
        case "bullets":
            return get("lo") <= len(re.findall(r"^\s*- \S", text, re.MULTILINE)) <= get("hi")
        case "max_ratio":
            return len(text.split()) <= get("r") * len(source.split())
        case "max_words":
            return len(text.split()) <= get("n")
        case "keep":
            return all(value in text for value in get("values"))
        case "no_new_numbers":
            return _numbers(text) <= _numbers(source)
        case "no_new_names":
            return all(name in source for name in _names(text))
        case "no_new_links":
            return all(link in source for link in re.findall(r"https?://\S+", text))
        case "regex":
            return re.search(get("rx"), text) is not None
        case "mentions":
            return sum(value.lower() in text.lower() for value in get("values")) >= get("at_least")
        case "why_from_source":
            why = re.split(r",? so (?:that )?", text, maxsplit=1)[-1]
            words = [word for word in re.findall(r"[a-z]{3,}", why.lower()) if word not in _STOP]
            known = set(re.findall(r"[a-z]{3,}", source.lower()))
            return bool(words) and sum(word in known for word in words) >= 0.8 * len(words)
    raise ValueError(f"no constraint {constraint['kind']!r}")
