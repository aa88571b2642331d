"""From the typed line to a finished folder: draft, prepare the knowledge and the questions, render."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from protokit.catalog import lookup
from protokit.catalog.blueprint import Blueprint
from protokit.catalog.parameters import decided, require_decided
from protokit.drafting.alternatives import NotServed
from protokit.drafting.choose_blueprint import choose
from protokit.drafting.criteria import criteria_of, measures_against
from protokit.drafting.draft import draft, find_domain, without_constraints
from protokit.drafting.labelled_table import labels_from_tables
from protokit.drafting.router import RoutingDecision
from protokit.drafting.second_wish import SecondWish, alike_forms, second_wish
from protokit.errors import ChoiceProblem, PromptProblem
from protokit.evaluation.assertions import with_assertions
from protokit.files.atomic import refuse_occupied
from protokit.files.layout import INSTRUCTIONS_FILE
from protokit.runtime.answer_rules import AnswerRules
from protokit.runtime.prototype_fields import SCREENS, SampleDocuments, Screen, Value
from protokit.scaffold.collect_documents import collect_documents
from protokit.scaffold.instructions import instructions
from protokit.scaffold.render import render
from protokit.scaffold.sample_knowledge import HEAD, Sample
from protokit.spec.names import clean_audience, clean_hypothesis, clean_name, clean_prompt, new_id
from protokit.spec.prototype_spec import PROVIDERS, Spec
from protokit.spec.yaml_io import dump_yaml

if TYPE_CHECKING:
    from protokit.drafting.draft_actions import DraftedActions
    from protokit.drafting.llm_samples import InventedSamples
    from vectorstore.progress import SyncReport


_OF_TABLES = frozenset({"data-analyst"})
"""Kinds whose samples are tables, which no model is asked to invent: a row that is wrong is wrong in every sum."""


@dataclass(frozen=True, slots=True)
class ScaffoldRequest:
    """What a person asks for: the line, and whatever they decided themselves."""

    prompt: str
    documents: Sequence[Path] = ()
    blueprint: str | None = None
    screen: str = "streamlit"
    model: str = "offline"
    name: str | None = None
    audience: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    """What they decided of what the blueprint lets them decide, as values or as typed."""
    fields: Path | None = None
    """A CSV file whose header names the fields to find, or a JSON Schema."""
    trust: bool = False
    """Whether code that is fetched from elsewhere may run."""
    say: Callable[[str], None] = field(default=lambda line: None, repr=False)
    """Takes what to tell while it is drafted: what a model may cost, before it is asked."""
    plain: bool = False
    """Whether it is drafted offline, whatever model the environment names: for what must come out the same."""
    hypothesis: str = ""
    """What it is to show, where the person says it."""


@dataclass(frozen=True, slots=True)
class ScaffoldPlan:
    """What will be made, and why; nothing is written yet."""

    spec: Spec
    blueprint: Blueprint
    choice: RoutingDecision
    questions: str
    """The text of questions.yaml."""
    documents: Mapping[str, Path]
    report: "SyncReport | None" = field(default=None, repr=False)
    """What could be read of the person's own documents."""
    drafted: str = ""
    """Which model drafted it, or why the wished one did not; empty where none was wished."""
    also: SecondWish | None = None
    """What else the line or the documents ask for."""
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Documents that a model invented, name below `knowledge/` -> text."""


def plan_scaffold(wish: ScaffoldRequest) -> ScaffoldPlan:
    """Draft everything for `wish`. Raises PromptProblem (an honest no), ChoiceProblem, NameProblem, DocumentProblem."""
    prompt = clean_prompt(wish.prompt, documents=bool(wish.documents))
    _refuse_path(prompt)
    title = None if wish.name is None else clean_name(wish.name)
    screen, model = _screen(wish.screen), _model(wish.model)
    chosen = None if wish.blueprint is None else lookup.find_blueprint(wish.blueprint, trust=wish.trust)
    documents = collect_documents(wish.documents)
    choice = choose(prompt, documents)
    blueprint = chosen or _served(prompt, choice)
    also = second_wish(prompt, blueprint.name)
    finish = partial(_finished, blueprint, wish.parameters)
    domain = find_domain(without_constraints(prompt), lookup.domains())
    audience = None if wish.audience is None else clean_audience(wish.audience)
    hypothesis = clean_hypothesis(wish.hypothesis)

    def drafted(**given: Any) -> Spec:
        spec = draft(prompt, blueprint, screen=screen, model=model, title=title, audience=audience, **given)
        return msgspec.structs.replace(spec, hypothesis=hypothesis)

    if documents:
        from protokit.drafting.starters.document_preview import preview_documents

        with preview_documents(documents) as trial:
            spec, note = _worded(drafted(domain=domain, documents=trial.texts()), wish, trial.outline)
            spec = _with_fields(spec, blueprint, wish, list(trial.texts().values()))
            rows = (
                trial.starters(spec.language, spec.starter_questions)
                if blueprint.takes == "question" and not blueprint.actions
                else []
            )
            rows = [row for row in rows if not _ruled_out(row["question"], spec)]
            starters = tuple(row["question"] for row in rows)
            spec = finish(spec, starters)
            if "labels" in blueprint.drafts:
                labels, rows = labels_from_tables(documents.values())
                spec = msgspec.structs.replace(spec, labels=labels or spec.labels)
                if spec.criteria and measures_against(prompt):
                    criteria = criteria_of(trial.texts().values()) or spec.criteria
                    spec = msgspec.structs.replace(spec, criteria=criteria)
            also = also or alike_forms(list(trial.texts().values()), blueprint.name)
            if "actions" in blueprint.drafts:
                return _with_system(
                    ScaffoldPlan(spec, blueprint, choice, "", documents, trial.report, note, also), prompt
                )
            return ScaffoldPlan(spec, blueprint, choice, _written(rows), documents, trial.report, note, also)
    sample = Sample.of(blueprint, domain.name if domain else "")
    spec = drafted(domain=lookup.domains().get(sample.domain))
    sample = sample.in_language(spec.language)
    spec, note = _worded(msgspec.structs.replace(spec, starter_questions=sample.starters()), wish)
    spec = _with_fields(spec, blueprint, wish)
    invented, told = _invented(spec, blueprint, wish)
    note = "; ".join(filter(None, (note, told)))
    if invented:
        starters = tuple(each for each in invented.starters if not _ruled_out(each, spec))
        spec = msgspec.structs.replace(
            finish(spec, starters),
            sample_documents=invented.samples,
            fields=invented.fields
            if invented.fields and not wish.fields and blueprint.fields
            else spec.fields,
            labels=invented.labels if invented.labels and "labels" in blueprint.drafts else spec.labels,
        )
        asked = invented.rows if blueprint.takes == "question" else ()
        rows = [row for row in asked if not _ruled_out(row["question"], spec)]
        return ScaffoldPlan(
            spec, blueprint, choice, _written(rows), {}, drafted=note, also=also, texts=invented.documents
        )
    if (made := _actions(prompt, blueprint)) and not wish.plain:
        spec = msgspec.structs.replace(
            finish(spec, made.starters), actions=made.actions, sample_documents=_samples(made)
        )
        asked = [{"question": each, "starter": True} for each in made.starters]
        return ScaffoldPlan(
            spec, blueprint, choice, _written(asked), {}, drafted=note, also=also, texts=made.tables
        )
    starters = tuple(each for each in spec.starter_questions if not _ruled_out(each, spec))
    spec = sample.marked(finish(spec, starters))
    questions = sample.questions(spec.labels)
    return ScaffoldPlan(spec, blueprint, choice, questions, sample.documents(), drafted=note, also=also)


def _actions(prompt: str, blueprint: Blueprint) -> "DraftedActions | None":
    """The actions that the line asks for, of a kind that acts; None where it has none, or its own are meant."""
    if "actions" not in blueprint.drafts:
        return None
    from protokit.drafting.draft_actions import draft_actions

    return draft_actions(prompt)


def _with_system(plan: ScaffoldPlan, prompt: str) -> ScaffoldPlan:
    """The Plan over a person's own tables; those that its actions need and the person did not bring are samples."""
    made = _actions(prompt, plan.blueprint)
    sample = Sample.of(plan.blueprint, "")
    usual = {} if made else sample.documents()
    texts = {name: text for name, text in (made.tables if made else {}).items() if name not in plan.documents}
    starters = made.starters if made else sample.starters()
    spec = msgspec.structs.replace(plan.spec, starter_questions=starters)
    spec = msgspec.structs.replace(spec, actions=made.actions) if made else spec
    rows = [{"question": each, "starter": True} for each in starters]
    return replace(
        plan, spec=spec, questions=_written(rows), documents={**usual, **plan.documents}, texts=texts
    )


def _samples(made: "DraftedActions") -> SampleDocuments:
    return SampleDocuments(files=tuple(made.tables))


def _invented(
    spec: Spec, blueprint: Blueprint, wish: ScaffoldRequest
) -> "tuple[InventedSamples | None, str]":
    """Sample documents for this idea, where a model drafts and the kind has documents; and what to tell of it."""
    if wish.plain or (wish.model == "offline" and "PROTOKIT_MODEL" not in os.environ):
        return None, ""
    from protokit.drafting.llm_draft import drafting_model, is_reachable
    from protokit.drafting.llm_samples import invent_samples

    model = drafting_model(wish.model)
    documented = (
        blueprint.takes in ("question", "text") and blueprint.name not in _OF_TABLES and not blueprint.actions
    )
    return (
        invent_samples(model, spec, blueprint) if model and documented and is_reachable(model) else (None, "")
    )


def _ruled_out(question: str, spec: Spec) -> bool:
    """Whether the line forbids what `question` asks for, so that it is none to begin with."""
    never = AnswerRules.of(each for each in spec.constraints if each.kind == "never")
    return bool(never.never and never.refusal(question, (), spec.language))


def _with_fields(spec: Spec, blueprint: Blueprint, wish: ScaffoldRequest, texts: Sequence[str] = ()) -> Spec:
    """`spec` with the fields that a kind that finds fields is to find. Raises ChoiceProblem, DocumentProblem."""
    if not blueprint.fields:
        if wish.fields:
            raise ChoiceProblem(f"{blueprint.name} finds no fields", fix="Leave --fields out.")
        return spec
    from protokit.drafting.draft_fields import draft_fields, read_fields, several_records

    fields = (
        read_fields(wish.fields)
        if wish.fields
        else draft_fields(spec.prompt, texts, default=blueprint.fields)
    )
    return msgspec.structs.replace(spec, fields=fields, several_records=several_records(spec.prompt))


def _worded(spec: Spec, wish: ScaffoldRequest, outline: Callable[[], str] = str) -> tuple[Spec, str]:
    """The offline draft as a language model words it, where one is wished or in the environment, and who did it."""
    if wish.plain or (wish.model == "offline" and "PROTOKIT_MODEL" not in os.environ):
        return spec, ""
    from protokit.drafting.llm_draft import draft_by_model, drafting_model, is_reachable

    if not (model := drafting_model(wish.model)):
        return spec, ""
    if not wish.documents and is_reachable(model):
        from protokit.drafting.llm_samples import announce

        wish.say(announce(model))
    decided = [name for name, value in (("title", wish.name), ("audience", wish.audience)) if value]
    wording = draft_by_model(model, spec, outline=outline(), decided=decided)
    return wording.spec, wording.note


def plan_from_spec(
    spec: Spec, paths: Sequence[Path] = (), *, blueprint: str | None = None, trust: bool = False
) -> ScaffoldPlan:
    """The Plan for a Spec that a person wrote or edited: nothing is drafted, its starter questions are kept.

    `blueprint` tells where to find the one that the Spec names, if not where it says. A Spec may come from
    anybody, so that it cannot vouch for code from elsewhere.
    """
    named = spec.source.url if spec.source else spec.blueprint.partition("@")[0]
    kind = lookup.find_blueprint(blueprint or named, trust=trust)
    spec = msgspec.structs.replace(spec, id="")  # it is another prototype than the one whose Spec it is
    spec = _finished(kind, spec.parameters, spec, spec.starter_questions)
    choice = RoutingDecision(kind.name, 1.0, (), None, 0.0, (), None, None)
    if paths:
        from protokit.drafting.starters.document_preview import preview_documents

        spec = msgspec.structs.replace(spec, sample_documents=None)
        documents = collect_documents(paths)
        rows = [{"question": question, "starter": True} for question in spec.starter_questions]
        with preview_documents(documents) as trial:
            return ScaffoldPlan(spec, kind, choice, _written(rows), documents, trial.report)
    sample = Sample.of(kind, spec.domain).in_language(spec.language)
    spec = sample.marked(spec)
    return ScaffoldPlan(spec, kind, choice, sample.questions(spec.labels), sample.documents())


def sample_plan(
    blueprint: Blueprint, screen: Screen, name: str | None = None, model: str = "offline"
) -> ScaffoldPlan:
    """The Plan of a blueprint's sample: its first example is the prompt, what has no default gets some value."""
    some: dict[str, Value] = {"text": "some text", "integer": 1, "number": 1, "boolean": True}
    needed = {title: p for title, p in blueprint.parameters.items() if p.default is None}
    values = {title: next(iter(p.choices), some[p.type]) for title, p in needed.items()}
    folder = str(blueprint.folder.absolute())
    return plan_scaffold(
        ScaffoldRequest(blueprint.examples[0], (), folder, screen, model, name, None, values, plain=True)
    )


def plan_second(wish: ScaffoldRequest, plan: ScaffoldPlan) -> ScaffoldPlan:
    """The Plan of what `plan` leaves open of `wish`, under a name of its own. Raises ChoiceProblem."""
    other = plan.also.blueprint if plan.also else None
    if other is None:
        left = f", and no blueprint does {plan.also.beyond.title}" if plan.also and plan.also.beyond else ""
        raise ChoiceProblem(f"one wish was heard in the line{left}", fix="Leave --also out.")
    second = plan_scaffold(replace(wish, blueprint=other, name=None, fields=None, parameters={}))
    if second.spec.slug != plan.spec.slug:
        return second
    title = f"{second.spec.title} {second.blueprint.title}"
    spec = msgspec.structs.replace(second.spec, title=title, slug=f"{plan.spec.slug}-{other}"[:60])
    return replace(second, spec=spec)


def with_parameters(plan: ScaffoldPlan, parameters: Mapping[str, Value]) -> ScaffoldPlan:
    """The same Plan with these parameters decided as well. Raises ChoiceProblem."""
    values = decided(plan.blueprint.parameters, {**plan.spec.parameters, **parameters})
    return replace(plan, spec=msgspec.structs.replace(plan.spec, parameters=values))


def make(plan: ScaffoldPlan, out: Path | None = None) -> Path:
    """Render `plan` into `out` (default: a folder of its slug right here) and return the folder."""
    target = Path.cwd() / plan.spec.slug if out is None else out
    refuse_occupied(target)
    _require_screen(plan.blueprint, plan.spec.screen)
    require_decided(plan.blueprint.parameters, plan.spec.parameters)
    text = instructions(plan.spec, plan.blueprint.holder(INSTRUCTIONS_FILE))
    return render(
        plan.blueprint,
        msgspec.structs.replace(plan.spec, id=plan.spec.id or new_id()),
        target,
        instructions=text,
        questions=with_assertions(plan.questions, plan.spec),
        documents=plan.documents,
        texts=plan.texts,
    )


def _refuse_path(prompt: str) -> None:
    """Raise PromptProblem where the prompt is nothing but a path: what it holds belongs to --docs."""
    if any(mark in prompt for mark in (os.sep, ".")) and os.path.exists(prompt):  # noqa: PTH110 - any string may come
        what = f'the prompt "{prompt}" is a file or folder'
        raise PromptProblem(what, fix="Say in a sentence what it should do, and give this with --docs.")


def _screen(name: str) -> Screen:
    for screen in SCREENS:
        if name == screen:
            return screen
    raise ChoiceProblem.of("ui", name, list(SCREENS))


def _model(text: str) -> str:
    provider, colon, name = text.partition(":")
    if text == "offline":
        return text
    if not (provider.isidentifier() and colon and name.strip() == name != ""):
        forms = ["offline", "openai:NAME", "PROVIDER:NAME"]
        raise ChoiceProblem.of("model", text, forms, fix="For example --model openai:gpt-4.1-mini")
    if provider not in PROVIDERS:
        raise ChoiceProblem.of("the model's provider", provider, list(PROVIDERS))
    return text


def _served(prompt: str, choice: RoutingDecision) -> Blueprint:
    if choice.blueprint is None:
        raise NotServed(prompt, choice)
    return lookup.find_blueprint(choice.blueprint)


def _require_screen(blueprint: Blueprint, screen: Screen) -> None:
    if screen not in blueprint.screens:
        raise ChoiceProblem.of("ui", screen, list(blueprint.screens))


def _finished(
    blueprint: Blueprint, parameters: Mapping[str, Value], spec: Spec, starters: tuple[str, ...]
) -> Spec:
    """`spec` with what the blueprint adds to it. Raises ChoiceProblem for what the blueprint does not offer."""
    _require_screen(blueprint, spec.screen)
    return msgspec.structs.replace(
        spec,
        blueprint=blueprint.reference,
        source=blueprint.source,
        takes=blueprint.takes,
        checklist=spec.checklist or blueprint.checklist,
        actions=spec.actions or blueprint.actions,
        starter_questions=starters if blueprint.takes == "question" else (),
        parameters=decided(blueprint.parameters, parameters),
    )


def _written(rows: Sequence[Mapping[str, Any]]) -> str:
    return HEAD + dump_yaml(list(rows))
