"""Blueprints from elsewhere: out of a git repository with a person's word, and out of installed packages."""

import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from protokit.catalog import lookup
from protokit.catalog.lookup import blueprint_of, find_blueprint
from protokit.errors import ChoiceProblem, FolderProblem, ProtokitError
from protokit.spec.prototype_spec import read_spec
from tests.support.blueprint_folders import INSIDE, git, tagged, written
from tests.support.terminal import Done, protokit, run, tree

PROMPT = "Search our leave and expense policies"
UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
APP = {f"streamlit/{INSIDE}/app.py": '"""A screen of theirs."""\nimport os\n'}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with the blueprint `policies/` under the tag v1.0.0."""
    folder = tmp_path / "repository"
    written(folder / "policies", APP)
    tagged(folder, "v1.0.0")
    return folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path / "cache"))


def at(repository: Path, tag: str = "v1.0.0", inside: str = "#policies") -> str:
    return f"git+{repository.as_uri()}@{tag}{inside}"


def new(place: Path, *words: str) -> Done:
    env = {"PROTOKIT_CACHE": str(place / "cache")}
    return protokit("new", PROMPT, "--out", "made", *words, cwd=place, env=env)


def test_code_from_git_is_shown_and_runs_only_with_trust(tmp_path: Path, repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    done = new(tmp_path, "--blueprint", at(repository))
    assert done.code == 1
    assert f"commit {commit[:12]}, is code from elsewhere" in done.err
    assert f"it would run streamlit/{INSIDE}/app.py (2 lines)" in done.err
    assert "add --trust" in done.err
    assert not (tmp_path / "made").exists()
    (shown,) = re.findall(r"Read it in (\S+),", done.err)
    assert (Path(shown) / f"streamlit/{INSIDE}/app.py").read_text(encoding="utf-8") == next(
        iter(APP.values())
    )

    done = new(tmp_path, "--blueprint", at(repository), "--trust", "--json")
    assert done.code == 0, done.err
    assert f"commit {commit}: it would run" in done.err
    assert done.json["spec"]["source"] == {"url": at(repository), "commit": commit}
    spec = read_spec(tmp_path / "made" / "prototype.yaml")
    assert spec.source is not None
    assert (spec.blueprint, spec.source.commit) == ("policy-search@1.0.0", commit)
    assert (tmp_path / "made" / "app.py").read_text(encoding="utf-8") == next(iter(APP.values()))


def test_what_was_trusted_once_is_taken_again_until_the_tag_moves(tmp_path: Path, repository: Path) -> None:
    assert new(tmp_path, "--blueprint", at(repository), "--trust").code == 0
    spec = read_spec(tmp_path / "made" / "prototype.yaml")
    assert blueprint_of(spec).source == spec.source
    written(repository / "policies", {"notes.md": "more"})
    git(repository, "tag", "-d", "v1.0.0")
    moved = tagged(repository, "v1.0.0")
    with pytest.raises(ChoiceProblem, match=moved[:12]):
        blueprint_of(spec)
    found = blueprint_of(spec, trust=True).source
    assert found is not None
    assert found.commit == moved


def test_a_spec_cannot_vouch_for_the_code_it_names(tmp_path: Path, repository: Path) -> None:
    dry = new(tmp_path, "--blueprint", at(repository), "--trust", "--dry-run")
    (tmp_path / "spec.yaml").write_text(dry.out, encoding="utf-8")
    env = {"PROTOKIT_CACHE": str(tmp_path / "cache")}
    words = ["new", "--spec", "spec.yaml", "--out", "made"]
    done = protokit(*words, cwd=tmp_path, env=env)
    assert (done.code, "add --trust" in done.err) == (1, True)
    assert not (tmp_path / "made").exists()
    assert protokit(*words, "--trust", cwd=tmp_path, env=env).code == 0


def test_a_template_that_computes_something_is_shown_as_code_too(tmp_path: Path) -> None:
    files = {
        f"shared/{INSIDE}/README.md": "{% set x = 1 %}",
        f"shared/{INSIDE}/TERMS.md": "{{cookiecutter.slug}}",
    }
    written(tmp_path / "one", files)
    tagged(tmp_path / "one", "v1.0.0")
    with pytest.raises(ChoiceProblem) as caught:
        find_blueprint(f"git+{(tmp_path / 'one').as_uri()}@v1.0.0")
    assert f"it would run shared/{INSIDE}/README.md (1 lines)" in str(caught.value)
    assert "TERMS.md" not in str(caught.value)


def test_the_whole_repository_and_a_branch_can_be_the_blueprint(tmp_path: Path) -> None:
    written(tmp_path / "one")
    commit = tagged(tmp_path / "one", "v1.0.0")
    for ref in ("@v1.0.0", f"@{commit}", ""):
        found = find_blueprint(f"git+{(tmp_path / 'one').as_uri()}{ref}", trust=True)
        assert found.source is not None
        assert found.source.commit == commit


def test_a_link_and_a_hook_in_a_repository_do_nothing(tmp_path: Path, repository: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for a prototype", encoding="utf-8")
    (repository / "policies" / "streamlit" / INSIDE / "style.css").symlink_to(secret)
    written(repository / "policies", {"hooks/post_gen_project.py": f"open({str(tmp_path / 'ran')!r}, 'w')\n"})
    tagged(repository, "v2.0.0")
    done = new(tmp_path, "--blueprint", at(repository, "v2.0.0"), "--trust")
    assert done.code == 0, done.err
    assert "not for a prototype" not in (tmp_path / "made" / "style.css").read_text(encoding="utf-8")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("git+ext::sh -c touch% ran", "is not git+https://"),
        ("git+http://localhost/x", "is not git+https://"),
        ("git+file:///nowhere/at/all@v1", "/nowhere/at/all"),
        ("{repository}@v9#policies", "v9"),
        ("{repository}@--upload-pack=touch ran", "leads out"),
        ("{repository}@v1.0.0#../..", "leads out"),
        ("{repository}@v1.0.0#gone", 'no folder "gone"'),
        ("{repository}@v1.0.0", "no such file"),
    ],
)
def test_an_address_that_leads_nowhere_or_out_is_refused(
    tmp_path: Path, repository: Path, address: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProtokitError, match=re.escape(told)):
        find_blueprint(address.format(repository=f"git+{repository.as_uri()}"), trust=True)
    assert not (tmp_path / "ran").exists()


def test_a_password_in_an_address_is_neither_shown_nor_kept() -> None:
    with pytest.raises(FolderProblem) as caught:
        find_blueprint("git+https://ann:hunter2@localhost:9/team/blueprints@v1")
    assert "hunter2" not in str(caught.value)
    assert "git+https://localhost:9/team/blueprints@v1" in str(caught.value)


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment that sees protokit and all it needs, and nothing else yet."""
    if not UV.exists():
        pytest.skip("uv is not installed")
    place = tmp_path_factory.mktemp("environment")
    assert run([str(UV), "venv", "-q", "--python", sys.executable, "venv"], cwd=place).code == 0
    scripts = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    (site,) = run([str(python), "-c", "import site; print(site.getsitepackages()[0])"], cwd=place).out.split()
    ours = [str(lookup.home().parent), *(path for path in sys.path if path.endswith("-packages"))]
    Path(site, "ours.pth").write_text("\n".join(ours), encoding="utf-8")
    return python


def test_a_packed_blueprint_is_installed_and_found_by_name_and_by_its_examples(
    tmp_path: Path, venv: Path
) -> None:
    written(tmp_path / "mine", {**APP, f"shared/{INSIDE}/.env.example": "KEY=\n"}, requires=">=0.1")
    env = {"PROTOKIT_CACHE": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path / "config")}

    def there(*words: str) -> Done:
        return run([str(venv), "-m", "protokit", *words], cwd=tmp_path, env=env)

    before = there("blueprint", "list", "--json")
    assert [row["name"] for row in before.json] == sorted(lookup.blueprints()), before.err
    packed = there("blueprint", "pack", "./mine")
    assert packed.code == 0, packed.err
    wheel = tmp_path / packed.out.strip()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [archive.read(name).decode() for name in names if name.endswith("/METADATA")]
    assert f"protokit_blueprint_policy_search/shared/{INSIDE}/.env.example" in names
    assert "Requires-Dist: protokit-studio>=0.1" in metadata
    words = ["pip", "install", "-q", "--no-index", "--no-deps", "--python", str(venv), str(wheel)]
    assert run([str(UV), *words], cwd=tmp_path).code == 0

    (row,) = [row for row in there("blueprint", "list", "--json").json if row["name"] == "policy-search"]
    assert row["origin"] == "protokit-blueprint-policy-search 1.0.0"
    done = there("new", PROMPT, "--out", "made")
    assert done.code == 0, done.err
    assert read_spec(tmp_path / "made" / "prototype.yaml").blueprint == "policy-search@1.0.0"
    kept = tree(tmp_path / "made")
    assert kept["app.py"] == next(iter(APP.values())).encode()
    assert [name for name in kept if "__pycache__" in name] == []


def test_looking_for_blueprints_runs_no_code_of_the_packages_that_bring_them(tmp_path: Path) -> None:
    site = tmp_path / "packages"
    written(site / "theirs" / "policies")
    (site / "theirs" / "__init__.py").write_text("raise SystemExit('it ran')", encoding="utf-8")
    about = site / "theirs-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(
        "[protokit.blueprints]\npolicy-search = theirs.policies\ngone = not_there\n", encoding="utf-8"
    )
    done = protokit("blueprint", "list", "--json", cwd=tmp_path, env={"PYTHONPATH": str(site)})
    assert done.code == 0, done.err
    rows = {row["name"]: row for row in done.json}
    assert rows["policy-search"]["origin"] == "theirs 1.0"
    assert rows["policy-search"]["title"] == "Policy search"
    assert "no such file" in rows["not_there"]["error"]
