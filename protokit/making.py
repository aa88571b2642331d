"""From the typed line to a finished folder: draft, prepare the knowledge and the questions, render."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from protokit import catalog
from protokit.beyond import read_beyond
from protokit.blueprint import Blueprint
from protokit.catalog import Domain
from protokit.documents import gather
from protokit.drafting import draft, find_domain
from protokit.errors import ChoiceProblem, PromptProblem
from protokit.instructions import instructions
from protokit.prompts import clean_name, clean_prompt
from protokit.rendering import refuse_occupied, render
from protokit.routing import Choice, route
from protokit.spec import SCREENS, Screen, Spec
from protokit.trial import try_documents
from protokit.validation import dump_yaml, read_text

if TYPE_CHECKING:
    from vectorstore.reports import SyncReport

QUESTIONS_FILE = "questions.yaml"
_HEAD = "# Questions with what a good answer must contain: this prototype's own test set.\n"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for: the line, and whatever they decided themselves."""

    prompt: str
    documents: Sequence[Path] = ()
    blueprint: str | None = None
    screen: str = "streamlit"
    model: str = "offline"
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be made, and why; nothing is written yet."""

    spec: Spec
    blueprint: Blueprint
    choice: Choice
    questions: str
    """The text of questions.yaml."""
    documents: Mapping[str, Path]
    report: "SyncReport | None" = field(default=None, repr=False)
    """What could be read of the person's own documents."""


def plan(wish: Wish) -> Plan:
    """Draft everything for `wish`. Raises PromptProblem (an honest no), ChoiceProblem, NameProblem, DocumentProblem."""
    prompt = clean_prompt(wish.prompt)
    title = None if wish.name is None else clean_name(wish.name)
    screen, model = _screen(wish.screen), _model(wish.model)
    chosen = None if wish.blueprint is None else catalog.find_blueprint(wish.blueprint)
    documents = gather(wish.documents)
    choice = route(prompt, catalog.blueprints(), read_beyond(catalog.home()))
    blueprint = chosen or _served(choice)
    domain = find_domain(prompt, catalog.domains())
    drafted = partial(draft, prompt, blueprint, screen=screen, model=model, title=title)
    if documents:
        with try_documents(documents) as trial:
            spec = drafted(domain=domain, documents=trial.texts())
            rows = [] if blueprint.takes == "text" else trial.starters(spec.language)
            starters = tuple(row["question"] for row in rows)
            return Plan(
                _with(spec, blueprint, starters), blueprint, choice, _written(rows), documents, trial.report
            )
    domain = domain or catalog.domains().get(blueprint.default_domain or "")
    spec = drafted(domain=domain)
    starters = () if blueprint.takes == "text" else spec.starter_questions
    questions = _sample_questions(domain) if starters else _written([])
    return Plan(_with(spec, blueprint, starters), blueprint, choice, questions, _sample_documents(domain))


def plan_from(spec: Spec, paths: Sequence[Path] = ()) -> Plan:
    """The Plan for a Spec that a person wrote or edited: nothing is drafted, its starter questions are kept."""
    blueprint = catalog.find_blueprint(spec.blueprint)
    choice = Choice(blueprint.name, 1.0, (), None, 0.0, (), None, None)
    if paths:
        documents = gather(paths)
        rows = [{"question": question, "starter": True} for question in spec.starter_questions]
        with try_documents(documents) as trial:
            return Plan(spec, blueprint, choice, _written(rows), documents, trial.report)
    domain = catalog.domains().get(spec.domain) or catalog.domains().get(blueprint.default_domain or "")
    questions = _sample_questions(domain) if spec.takes == "question" else _written([])
    return Plan(spec, blueprint, choice, questions, _sample_documents(domain))


def make(planned: Plan, out: Path | None = None) -> Path:
    """Render `planned` into `out` (default: a folder of its slug right here) and return the folder."""
    target = Path.cwd() / planned.spec.slug if out is None else out
    refuse_occupied(target)
    text = instructions(planned.spec, planned.blueprint.folder)
    return render(
        planned.blueprint,
        planned.spec,
        target,
        instructions=text,
        questions=planned.questions,
        documents=planned.documents,
    )


def _screen(given: str) -> Screen:
    for screen in SCREENS:
        if given == screen:
            return screen
    raise ChoiceProblem.of("ui", given, list(SCREENS))


def _model(given: str) -> str:
    provider, colon, name = given.partition(":")
    if given == "offline" or (provider.isidentifier() and colon and name.strip() == name != ""):
        return given
    raise ChoiceProblem.of(
        "model",
        given,
        ["offline", "openai:NAME", "PROVIDER:NAME"],
        fix="For example --model openai:gpt-4.1-mini",
    )


def _served(choice: Choice) -> Blueprint:
    if choice.blueprint:
        return catalog.find_blueprint(choice.blueprint)
    beyond = choice.beyond
    names = ", ".join(sorted(catalog.blueprints()))
    if beyond is None:
        raise PromptProblem(
            "I could not tell what this should do",
            fix=f"Say who asks and what they get, or choose with --blueprint ({names}).",
        )
    nearest = (
        f" The nearest is {beyond.nearest}, which would not {beyond.would_not}." if beyond.nearest else ""
    )
    insist = f" To use it anyway: --blueprint {beyond.nearest}" if beyond.nearest else ""
    raise PromptProblem(
        f"this asks for {beyond.title}. {beyond.why.rstrip('.')}.{nearest}", fix=insist.strip()
    )


def _with(spec: Spec, blueprint: Blueprint, starters: tuple[str, ...]) -> Spec:
    return msgspec.structs.replace(spec, takes=blueprint.takes, starter_questions=starters)


def _written(rows: Sequence[Mapping[str, Any]]) -> str:
    return _HEAD + dump_yaml(list(rows))


def _sample_questions(domain: Domain | None) -> str:
    return _HEAD + read_text(catalog.domain_folder(domain.name) / QUESTIONS_FILE) if domain else _written([])


def _sample_documents(domain: Domain | None) -> dict[str, Path]:
    return gather([catalog.domain_folder(domain.name) / "knowledge"]) if domain else {}
