"""How much CPU `protokit new` takes beside a plain cookiecutter run of a 12-file template, in turn, in one run.

python -m benchmarks.new [--runs 9]
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

FILES = 12
GOAL = 0.8
PROMPT = "Answer new hires' questions about our HR handbook"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    bin_folder = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as aside:
        template = _template(Path(aside, "template"))
        pairs = [_pair(bin_folder, template, Path(aside, f"run{number}")) for number in range(runs + 1)][1:]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(
        json.dumps(
            {
                "new_cpu_s": round(ours, 3),
                "cookiecutter_cpu_s": round(theirs, 3),
                "ratio": round(ratio, 3),
                "goal": GOAL,
            }
        )
    )


def _pair(bin_folder: Path, template: Path, out: Path) -> tuple[float, float]:
    out.mkdir()
    new = [str(bin_folder / "protokit"), "new", PROMPT, "--yes", "--out", str(out / "ours")]
    bare = [
        str(bin_folder / "cookiecutter"),
        str(template),
        "--no-input",
        "--output-dir",
        str(out / "theirs"),
    ]
    return _cpu(new), _cpu(bare)


def _cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def _template(folder: Path) -> Path:
    """Twelve files of the usual kinds, each with a value to fill in."""
    inside = folder / "{{cookiecutter.slug}}"
    inside.mkdir(parents=True)
    (folder / "cookiecutter.json").write_text('{"slug": "bare", "title": "Bare"}', encoding="utf-8")
    for number in range(FILES):
        (inside / f"file{number}.md").write_text(
            "# {{cookiecutter.title}}\n\n" + "Some text.\n" * 40, encoding="utf-8"
        )
    return folder


if __name__ == "__main__":
    main()
