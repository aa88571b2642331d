"""The finished prototypes in demos/ are what the command that makes them makes today."""

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2]


def files(folder: Path) -> dict[str, bytes]:
    hidden = {"__pycache__", ".protokit", ".pytest_cache"}
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not hidden & set(path.parts)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_demos_are_made_not_written(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "demos.make", str(tmp_path)], cwd=HOME, check=True, capture_output=True
    )
    made = files(tmp_path)
    kept = {name: content for name, content in files(HOME / "demos").items() if "/" in name}
    assert sorted(made) == sorted(kept), "run `make demos`"
    changed = [name for name in made if made[name] != kept[name]]
    assert changed == [], "run `make demos`"
