"""Takes a prototype off protokit: the runtime and the vectorstore become plain packages beside its app.py."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import files as installed_files
from pathlib import Path
from tempfile import TemporaryDirectory

import protokit
import vectorstore
from protokit.deploy.export.reachable_modules import Reachable, front_source
from protokit.deploy.export.requirements import DISTRIBUTION, extra_packages, without_protokit
from protokit.deploy.export.rewrite_imports import rewrite_imports
from protokit.errors import FolderProblem
from protokit.files.atomic import atomic_folder
from protokit.files.layout import BASE, KNOWLEDGE, OLDER_BASE, copy_shared, shared_files
from protokit.files.secret_scan import refuse_secrets
from protokit.prototype.prototype_folder import Prototype

NOTE = "EJECTED.md"


@dataclass(frozen=True, slots=True)
class Ejected:
    """Where the ejected prototype is, how its page is opened, and where the folder as it was is kept."""

    folder: Path
    run: str
    backup: Path | None = None


def eject(folder: Path, out: Path | None = None) -> Ejected:
    """Make a copy of the prototype in `folder` that needs no protokit, at `out` (default: FOLDER-ejected beside it).

    Raises FolderProblem for a folder that is taken, and for code that uses more of protokit than the runtime;
    then nothing is written.
    """
    prototype = Prototype.open(folder)
    home = prototype.folder
    target = out or home.with_name(f"{home.name}-ejected")
    changes = _changes(prototype)
    with atomic_folder(target) as staging:
        copy_shared(home, staging)
        _write(staging, changes)
    return Ejected(target, _run(prototype))


def eject_in_place(folder: Path) -> Ejected:
    """Eject the prototype in `folder` itself, after a whole copy of it was made beside it."""
    prototype = Prototype.open(folder)
    home = prototype.folder
    changes = _changes(prototype)
    backup = home.with_name(f"{home.name}-before-eject-{datetime.now():%Y%m%d-%H%M%S}")
    with atomic_folder(backup) as staging:
        shutil.copytree(home, staging, symlinks=True, ignore=shutil.ignore_patterns(".venv"))
    _write(home, changes)
    (home / BASE).unlink(missing_ok=True)
    shutil.rmtree(home / OLDER_BASE, ignore_errors=True)
    return Ejected(home, _run(prototype), backup)


def _changes(prototype: Prototype) -> dict[Path, bytes]:
    """The content of every file that differs in the ejected folder, by its path inside."""
    refuse_secrets(prototype.folder, shared_files(prototype.folder), "ejected")
    names = _names(prototype)
    for name in names.values():
        if (prototype.folder / name).exists():
            raise FolderProblem(
                "was ejected already", where=str(prototype.folder / name), fix="Run it as it is."
            )
    own = {inside: _own(prototype, inside, names) for inside in shared_files(prototype.folder)}
    plumbing = _plumbing(prototype, names)
    note = Path(__file__).with_name("ejected.md").read_text(encoding="utf-8")
    words = {
        "version": protokit.__version__,
        "run": _run(prototype),
        **dict(zip("ab", names.values(), strict=True)),
    }
    note = re.sub(r"\[\[(\w+)\]\]", lambda token: words[token[1]], note)
    return {**{i: c for i, c in own.items() if c is not None}, **plumbing, Path(NOTE): note.encode()}


def _names(prototype: Prototype) -> dict[str, str]:
    """What the two packages are called in the ejected folder."""
    stem = re.sub(r"\W", "_", prototype.spec.slug)
    stem = stem if stem.isidentifier() else f"app_{stem}"
    return {"protokit.runtime": f"{stem}_runtime", "vectorstore": f"{stem}_vectorstore"}


def _run(prototype: Prototype) -> str:
    """The command that opens the page, under the same Content-Security-Policy as before."""
    if prototype.spec.screen == "gradio":
        return "python app.py"
    return f"python -m {_names(prototype)['protokit.runtime']}.ui.page_server app.py"


def _own(prototype: Prototype, inside: Path, names: Mapping[str, str]) -> bytes | None:
    """What becomes of a file of the prototype's own, None where it stays."""
    path, spec = prototype.folder / inside, prototype.spec
    if inside.suffix == ".py":
        return rewrite_imports(_read(path), names, where=inside.as_posix()).encode()
    if inside == Path("requirements.txt"):
        return without_protokit(_read(path), [spec.screen, "docs"]).encode()
    if inside == Path(".streamlit/config.toml"):  # `protokit run` gives the colour; else it is read here
        return re.sub(r'(?m)^primaryColor = ".*"$', f'primaryColor = "{spec.accent}"', _read(path)).encode()
    if inside.suffix in (".md", ".mdc") and inside.parts[0] != KNOWLEDGE:
        return _retold(_read(path), _run(prototype)).encode()
    return None


def _retold(text: str, run: str) -> str:
    """A guide without the commands that are gone."""
    text = re.sub(r"(?ms)^## Hand it over\n.*?(?=^## )", "", text)
    text = re.sub(r"(?m)^protokit (check|ask) .*\n", "", text)
    text = text.replace("`protokit check .` and `pytest` pass", "`pytest` passes")
    return text.replace("protokit run .", run).replace("protokit check .", "pytest")


def _plumbing(prototype: Prototype, names: Mapping[str, str]) -> dict[Path, bytes]:
    """What the prototype's code reaches of the two packages, under their new names, each with the licence."""
    homes = {
        "protokit.runtime": Path(protokit.__file__).parent / "runtime",
        "vectorstore": _home(vectorstore.__file__),
    }
    reachable = Reachable(homes)
    own = [prototype.folder / inside for inside in shared_files(prototype.folder) if inside.suffix == ".py"]
    server = "page_server" if prototype.spec.screen == "streamlit" else "gradio_server"
    reachable.follow(map(_read, own), [*homes, f"protokit.runtime.ui.{server}"])
    fronts = {module.path: module for module in reachable.modules.values() if module.fronts}
    files = {Path(names[package], "LICENSE"): _licence() for package in homes}
    for package, path in reachable.files():
        inside = Path(names[package]) / path.relative_to(homes[package])
        if path.suffix == ".py":
            front = fronts.get(path)
            source = front_source(front, reachable.names.get(front.name, ())) if front else _read(path)
            files[inside] = _renamed(source, names).encode()
        else:
            files[inside] = path.read_bytes()
    return _formatted(files)


def _formatted(files: Mapping[Path, bytes]) -> dict[Path, bytes]:
    """The same with the imports in order and the lines as ruff has them: the new names have other lengths."""
    with TemporaryDirectory(prefix="protokit-eject-") as aside:
        _write(Path(aside), files)
        packages = sorted({path.parts[0] for path in files})
        known = f"lint.isort.known-first-party = {packages!r}"
        common = ["--isolated", "--quiet", "--no-cache", "--config", "line-length = 110", aside]
        for words in (["check", "--select", "I", "--fix", "--config", known], ["format"]):
            subprocess.run([sys.executable, "-m", "ruff", *words, *common], check=True)
        return {path: Path(aside, path).read_bytes() for path in files}


def _renamed(source: str, names: Mapping[str, str]) -> str:
    """Our own code says a package's name for nothing but the package, in texts and comments too."""
    for old, new in names.items():
        source = re.sub(rf"\b{re.escape(old)}\b", new, source)
    return re.sub(rf"{DISTRIBUTION}\[(\w+)\]", lambda match: " ".join(extra_packages(match[1])), source)


def _home(file: str | None) -> Path:
    assert file is not None
    return Path(file).parent


def _licence() -> bytes:
    """The licence's text: beside the checkout, or among the files of the installed distribution."""
    beside = Path(protokit.__file__).parents[1] / "LICENSE"
    if beside.is_file():
        return beside.read_bytes()
    (licence,) = [file for file in installed_files(DISTRIBUTION) or () if file.name == "LICENSE"]
    return Path(str(licence.locate())).read_bytes()


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FolderProblem("not UTF-8 text", where=str(path), fix="Save it as UTF-8.") from None


def _write(folder: Path, changes: Mapping[Path, bytes]) -> None:
    for inside, content in changes.items():
        path = folder / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
