"""`protokit eval`: a scorecard over questions.yaml, several models side by side, and a gate for CI."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from protokit.evaluation.dataset import Row
from protokit.evaluation.matrix_picture import draw_matrices
from protokit.evaluation.scorecard import Graded, Scorecard, Share, percentile
from protokit.evaluation.significance import compare, sign_test
from protokit.runtime.assistant_types import Answer, AnswerTable, Measures, TableColumn
from tests.support import model_server
from tests.support.leave import made_leave
from tests.support.model_server import MODEL, ModelServer
from tests.support.terminal import Done, inside, protokit

SERVED = f"openai:{MODEL}"
HANDBOOK = """# Handbook

## Annual leave

Every employee has thirty days of paid annual leave in a calendar year.

## Hotels

A hotel may cost 140 euros a night, breakfast included.
"""
QUESTIONS = """
- question: How many days of annual leave does an employee have?
  must_contain: ["thirty days"]
  cites: [handbook.md]
- question: How much may a hotel cost a night?
  must_contain: ["140 euros"]
  cites: [handbook.md]
- question: Who won the football match on Sunday?
  unanswerable: true
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_leave(tmp_path_factory.mktemp("made"), HANDBOOK, QUESTIONS)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "leave"))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server.running() as running:
        yield running


def evaluated(folder: Path, *words: str, server: ModelServer | None = None) -> Done:
    env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-test"} if server else {}
    return inside("eval", folder, *words, cwd=folder, env=env)


def with_thresholds(folder: Path, **thresholds: float) -> None:
    lines = [f"  {name}: {value}" for name, value in thresholds.items()]
    with (folder / "prototype.yaml").open("a", encoding="utf-8") as spec:
        spec.write("\n".join(["thresholds:", *lines, ""]))


def test_the_offline_engine_scores_full_marks_on_an_easy_handbook(folder: Path) -> None:
    done = protokit("eval", folder, "--json", cwd=folder)
    assert done.code == 0, done.err
    (card,) = done.json["models"]
    assert (card["model"], card["questions"], card["answered"]) == ("offline", 3, 3)
    shares = {name: (card[name]["hits"], card[name]["of"]) for name in ("right", "citations", "refusals")}
    assert shares == {"right": (3, 3), "citations": (2, 2), "refusals": (3, 3)}
    assert card["hallucination_rate"]["unsupported"] == 0
    assert card["dollars_per_answer"] == 0
    assert 0 < card["seconds"]["p50"] <= card["seconds"]["p95"]
    assert done.json["comparisons"] == []


def test_a_rate_over_a_few_answers_is_not_stated(folder: Path) -> None:
    done = evaluated(folder)
    assert "too few answers to say (2 of 20)" in done.out
    assert evaluated(folder, "--json").json["models"][0]["hallucination_rate"]["share"] is None


def test_a_model_that_makes_things_up_is_marked_down_for_each_of_them(
    folder: Path, server: ModelServer
) -> None:
    server.behaviour.pieces = ["Every employee has ", "ninety days of leave and a car [1]."]
    done = evaluated(folder, "--model", SERVED, "--json", server=server)
    assert done.code == 0, done.err
    (card,) = done.json["models"]
    assert card["right"]["hits"] == 0
    assert card["grounded"]["hits"] == 0
    assert card["unanswerable_answered"]["hits"] == 1
    assert not card["tokens_estimated"]
    assert "ninety days" in card["answers"][0]["fault"]


def test_two_models_stand_side_by_side_and_three_questions_prove_nothing(
    folder: Path, server: ModelServer
) -> None:
    server.behaviour.pieces = ["Every employee has ninety days of leave [1]."]
    done = evaluated(folder, "--model", "offline", "--model", SERVED, server=server)
    assert done.code == 0, done.err
    assert done.out.splitlines()[0].split() == ["offline", SERVED]
    assert f"right: no difference between {SERVED} and offline beyond noise" in done.out


def test_a_model_that_is_down_does_not_borrow_the_marks_of_the_offline_engine(
    folder: Path, server: ModelServer
) -> None:
    server.behaviour.failure = (404, {})
    done = evaluated(folder, "--model", SERVED, "--json", server=server)
    assert done.code == 1
    (card,) = done.json["models"]
    assert (card["answered"], card["right"]["hits"], card["citations"]["hits"]) == (0, 0, 0)
    assert card["dollars_per_answer"] is None
    assert "does not know the model" in card["answers"][0]["fault"]


def test_a_score_below_a_threshold_ends_with_one_and_says_which(folder: Path) -> None:
    (folder / "questions.yaml").write_text(QUESTIONS.replace("thirty days", "fifty days"))
    with_thresholds(folder, right=0.9, citations=0.9)
    done = evaluated(folder)
    assert done.code == 1
    assert "offline: right: 0.667 is below 0.9 (thresholds in prototype.yaml)" in done.err
    assert "citations:" not in done.err


def test_thresholds_that_are_met_end_with_zero(folder: Path) -> None:
    with_thresholds(
        folder, right=1, citations=1, refusals=1, grounded=1, p95_seconds=60, dollars_per_answer=0
    )
    done = evaluated(folder)
    assert (done.code, done.err) == (0, "")


def test_an_unknown_cost_does_not_pass_as_cheap(folder: Path) -> None:
    spec = Row("How?")
    card = Scorecard("openai:new", (Graded(spec, Answer("How?", "So.", "openai:new", dollars=None)),))
    from protokit.spec.prototype_spec import Thresholds

    (line,) = card.shortfalls(Thresholds(dollars_per_answer=0.01))
    assert line == "dollars_per_answer: could not be measured, 0.01 is wanted"


def test_a_misspelt_threshold_is_named(folder: Path) -> None:
    with_thresholds(folder, rigth=0.9)
    done = evaluated(folder)
    assert done.code == 1
    assert "thresholds.rigth" in done.err


def test_without_questions_there_is_nothing_to_measure(folder: Path) -> None:
    (folder / "questions.yaml").write_text("[]\n")
    done = evaluated(folder)
    assert done.code == 1
    assert "questions.yaml: no questions" in done.err


def test_a_string_that_names_no_model_is_said_before_anything_is_asked(folder: Path) -> None:
    done = evaluated(folder, "--model", "offlin")
    assert done.code == 1
    assert 'model "offlin" is not' in done.err
    assert done.out == ""


def marks(model: str, right: list[bool]) -> Scorecard:
    """A scorecard over questions whose answer is "yes"."""
    row = Row("Is it?", must_contain=("yes",))
    graded = [Graded(row, Answer("Is it?", "yes" if good else "no", model, seconds=1.0)) for good in right]
    return Scorecard(model, tuple(graded))


def test_a_difference_is_called_one_only_beyond_noise() -> None:
    six = compare([marks("a", [False] * 6 + [True] * 4), marks("b", [True] * 10)])
    five = compare([marks("a", [False] * 5 + [True] * 5), marks("b", [True] * 10)])
    assert (six[0].measure, six[0].verdict) == ("right", "better")
    assert six[0].p == pytest.approx(2 / 2**6)
    assert (five[0].measure, five[0].verdict) == ("right", "")


def test_more_models_need_a_clearer_difference() -> None:
    weak, good = [False] * 6 + [True] * 4, [True] * 10
    both = compare([marks("a", weak), marks("b", good), marks("c", weak)])
    right = {each.model: each for each in both if each.measure == "right"}
    assert right["b"].p == pytest.approx(2 * 2 / 2**6)
    assert right["b"].verdict == ""
    assert right["c"].p == 1


@pytest.mark.parametrize(("better", "worse", "p"), [(0, 0, 1.0), (1, 1, 1.0), (8, 1, 20 / 512), (0, 3, 0.25)])
def test_the_sign_test_is_exact(better: int, worse: int, p: float) -> None:
    assert sign_test(better, worse) == pytest.approx(p)


def test_a_share_of_nothing_is_no_share() -> None:
    assert Share.among([None, None]).share is None
    assert str(Share.among([None])) == "–"
    assert str(Share.among([True] * 10 + [False] * 2)) == "10 of 12, 83% (55%–95%)"


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 95) == 95.0
    assert percentile([], 95) is None


def test_which_label_is_taken_for_which_is_drawn(tmp_path: Path) -> None:
    columns = (TableColumn("right"), TableColumn("bug", "number"), TableColumn("R & D", "number"))
    counts = AnswerTable(columns, (("bug", 4.0, 1.0), ("R & D", 0.0, 3.0)))
    card = Scorecard("offline", (), measures=Measures((), (("Labels", counts),), matrix="Labels"))
    root = fromstring(draw_matrices([card, card]))
    words = [each.text for each in root.iter() if each.tag.endswith("text")]
    assert words == ["Labels · offline", "bug", "R & D", "bug", "4", "1", "R & D", "3"] * 2
    assert len([each for each in root.iter() if each.tag.endswith("rect")]) == 1 + 2 * 4


def test_no_picture_is_written_of_a_kind_without_labels(folder: Path) -> None:
    done = evaluated(folder, "--picture", str(folder / "labels.svg"))
    assert done.code == 1
    assert "there is no confusion matrix to draw" in done.err
    assert not (folder / "labels.svg").exists()
