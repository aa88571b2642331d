"""Nothing that leaves holds a secret: one scan for export, eject, fork and pack, which names the place and never it."""

import os
import re
import zipfile
from pathlib import Path

import pytest

from protokit.errors import FolderProblem
from protokit.files.secret_scan import files_in, refuse_secrets
from tests.support.blueprint_folders import INSIDE, written
from tests.support.terminal import protokit, tree

ROOT = Path(__file__).parents[2]
LETTERS = "Q7mZ2kX9vB4nT6wY1cR8"
SECRETS = {
    "Stripe": "sk" + "_live_" + LETTERS,
    "Stripe restricted": "rk" + "_test_" + LETTERS,
    "Stripe webhook": "whsec" + "_" + LETTERS + LETTERS,
    "GitLab": "glpat" + "-" + LETTERS,
    "GitLab runner": "glrt" + "-" + LETTERS,
    "AWS id": "AKIA" + "Q3EGR7ZMTLW2KEY9"[:16],
    "AWS secret": 'aws_secret_access_key = "' + LETTERS + LETTERS + '"',
    "Azure storage": "AccountName=x;AccountKey=" + (LETTERS * 5)[:86] + "==;EndpointSuffix=core.windows.net",
    "Azure SAS": "https://x.blob.core.windows.net/c?sv=2023-01-03&ss=b&sig=" + LETTERS + LETTERS + "%3D",
    "Azure client": "q7m8Q~" + (LETTERS * 2)[:32],
    "Google API": "AIza" + (LETTERS * 2)[:35],
    "Google OAuth": "GOCSPX" + "-" + (LETTERS * 2)[:28],
    "Slack": "xoxb" + "-123456789012-" + LETTERS,
    "Slack app": "xapp" + "-1-A0123-" + LETTERS,
    "Slack webhook": "https://hooks.slack.com/services/" + "T01ABCDEF/B01ABCDEF/" + LETTERS,
    "GitHub": "ghp" + "_" + (LETTERS * 2)[:36],
    "GitHub fine-grained": "github_pat" + "_11ABCDEFG0" + LETTERS + "_" + LETTERS * 2,
    "OpenAI": "sk" + "-" + LETTERS * 2,
    "OpenAI project": "sk" + "-proj-" + LETTERS * 3,
    "Anthropic": "sk" + "-ant-api03-" + LETTERS * 3,
    "Hugging Face": "hf" + "_" + (LETTERS * 2)[:34],
    "JWT": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibiI6MX0." + LETTERS * 2,
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq\n",
    "private key in JSON": '"private_key": "-----BEGIN ' + 'PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0"',
    "encrypted key": "-----BEGIN " + "EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEowIBAAKCAQEA7bq",
    "OpenSSH key": "-----BEGIN " + "OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n",
    "database": "DATABASE = 'postgresql+psycopg://app:" + "tiger-9-moon@db.internal:5432/hr'",
    "cache": "redis://:" + "tiger-9-moon@cache.internal:6379/0",
}
HARMLESS = [
    "postgresql://user:password@localhost/db and https://example.com:8443/a@b and mailto:a@example.com",
    "postgresql://app:${PASSWORD}@db/x, redis://:<password>@cache, http://localhost:11434/v1",
    "Set OPENAI_API_KEY=sk-... or sk-your-key-goes-right-here, AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
    "-----BEGIN PRIVATE KEY----- begins such a file, -----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQ",
    "task-management-for-everybody-in-the-office-and-at-home risk-assessment-of-the-whole-department-2026",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 and a UUID "
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8, commit 84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    "desk_live_data_of_the_last_three_years basket_test_results_of_the_last_three_years",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5",
]


def look(folder: Path, *texts: str, env: str = "") -> str:
    """What the scan says of a file with these lines."""
    (folder / "notes.md").write_text("\n".join(["first", *texts]), "utf-8")
    (folder / ".env").write_text(env, "utf-8")
    try:
        refuse_secrets(folder, [Path("notes.md")], "exported")
    except FolderProblem as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize("secret", SECRETS.values(), ids=list(SECRETS))
def test_the_shapes_of_keys_are_seen_and_their_place_is_told_without_them(
    tmp_path: Path, secret: str
) -> None:
    told = look(tmp_path, f"key: {secret}")
    assert told.startswith("notes.md, line 2: holds what looks like a key: ")
    assert told.endswith("from the environment.")
    assert not [word for word in re.findall(r"\w{6,}", secret) if word in told and word not in "PRIVATE"]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_one_is_let_through(tmp_path: Path, text: str) -> None:
    assert look(tmp_path, text) == ""


def test_our_own_documents_blueprints_and_demos_hold_none() -> None:
    for place in ("docs", "demos", "blueprints", "protokit", "vectorstore"):
        refuse_secrets(ROOT / place, files_in(ROOT / place), "exported")


@pytest.mark.parametrize(
    ("line", "leaked"),
    [
        ("DATABASE_URL=postgresql://app:tiger-9-moon@db.internal/hr", "tiger-9-moon"),
        ("DATABASE_URL=postgresql://app:tiger%209%20moon@db.internal/hr", "tiger 9 moon"),
        ("DATABASE_URL=postgresql://app:tiger-9-moon@db.internal/hr", "postgresql://app:tiger-9-moon@db"),
        ("CRM=https://crm.internal/api?api_key=tiger9moon&v=2", "tiger9moon"),
        ("PAIR=user:tiger:9:moon", "user:tiger:9:moon"),
        ("CALLBACK_WEBHOOK=https://crm.internal/in/9f1c", "https://crm.internal/in/9f1c"),
        ("LDAP_PASSWORD=ldap://tiger", "ldap://tiger"),
        ("ANYTHING=correct-horse", "correct-horse"),
    ],
)
def test_the_values_of_env_are_known_with_colons_too(tmp_path: Path, line: str, leaked: str) -> None:
    told = look(tmp_path, f"we use {leaked} here", env=f"{line}\n")
    assert told.startswith("notes.md, line 2: ")
    assert "tiger" not in told
    assert "9f1c" not in told


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("OPENAI_BASE_URL=http://localhost:11434/v1", "Ask http://localhost:11434/v1 first."),
        ("PROTOKIT_MODEL=openai:gpt-4o-mini", "model: openai:gpt-4o-mini"),
        ("AWS_REGION=eu-central-1", "It runs in eu-central-1."),
        ("SHORT_KEY=abc", "abc"),
    ],
)
def test_settings_in_env_are_no_secrets(tmp_path: Path, line: str, text: str) -> None:
    assert look(tmp_path, text, env=f"{line}\n") == ""


def test_no_verb_lets_one_out_and_none_leaves_anything_behind(tmp_path: Path) -> None:
    made = ["new", "Answer questions about our handbook", "--out", "made", "--yes"]
    assert protokit(*made, cwd=tmp_path).code == 0
    (tmp_path / "made" / "knowledge" / "how.md").write_text(f"# How\n\nUse {SECRETS['GitLab']} for it.\n")
    written(tmp_path / "mine", {f"shared/{INSIDE}/notes.md": f"a\nb\n{SECRETS['Stripe']}\n"})
    before = tree(tmp_path)
    for words, place in {
        ("export", "made", "--to", "docker"): "knowledge/how.md, line 3",
        ("export", "made", "--to", "zip"): "knowledge/how.md, line 3",
        ("eject", "made"): "knowledge/how.md, line 3",
        ("eject", "made", "--in-place"): "knowledge/how.md, line 3",
        ("blueprint", "pack", "./mine"): "notes.md, line 3",
        ("blueprint", "fork", "./mine", "--as", "theirs"): "notes.md, line 3",
    }.items():
        done = protokit(*words, cwd=tmp_path)
        assert done.code == 1, words
        assert f"{place}: holds what looks like a key" in done.err
        assert LETTERS not in done.err
        assert tree(tmp_path) == before, words


def test_a_blueprint_is_packed_without_the_files_of_settings(tmp_path: Path) -> None:
    settings = dict.fromkeys(
        (".env", ".env.local", ".env.live", f"shared/{INSIDE}/.env.stage"), "X=tiger-9-moon"
    )
    mine = written(tmp_path / "mine", settings)
    (mine / ".streamlit").mkdir()
    (mine / ".streamlit" / "secrets.toml").write_text('z = "tiger-9-moon"')
    done = protokit("blueprint", "pack", "./mine", cwd=tmp_path)
    assert done.code == 0, done.err
    with zipfile.ZipFile(next((tmp_path / "dist").glob("*.whl"))) as wheel:
        assert not [name for name in wheel.namelist() if b"tiger" in wheel.read(name)]
    done = protokit("blueprint", "fork", "./mine", "--as", "theirs", cwd=tmp_path)
    assert done.code == 0, done.err
    assert not [
        path for path in (tmp_path / "theirs").rglob("*") if path.is_file() and b"tiger" in path.read_bytes()
    ]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_blueprint_with_a_link_that_leads_out_of_it_is_not_packed_and_not_copied(tmp_path: Path) -> None:
    mine = written(tmp_path / "mine")
    (tmp_path / "outside.txt").write_text("tiger-9-moon")
    (mine / "notes.txt").symlink_to(tmp_path / "outside.txt")
    before = tree(tmp_path)
    for words in (["pack", "./mine"], ["fork", "./mine", "--as", "theirs"]):
        done = protokit("blueprint", *words, cwd=tmp_path)
        assert done.code == 1
        assert "notes.txt: is a link that leads out of the folder" in done.err
        assert tree(tmp_path) == before
