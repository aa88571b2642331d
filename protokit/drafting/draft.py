"""Prompt -> Spec, without a model: everything a stakeholder first sees is decided here."""

import re
from collections.abc import Iterable, Mapping

from protokit.catalog.blueprint import Blueprint
from protokit.catalog.lookup import Domain
from protokit.catalog.page_phrases import PagePhrases, read_page_phrases
from protokit.drafting.audience import find_people, mentioned_people, named_after, with_article
from protokit.drafting.constraints import find_constraints
from protokit.drafting.criteria import find_criteria
from protokit.drafting.draft_form import draft_form
from protokit.drafting.labels import find_labels, find_steps, several_labels
from protokit.drafting.topic import Topic, find_topic, people_topic, singular
from protokit.runtime.prototype_fields import Constraint, Screen
from protokit.spec.lexicon import lexicon
from protokit.spec.names import MOST_TITLE, clean_name, slug_of
from protokit.spec.prototype_spec import Spec, spec_of
from vectorstore.text.plain_words import fold, words

_STARTS = ("context_tokens", "mask_personal_data", "fall_back_offline", "limits", "thresholds")
"""What a Spec takes from its blueprint as it stands there."""
_HELPED = (
    r"\bhelp(?:s|ing)?|\blets?|\ballows?|\benables?|\bguides?|\banswer(?:s|ing)?|\bso that|\bwhere"
    r"|\bused by|\bour|\bfor|\bassists?|\bsupports?|\bgives?|\btells?|\bshows?|\bteach(?:es)?"
)

_SURE, _SHARED = 1.0, 0.5
"""What the words of a domain must weigh together, and what one weighs that other fields use too."""
_SPANISH = re.compile(r"[ñ¿¡]|ción\b|\b(?:el|los|las|del|y|con|una?)\b", re.IGNORECASE)
_PORTUGUESE = re.compile(
    r"[ãõâôêç]|\b(?:respostas?|perguntas?|regras|em|uma|dos|das|aos?|noss[ao]s?|seus?|suas?|com|não|você)\b",
    re.IGNORECASE,
)
"""What one of the two languages has and the other has not; most words of a short line are of both."""
_NO_WORD = re.compile(r"['\u2019]s\b|\b\w&\w\b")
"""What looks like a word of French in English: the "s" of "today's" and the letters of "Q&A"."""


def draft(
    prompt: str,
    blueprint: Blueprint,
    *,
    domain: Domain | None = None,
    screen: Screen = "streamlit",
    model: str = "offline",
    title: str | None = None,
    audience: str | None = None,
    language: str | None = None,
    documents: Mapping[str, str] | None = None,
    starters: tuple[str, ...] = (),
) -> Spec:
    """Return the Spec for the cleaned `prompt`.

    `title`, `audience` and `language` are the person's and win. `documents` (file name -> text) are the person's
    own; without them the prototype starts from the sample knowledge of `domain`. Raises NameProblem when `title` cannot
    name a folder.
    """
    wishes = find_constraints(prompt)
    typed = language_of(prompt if len(prompt.split()) > 2 or not documents else _opening(documents))
    spoken = language or _wished(wishes, "language") or typed
    wording = read_page_phrases(blueprint, typed)
    start = blueprint.defaults
    # Whose manner it has: a sample that only stands in for a field that is not there lends its documents alone.
    field = domain if domain and typed == "en" and find_domain(prompt, {domain.name: domain}) else None
    people = _wished(wishes, "only_for") or _wished(wishes, "audience") or _people(prompt, typed)
    usual = field.audience if field and not documents else str(wording["audience"])
    named_people = with_article(people) if typed == "en" else people
    readers = audience or named_people or start.audience or usual
    about = None if documents else domain if field or typed != "en" or not people else None
    topic = find_topic(_without(prompt, wishes), about, wording, documents, typed, people)
    if people and typed == "en" and not topic.title and not documents:
        topic = people_topic(people, topic.subject)
    named = clean_name(title) if title else _title(topic, wording, blueprint, typed)
    fill = {"topic": topic.title, "subject": topic.subject, "audience": readers}
    fields: dict[str, object] = {
        "title": named,
        "slug": slug_of(named),
        "pitch": str(wording["pitch"]).format(**fill)[:200],
        "prompt": prompt,
        "blueprint": blueprint.reference,
        "screen": screen,
        "language": spoken,
        "audience": readers,
        "persona": start.persona or _persona(field, wording),
        "tone": _wished(wishes, "tone") or start.tone or str(wording["tone"]),
        "welcome": _welcome(blueprint, spoken, typed, fill),
        "starter_questions": starters,
        "will_not": _will_not(wishes, start.will_not or wording["will_not"]),
        "constraints": wishes,
        "domain": domain.name if domain else "general",
        "emoji": start.emoji or (domain.emoji if domain else "💬"),
        "accent": start.accent or (domain.accent if domain else "#4f46e5"),
        "model": model,
        **{name: value for name in _STARTS if (value := getattr(start, name)) is not None},
    }
    if "labels" in blueprint.drafts:
        criteria = find_criteria(prompt)
        labels = find_steps(prompt) if criteria else find_labels(prompt)
        fields |= {"labels": labels, "several_labels": several_labels(prompt), "criteria": criteria}
    if "form" in blueprint.drafts:
        fields |= draft_form(prompt)
    return spec_of(fields)


def find_domain(text: str, domains: Mapping[str, Domain]) -> Domain | None:
    """Return the domain whose vocabulary `text` speaks most, None when it speaks none for certain."""
    said = f" {' '.join(words(text))} "
    folded = fold(text)
    best, most = None, _SURE
    for domain in domains.values():
        score = sum(
            _weight(word, said, folded) * (_SHARED if word in domain.shared else 1)
            for word in {domain.name, *domain.words}
        )
        if score >= most and (best is None or score > most):
            best, most = domain, score
    return best


def language_of(prompt: str) -> str:
    """Return the ISO 639-1 code of the language `prompt` is written in; English where nothing tells another."""
    from vectorstore.text.languages import guess_line

    guessed = guess_line(_NO_WORD.sub(" ", prompt), lexicon()["speaks"])
    return "pt" if guessed == "es" and _PORTUGUESE.search(prompt) and not _SPANISH.search(prompt) else guessed


def _opening(documents: Mapping[str, str]) -> str:
    """How the documents begin: their language is that of a prototype whose line tells none."""
    return next((text for text in documents.values() if text.strip()), "")[:400]


def _weight(word: str, said: str, folded: str) -> float:
    """A phrase of two words tells more than one word; a word in a script without spaces is found anywhere."""
    start = word[:2].lower()
    if start.isalnum() and start.isascii() and start not in folded:
        return 0.0  # most of the vocabulary, before more is done about it
    plain = " ".join(words(word))
    spaced = re.match(r"[\w\s'’&.-]+$", plain) and plain[:1] < "\u0e00"
    hit = f" {plain} " in said if spaced else fold(word) in folded
    return 1.0 + 0.5 * plain.count(" ") * bool(spaced) if hit else 0.0


def without_constraints(prompt: str) -> str:
    """Return what `prompt` asks for apart from how: "A chatbot, only from our documents" is a chatbot."""
    for wish in find_constraints(prompt):
        if wish.kind != "audience" and wish.words:
            prompt = prompt.replace(wish.words, ", ")
    return prompt


def _without(prompt: str, wishes: tuple[Constraint, ...]) -> str:
    """The prompt without the words of wishes that say nothing of its topic."""
    for wish in wishes:
        if wish.kind not in ("only_documents", "audience", "only_for", "only"):
            prompt = prompt.replace(wish.words, ", ")
    return prompt


def _title(topic: Topic, wording: PagePhrases, blueprint: Blueprint, language: str) -> str:
    if not topic.title:
        return str(wording.get("alone", blueprint.title))
    if topic.title.split()[-1].lower() in wording["roles"]:
        return topic.title
    name = singular(topic.title) if language == "en" else topic.title
    titled = str(wording["title"]).format(topic=name)
    return titled if len(titled) <= MOST_TITLE else name[:MOST_TITLE].strip()


def _welcome(blueprint: Blueprint, spoken: str, typed: str, fill: Mapping[str, str]) -> str:
    """The first line on the page, in the language of its answers; the topic only where it is in that language too."""
    wording = read_page_phrases(blueprint, spoken)
    subject = fill["subject"] if spoken == typed else str(wording["nothing"])
    return str(wording["welcome"]).format(**{**fill, "subject": subject})[:400]


def _wished(wishes: tuple[Constraint, ...], kind: str) -> str:
    return next((str(wish.value) for wish in wishes if wish.kind == kind), "")


def _people(prompt: str, language: str) -> str:
    """Who the prompt says it helps; where nothing says so, the first people it mentions otherwise."""
    if language == "en":
        helped = find_people(prompt, _HELPED) or find_people(prompt, r"\bto", alone=True)
        return helped or mentioned_people(prompt)
    if people := named_after(prompt, language):
        return people
    known = sorted(lexicon()["people"].get(language, ()), key=len, reverse=True)
    found = [at for people in known if (at := prompt.lower().find(people)) >= 0]
    first = min(found, default=-1)
    longest = (
        next((people for people in known if prompt.lower().startswith(people, first)), "") if found else ""
    )
    return prompt[first : first + len(longest)]


def _persona(domain: Domain | None, wording: PagePhrases) -> str:
    return domain.persona if domain else str(wording["persona"])


def _will_not(wishes: tuple[Constraint, ...], usual: Iterable[str]) -> tuple[str, ...]:
    told = [str(wish.value) for wish in wishes if wish.kind == "never"]
    return tuple(dict.fromkeys([*told, *usual]))[:12]
