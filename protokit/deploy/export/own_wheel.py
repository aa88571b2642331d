"""protokit as one file to install: built from a checkout, or put together again from what is installed."""

import base64
import hashlib
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from importlib.util import find_spec
from pathlib import Path

import protokit
from protokit.deploy.export.requirements import DISTRIBUTION
from protokit.errors import MissingExtra

_MOMENT = (2020, 1, 1, 0, 0, 0)
"""The same for every file, so that the same content gives the same wheel."""
_OF_THIS_MACHINE = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def own_wheel(folder: Path) -> Path:
    """Put the wheel of the running protokit into `folder` and return its path. Raises MissingExtra in a checkout
    without the build tool.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checkout = Path(protokit.__file__).parents[1]
    if (checkout / "pyproject.toml").is_file():
        return _built(checkout, folder)
    return repacked(distribution(DISTRIBUTION), folder)


def _built(checkout: Path, folder: Path) -> Path:
    if find_spec("hatchling") is None:
        raise MissingExtra(
            "building protokit from its checkout needs a package that is not installed",
            fix="Run: pip install hatchling",
        )
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder.resolve())]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def repacked(installed: Distribution, folder: Path) -> Path:
    """The wheel that `installed`, pure Python, was installed from: the same files with the same content."""
    name = installed.metadata["Name"].replace("-", "_")
    path = folder / f"{name}-{installed.version}-py3-none-any.whl"
    record = f"{name}-{installed.version}.dist-info/RECORD"
    rows = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, source in sorted(_files(installed).items()):
            content = source.read_bytes()
            archive.writestr(zipfile.ZipInfo(inside, _MOMENT), content, zipfile.ZIP_DEFLATED)
            rows.append(f"{inside},sha256={_digest(content)},{len(content)}")
        text = "\n".join([*rows, f"{record},,", ""])
        archive.writestr(zipfile.ZipInfo(record, _MOMENT), text, zipfile.ZIP_DEFLATED)
    return path


def _files(installed: Distribution) -> dict[str, Path]:
    """What belongs into the wheel: neither scripts nor what the installer wrote."""
    files = {}
    for file in installed.files or ():
        ours = ".dist-info" in file.parts[0] and file.name in _OF_THIS_MACHINE
        if ".." not in file.parts and "__pycache__" not in file.parts and not ours:
            files[file.as_posix()] = Path(str(file.locate()))
    return files


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
