"""Prompt -> Spec, without a model: everything a stakeholder first sees is decided here."""

from collections.abc import Mapping

from protokit import catalog
from protokit.blueprint import Blueprint
from protokit.catalog import Domain
from protokit.constraints import find_constraints, find_people
from protokit.features import fold, words
from protokit.prompts import MOST_TITLE, clean_name, slug_of
from protokit.spec import Constraint, Screen, Spec, load_yaml, read_text
from protokit.topics import Topic, find_topic, singular
from protokit.wording import Wording, read_wording

QUESTIONS_FILE = "questions.yaml"
_HELPED = r"\bhelps?|\blets?|\ballows?|\benables?|\bguides?|\bso that|\bwhere|\bfrom|\bwith|\bby|\bused by|\bfor|\bpara|\bpour|\bfür|\bper"


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
    starters: tuple[str, ...] | None = None,
) -> Spec:
    """Return the Spec for the cleaned `prompt`.

    `title`, `audience` and `language` are the person's and win. `documents` (file name -> text) are the person's
    own; without them the prototype starts from the sample knowledge of `domain`, and so do its starter questions
    unless `starters` are given. Raises NameProblem when `title` cannot name a folder.
    """
    wishes = find_constraints(prompt)
    spoken = language or _wished(wishes, "language") or language_of(prompt)
    wording = read_wording(blueprint.folder, spoken)
    topic = find_topic(prompt, domain, wording, documents)
    named = clean_name(title) if title else _title(topic, wording, blueprint)
    readers = (
        audience or _wished(wishes, "audience") or _people(prompt) or _audience(domain, wording, documents)
    )
    fill = {"topic": topic.title, "subject": topic.subject, "audience": readers}
    return Spec(
        title=named,
        slug=slug_of(named),
        pitch=str(wording["pitch"]).format(**fill)[:200],
        prompt=prompt,
        blueprint=blueprint.reference,
        screen=screen,
        language=spoken,
        audience=readers,
        persona=domain.persona if domain and spoken == "en" else str(wording["persona"]),
        tone=_wished(wishes, "tone") or str(wording["tone"]),
        welcome=str(wording["welcome"]).format(**fill)[:400],
        starter_questions=starters if starters is not None else _sample_starters(domain, documents),
        will_not=_will_not(wishes, wording),
        constraints=wishes,
        domain=domain.name if domain else "general",
        emoji=domain.emoji if domain else "💬",
        accent=domain.accent if domain else "#4f46e5",
        model=model,
    )


def find_domain(text: str, domains: Mapping[str, Domain]) -> Domain | None:
    """Return the domain whose vocabulary `text` speaks most, None when it speaks none."""
    said = f" {' '.join(words(text))} "
    folded = fold(text)
    best, most = None, 0.0
    for domain in domains.values():
        score = sum(_weight(word, said, folded) for word in {domain.name, *domain.words})
        if score > most:
            best, most = domain, score
    return best


def language_of(prompt: str) -> str:
    """Return the ISO 639-1 code of the language `prompt` is written in."""
    from vectorstore.languages import guess

    return guess(prompt)


def _weight(word: str, said: str, folded: str) -> float:
    plain = " ".join(words(word))
    if word.isascii() or not fold(word).isascii():
        hit = f" {plain} " in said if word.isascii() else fold(word) in folded
    else:
        hit = f" {plain} " in said
    return (1.0 + 0.5 * plain.count(" ")) if hit else 0.0


def _title(topic: Topic, wording: Wording, blueprint: Blueprint) -> str:
    if not topic.title:
        return blueprint.title
    return str(wording["title"]).format(topic=singular(topic.title))[:MOST_TITLE].strip()


def _wished(wishes: tuple[Constraint, ...], kind: str) -> str:
    return next((str(wish.value) for wish in wishes if wish.kind == kind), "")


def _people(prompt: str) -> str:
    return find_people(prompt, _HELPED)


def _audience(domain: Domain | None, wording: Wording, documents: Mapping[str, str] | None) -> str:
    return domain.audience if domain and not documents else str(wording["audience"])


def _sample_starters(domain: Domain | None, documents: Mapping[str, str] | None) -> tuple[str, ...]:
    if domain is None or documents:
        return ()
    path = catalog.domain_folder(domain.name) / QUESTIONS_FILE
    entries = load_yaml(read_text(path), where=f"{domain.name}/{QUESTIONS_FILE}")
    return tuple(entry["question"] for entry in entries if entry.get("starter"))


def _will_not(wishes: tuple[Constraint, ...], wording: Wording) -> tuple[str, ...]:
    told = [str(wish.value) for wish in wishes if wish.kind == "never"]
    return tuple(dict.fromkeys([*told, *wording["will_not"]]))[:12]
