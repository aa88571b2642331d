"""PROTOKIT_BUDGET_URL: limits that several machines keep together, and clear words where they cannot be kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from protokit.runtime.prototype_fields import SpendingLimits
from protokit.runtime.runtime_errors import LimitReached, ModelProblem
from protokit.runtime.settings import Settings, title_key
from protokit.runtime.usage.budget import Budget, BudgetExceeded
from protokit.runtime.usage.events import EVENTS_URL_ENV
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


def machine(url: str, folder: Path, body: str, ahead: float = 0.0) -> subprocess.Popen[str]:
    """A process on a machine of its own: another folder, a clock that is `ahead` seconds, the events in Postgres."""
    code = (
        "import sys, time\nfrom pathlib import Path\nreal = time.time\n"
        f"time.time = lambda: real() + {ahead}\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from protokit.runtime.prototype_fields import SpendingLimits\n"
        "from protokit.runtime.runtime_errors import LimitReached\n"
        "from protokit.runtime.settings import Settings\n"
        "from protokit.runtime.usage.spending_limits import reserved\n"
        "limits = SpendingLimits(dollars_total=0.2, questions_per_minute=30)\n"
        f"settings = Settings(Path({str(folder)!r}), title='Crowd', id='crowd', limits=limits)\n"
        "def ask(number, visitor=''):\n"
        "    try:\n"
        "        with reserved(settings, 0.01, 10, 's', visitor or f'v{number}') as settle:\n"
        "            settle(0.01, 10)\n"
        "        return 1\n"
        "    except LimitReached:\n"
        "        return 0\n" + body
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, EVENTS_URL_ENV: url},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_machines_that_share_their_events_keep_one_budget_and_what_their_files_held(
    tmp_path: Path, postgres: str
) -> None:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS budget_spent, budget_holds, budget_asked")
    folders = [tmp_path / name for name in "ab"]
    with reserved(settings(folders[0], dollars_total=0.2), 0.05, 10, "s") as spent:  # in its file
        spent(0.05, 10)
    killed = machine(
        postgres,
        folders[1],
        "with reserved(settings, 0.05, 10, 's', 'v'):\n    print('held', flush=True)\n    time.sleep(60)",
    )
    assert killed.stdout is not None
    assert killed.stdout.readline().strip() == "held"
    killed.kill()
    killed.communicate(timeout=20)
    hammer = "with ThreadPoolExecutor(4) as pool:\n    print(sum(pool.map(ask, range(12))))"
    crowd = [machine(postgres, folder, hammer) for folder in (*folders, folders[0])]
    assert sum(int(each.communicate(timeout=120)[0]) for each in crowd) == 10  # of 20: 5 spent, 5 held
    at_end = Budget(postgres, SpendingLimits(), account="crowd").spent()
    assert (at_end.in_all, at_end.held) == (pytest.approx(0.15), pytest.approx(0.05))


def test_a_machine_whose_clock_is_ahead_forgets_nobody_s_questions(tmp_path: Path, postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS budget_spent, budget_holds, budget_asked")
    limits = SpendingLimits(questions_per_minute=2)
    account = Budget(postgres, limits, account="crowd")
    for _ in range(2):
        account.settle(account.reserve(0.0, 1, session="s", visitor="x"), 0.0, 1)
    ahead = machine(postgres, tmp_path, "print(ask(0, 'y'))", ahead=3600)
    assert ahead.communicate(timeout=60)[0].strip() == "1"
    with pytest.raises(BudgetExceeded, match="2 questions within a minute"):
        account.reserve(0.0, 1, session="s", visitor="x")


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
