"""`protokit eval --judge`: a model's verdicts beside the offline check, and never a verdict that it did not give."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from protokit.evaluation.judge import read_verdicts
from tests.support import model_server
from tests.support.leave import made_leave
from tests.support.model_server import MODEL, ModelServer
from tests.support.terminal import Done, inside, protokit

JUDGE = f"openai:{MODEL}"
HANDBOOK = """# Handbook

## Annual leave

Every employee has thirty days of paid annual leave in a calendar year.

## Hotels

A hotel may cost 140 euros a night, breakfast included.
"""
QUESTIONS = """
- question: How many days of annual leave does an employee have?
- question: How much may a hotel cost a night?
- question: Who won the football match on Sunday?
  unanswerable: true
"""
SAYS = '{"verdicts": ["%s"]}'
"""The offline engine answers each of the first two questions in one sentence."""


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


def keys(url: str) -> dict[str, str]:
    return {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-test"}


def judged(folder: Path, url: str, *words: str) -> Done:
    return inside("eval", folder, "--judge", JUDGE, *words, cwd=folder, env=keys(url))


def test_a_judge_stands_beside_the_offline_check_and_is_counted_apart(
    folder: Path, server: ModelServer
) -> None:
    server.behaviour.pieces = ["```json\n", SAYS % "supported", "\n```"]
    done = protokit("eval", folder, "--judge", JUDGE, "--json", cwd=folder, env=keys(server.url))
    assert done.code == 0, done.err
    (card,) = done.json["models"]
    told = card["judge"]
    assert (told["model"], told["grounded"]["hits"], told["grounded"]["of"]) == (JUDGE, 2, 2)
    assert (told["agreement"]["hits"], told["agreement"]["of"], told["not_judged"]["hits"]) == (2, 2, 0)
    assert told["grounded"]["interval"][0] < 0.5
    assert (told["tokens_in"], told["tokens_out"], told["tokens_estimated"]) == (2 * 321, 2 * 7, False)
    assert [each["judged"] for each in card["answers"]] == [["supported"], ["supported"], None]
    assert card["tokens_in"] != told["tokens_in"]


def test_the_judge_reads_the_claims_and_the_passages_between_marks_and_not_the_refusal(
    folder: Path, server: ModelServer
) -> None:
    server.behaviour.pieces = [SAYS % "supported"]
    judged(folder, server.url)
    assert len(server.asked) == 2
    rules, text = (message["content"] for message in server.asked[0]["messages"])
    assert "one verdict for each sentence" in rules
    passages, _, sentences = text.partition("\n\nSentences:\n")
    assert "<passage " in passages
    assert "thirty days of paid annual leave" in passages
    assert "thirty days" in sentences


def test_a_judge_that_disagrees_is_shown_with_its_interval(folder: Path, server: ModelServer) -> None:
    server.behaviour.pieces = [SAYS % "unsupported"]
    done = judged(folder, server.url)
    assert done.code == 0, done.err
    rows = dict(line.strip().split("  ", 1) for line in done.out.splitlines()[1:] if "  " in line.strip())
    assert rows["grounded (judge)"].strip() == "0 of 2, 0% (0%–66%)"
    assert rows["agrees with the check offline"].strip() == "0 of 2, 0% (0%–66%)"
    assert rows["the judge took, in all"].strip() == "642 / 14 tokens, $0"


@pytest.mark.parametrize(
    "reply", ["All fine!", '{"verdicts": []}', '["supported", "supported"]', '["maybe"]', "[" * 5000, "[1]"]
)
def test_junk_counts_as_not_judged_and_is_said(folder: Path, server: ModelServer, reply: str) -> None:
    (folder / "questions.yaml").write_text("- question: How much may a hotel cost a night?\n")
    server.behaviour.pieces = [reply]
    done = judged(folder, server.url)
    assert done.code == 0, done.err
    assert f"Not judged by {JUDGE}: the reply holds no verdict for each sentence" in done.out
    (row,) = [line for line in done.out.splitlines() if line.startswith("grounded (judge)")]
    assert row.split()[-1] == "–"


def test_a_dead_judge_costs_nothing_and_leaves_the_rest_of_the_scorecard(
    folder: Path, server: ModelServer
) -> None:
    server.behaviour.failure = (404, {})
    with model_server.running() as gone:
        nowhere = gone.url
    for url in (server.url, nowhere):
        (card,) = judged(folder, url, "--json").json["models"]
        assert card["grounded"]["hits"] == 2
        told = card["judge"]
        assert (told["not_judged"]["hits"], told["not_judged"]["of"], told["grounded"]["of"]) == (2, 2, 0)
        assert (told["tokens_in"], told["tokens_out"], told["dollars"]) == (0, 0, 0)
    assert "no connection to the server" in card["answers"][0]["not_judged"]


def test_without_the_option_nobody_is_asked(folder: Path, server: ModelServer) -> None:
    done = inside("eval", folder, cwd=folder, env=keys(server.url))
    assert done.code == 0, done.err
    assert "judge" not in done.out
    assert server.asked == []


@pytest.mark.parametrize(("name", "said"), [("offline", "cannot judge"), ("offlin", 'model "offlin" is not')])
def test_what_cannot_judge_is_refused_before_anything_is_asked(folder: Path, name: str, said: str) -> None:
    done = inside("eval", folder, "--judge", name, cwd=folder)
    assert (done.code, done.out) == (1, "")
    assert said in done.err


def test_the_limits_of_the_prototype_hold_for_the_judge_too(folder: Path, server: ModelServer) -> None:
    with (folder / "prototype.yaml").open("a", encoding="utf-8") as spec:
        spec.write("limits:\n  tokens_per_session: 1\n")
    server.behaviour.pieces = [SAYS % "supported"]
    card = judged(folder, server.url, "--json").json["models"][0]
    assert server.asked == []
    assert "limits:" in card["answers"][0]["not_judged"]


def test_the_last_list_that_fits_is_the_verdict() -> None:
    reply = 'Such as ["supported", "supported"]? No [1]: ["Supported", " PARTLY "], that is all.'
    assert read_verdicts(reply, 2) == ("supported", "partly")
    assert read_verdicts(reply, 3) == ()
