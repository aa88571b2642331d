"""The data analyst as a product manager meets it: made from a line, asked, scored, served, with a model too."""

import shutil
from pathlib import Path

import pytest

from tests.deploy.test_serve import started
from tests.support.model_server import running
from tests.support.terminal import protokit

CSV = "day,shop,takings (EUR)\n2026-01-05,Harbour,100.50\n2026-01-19,Mill,80\n2026-02-02,Harbour,20\n2026-02-09,Mill,5"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("analyst")
    (place / "docs").mkdir()
    (place / "docs" / "takings.csv").write_text(CSV, encoding="utf-8")
    words = ["Ask our takings", "--blueprint", "data-analyst", "--docs", "docs", "--out", "made", "--yes"]
    done = protokit("new", *words, cwd=place)
    assert done.code == 0, done.err
    return place / "made"


def test_it_answers_with_table_and_sql(made: Path) -> None:
    told = protokit("ask", made, "--json", "total takings per month", cwd=made).json
    assert told["table"]["rows"] == [["2026-01-01", 180.5], ["2026-02-01", 25.0]]
    assert "180.50" in told["answer"]
    traced = protokit("trace", made, cwd=made).out
    assert "rests on 4 rows" in traced
    assert "date_trunc('month', \"day\")" in traced


def test_it_refuses_what_the_tables_do_not_tell(made: Path) -> None:
    told = protokit("ask", made, "--json", "How is the weather in Harbour tomorrow?", cwd=made)
    assert told.json["table"] is None
    assert "weather" in told.json["answer"]


def test_its_sample_is_answered_whole(tmp_path: Path) -> None:
    done = protokit(
        "new", "Ask our orders", "--blueprint", "data-analyst", "--out", "made", "--yes", cwd=tmp_path
    )
    assert done.code == 0, done.err
    card = protokit("eval", tmp_path / "made", "--json", cwd=tmp_path).json["models"][0]
    assert card["right"]["hits"] == card["right"]["of"] == 7


def test_programs_get_the_table(made: Path) -> None:
    import httpx

    with started(made, "serve", PROTOKIT_API_KEY="a-key-that-is-long-enough") as (address, _):
        said = {"model": "any", "messages": [{"role": "user", "content": "total takings by shop"}]}
        head = {"Authorization": "Bearer a-key-that-is-long-enough"}
        models = httpx.get(f"{address.removesuffix('/v1')}/v1/models", headers=head, timeout=60).json()
        said["model"] = models["data"][0]["id"]
        url = f"{address.removesuffix('/v1')}/v1/chat/completions"
        told = httpx.post(url, json=said, headers=head, timeout=60).json()
    assert told["protokit"]["table"]["rows"] == [["Harbour", 120.5], ["Mill", 85.0]]


def by_model(folder: Path, place: Path, *replies: str) -> dict:
    """What `ask` tells, with what the model was sent under "sent"; the last reply is what each further call gets."""
    folder = shutil.copytree(folder, place / "copy")
    with running() as server:
        server.behaviour.replies, server.behaviour.pieces = [[each] for each in replies[:-1]], [replies[-1]]
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        done = protokit(
            "ask", folder, "--json", "--model", "openai:test-model", "total takings", cwd=place, env=env
        )
    assert done.code == 0, done.err
    return {**done.json, "sent": [each["messages"] for each in server.asked]}


def test_a_models_sql_is_run_under_the_same_check(made: Path, tmp_path: Path) -> None:
    told = by_model(
        made, tmp_path, 'All of it.\n```sql\nSELECT sum("takings (EUR)") AS all_of_it FROM takings\n```'
    )
    assert told["table"]["rows"] == [[205.5]]
    assert told["note"] == ""


def test_a_models_number_that_differs_is_told_with_the_other(made: Path, tmp_path: Path) -> None:
    told = by_model(made, tmp_path, '```sql\nSELECT max("takings (EUR)") AS most FROM takings\n```')
    assert told["table"]["rows"] == [[100.5]]
    assert "205.50" in told["note"]


def test_a_models_sql_that_reads_a_file_is_not_run(made: Path, tmp_path: Path) -> None:
    told = by_model(made, tmp_path, "```sql\nSELECT * FROM read_text('/etc/passwd')\n```")
    assert told["table"] is None
    assert "was not run" in told["note"]
    assert len(told["sent"]) == 1


GOOD = '```sql\nSELECT sum("takings (EUR)") AS all_of_it FROM takings\n```'
UNREADABLE = "```sql\nSELECT sum( FROM takings\n```"
NO_COLUMN = "```sql\nSELECT sum(money) FROM takings\n```"


def test_sql_that_duckdb_refuses_is_repaired_twice_with_its_messages(made: Path, tmp_path: Path) -> None:
    told = by_model(made, tmp_path, UNREADABLE, NO_COLUMN, GOOD)
    assert told["table"]["rows"] == [[205.5]]
    assert told["answer"] == GOOD
    assert told["note"] == ""
    assert [len(messages) for messages in told["sent"]] == [2, 4, 6]
    assert "syntax error" in told["sent"][1][-1]["content"]
    assert 'column "money" not found' in told["sent"][2][-1]["content"]
    assert (told["tokens_in"], told["tokens_out"]) == (3 * 321, 3 * 7)


def test_sql_that_is_no_better_after_two_repairs_is_not_run(made: Path, tmp_path: Path) -> None:
    told = by_model(made, tmp_path, UNREADABLE, "```sql\nSELECT 1 FROM nowhere\n```", NO_COLUMN, GOOD)
    assert told["table"] is None
    assert told["answer"] == NO_COLUMN
    assert "money" in told["note"]
    assert len(told["sent"]) == 3
    assert (told["tokens_in"], told["tokens_out"]) == (3 * 321, 3 * 7)
