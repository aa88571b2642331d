"""A home with three prototypes and a month of simulated traffic: all that a Hub shows, to be seen in a minute."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
from msgspec import Struct, yaml

from protokit.analytics.simulated_traffic import TrafficModel, simulate_month
from protokit.errors import ChoiceProblem
from protokit.files.layout import EVENTS_FILE
from protokit.hub.hub_settings import DEMO_FILE, HubSettings
from protokit.prototype.prototype_folder import Prototype
from protokit.runtime.assistant_types import Answer
from protokit.runtime.usage.events import EVENTS_URL_ENV
from protokit.scaffold.scaffold_plan import ScaffoldRequest, make, plan_scaffold
from protokit.spec.prototype_spec import SuccessCriterion

_NOTE = """The traffic of the prototypes in this folder is simulated: no visitor asked these questions. Who asked when,
what they thought of it and what it cost was drawn at random; the answers are the prototypes' own. Each page says so.
"""


class DemoPrototype(Struct, frozen=True, forbid_unknown_fields=True):
    """One prototype of the demo, and its traffic."""

    prompt: str
    blueprint: str
    name: str
    hypothesis: str
    success: tuple[SuccessCriterion, ...]
    gaps: tuple[str, ...]
    traffic: TrafficModel


def make_demo(settings: HubSettings, say: Callable[[str], None]) -> None:
    """Fill the home of `settings`, unless it was already. Raises ChoiceProblem where it holds anything else."""
    home = settings.home
    if settings.demo:
        return
    if os.environ.get(EVENTS_URL_ENV):
        raise ChoiceProblem(
            f"simulated traffic does not go into the database that {EVENTS_URL_ENV} names", fix="Unset it."
        )
    if home.is_dir() and any(home.iterdir()):
        raise ChoiceProblem(
            "this folder is not empty, and simulated traffic is never mixed with that of visitors",
            where=str(home),
            fix="Name another with --home.",
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = Path(__file__).with_name("demo_prototypes.yaml").read_bytes()
    # The mark comes first: a home that was filled in part is still one of simulated traffic.
    (home / DEMO_FILE).write_text(_NOTE, encoding="utf-8")
    for seed, demo in enumerate(yaml.decode(text, type=list[DemoPrototype])):
        say(f"Making {demo.name} and a month of simulated traffic.")
        _make(settings.prototypes, demo, seed)


def _make(prototypes: Path, demo: DemoPrototype, seed: int) -> None:
    wish = ScaffoldRequest(demo.prompt, blueprint=demo.blueprint, name=demo.name, plain=True)
    plan = plan_scaffold(wish)
    spec = msgspec.structs.replace(plan.spec, hypothesis=demo.hypothesis, success=demo.success)
    folder = make(replace(plan, spec=spec), prototypes / spec.slug)
    answers = _answers(folder, demo)
    simulate_month(folder, demo.traffic, answers, seed=seed)


def _answers(folder: Path, demo: DemoPrototype) -> list[Answer]:
    """What the prototype says to its own test questions and to the gaps; nothing of that is kept."""
    prototype = Prototype.open(folder)
    rows = [*demo.gaps, *(str(row["question"]) for row in prototype.questions() if not row.get("after"))]
    with prototype.assistant() as assistant:
        if assistant.knowledge:
            assistant.knowledge.wait()
        answers = [assistant.reply(row, session="check").answer for row in rows]
    for path in folder.glob(f"{EVENTS_FILE}*"):
        path.unlink()
    return answers
