"""Finishes a prototype for the `cookiecutter` command: protokit makes it of the answers, as `protokit new` does."""

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> None:
    here = Path.cwd()
    answers = json.loads((here / "answers.json").read_text(encoding="utf-8"))
    (here / "answers.json").unlink()
    try:
        from protokit.authoring.cookiecutter_bridge import make_answered
        from protokit.errors import ProtokitError
    except ImportError:
        sys.exit(f'protokit is not installed here. Run: pip install "protokit-studio[{answers["screen"]}]"')
    with TemporaryDirectory() as aside:
        try:
            shutil.copytree(make_answered(answers, Path(aside, here.name)), here, dirs_exist_ok=True)
        except ProtokitError as problem:
            sys.exit(str(problem))


if __name__ == "__main__":
    main()
