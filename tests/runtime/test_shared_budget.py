"""PROTOKIT_BUDGET_URL: limits that several machines keep together, and clear words where they cannot be kept."""

import sys
from pathlib import Path

import pytest

from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.runtime_errors import LimitReached, ModelProblem
from protokit.runtime.settings import Settings, title_key
from protokit.runtime.usage.spending_limits import BUDGET_URL_ENV, reserved

SECRET = "hunter2"


def settings(folder: Path, title: str = "Leave Helper", **limits: float) -> Settings:
    return Settings(folder, title=title, limits=SpendingLimits(**limits))  # type: ignore[arg-type]


def test_a_url_of_something_else_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUDGET_URL_ENV, f"mysql://me:{SECRET}@db/budget")
    with (
        pytest.raises(ModelProblem, match="not a postgresql:// URL") as problem,
        reserved(settings(tmp_path, dollars_total=1), 0.1, 10, "s"),
    ):
        pass
    assert SECRET not in str(problem.value)


def test_without_limits_the_url_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUDGET_URL_ENV, "mysql://db/budget")
    with reserved(settings(tmp_path), 0.1, 10, "s") as spent:
        spent(0.1, 10)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_driver_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv(BUDGET_URL_ENV, "postgresql://127.0.0.1:1/budget")
    with (
        pytest.raises(ModelProblem, match=r'pip install "protokit-studio\[postgres\]"'),
        reserved(settings(tmp_path, dollars_total=1), 0.1, 10, "s"),
    ):
        pass


def test_a_server_that_is_down_is_said_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    monkeypatch.setenv(BUDGET_URL_ENV, f"postgresql://me:{SECRET}@127.0.0.1:1/budget")
    with (
        pytest.raises(LimitReached, match=f"database of {BUDGET_URL_ENV} cannot be used") as problem,
        reserved(settings(tmp_path, dollars_total=1), 0.1, 10, "s"),
    ):
        pass
    assert SECRET not in str(problem.value)
    assert problem.value.friendly == "What was spent cannot be looked up just now, so the budget stays shut."


def test_two_folders_of_one_title_share_a_budget_and_another_title_does_not(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS budget_spent, budget_holds, budget_asked")
    monkeypatch.setenv(BUDGET_URL_ENV, postgres)
    with reserved(settings(tmp_path / "here", dollars_total=1), 1.0, 10, "s") as spent:
        spent(1.0, 10)
    with (
        pytest.raises(ModelProblem, match="limits:"),
        reserved(settings(tmp_path / "there", dollars_total=1), 0.1, 10, "t"),
    ):
        pass
    with reserved(settings(tmp_path, "Search", dollars_total=1), 1.0, 10, "s") as spent:
        spent(1.0, 10)


def test_the_account_is_that_of_the_id_and_takes_along_what_the_title_spent(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS budget_spent, budget_holds, budget_asked")
    monkeypatch.setenv(BUDGET_URL_ENV, postgres)

    def spend(title: str, id: str) -> None:
        limits = SpendingLimits(dollars_total=1)
        with reserved(Settings(tmp_path, title=title, id=id, limits=limits), 1.0, 10, "s") as spent:
            spent(1.0, 10)

    spend("Pay Helper", "ours-1")
    spend("Pay Helper", "theirs-1")
    with pytest.raises(ModelProblem, match="limits:"):
        spend("Pay Guide", "ours-1")
    with psycopg.connect(
        postgres, autocommit=True
    ) as connection:  # as a program from before there were ids kept it
        connection.execute("UPDATE budget_spent SET account = replace(account, 'ours-1/', 'Elder Helper/')")
    with pytest.raises(ModelProblem, match="limits:"):
        spend("Wiser Helper", title_key("Elder Helper"))
