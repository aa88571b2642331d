"""Whether the programs that people use can ask a prototype: each client, pinned, against `protokit serve` and `mcp`.

    python -m benchmarks.clients FOLDER "A question that its documents answer"

Needs node, npm and a package index; the clients go into a temporary folder. Exit 1 where one of them fails.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from protokit.deploy.serving.auth import api_keys
from protokit.prototype.prototype_folder import Prototype, free_port
from protokit.prototype.run_prototype import wait_until_open

HERE = Path(__file__).parent
INSPECTOR = ["node_modules/.bin/mcp-inspector", "--cli"]


@contextmanager
def started(folder: Path, *words: str) -> Iterator[str]:
    """The address of `protokit WORDS folder`, until the block ends."""
    port = free_port(8700)
    command = [sys.executable, "-m", "protokit", *words, str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            wait_until_open(child, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            child.terminate()


def install(place: Path) -> Path:
    """The clients in `place`, and its Python."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed: the npm clients cannot be tried.")
    shutil.copy(HERE / "package.json", place)
    shutil.copy(HERE / "ask.mjs", place)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run([npm, "install", *quiet], cwd=place, check=True, timeout=600)
    uv = str(Path(sys.executable).with_name("uv"))
    python = place / "venv" / "bin" / "python"
    subprocess.run([uv, "venv", "-q", place / "venv"], check=True)
    pins = HERE / "requirements.txt"
    subprocess.run([uv, "pip", "install", "-q", "--python", python, "-r", pins], check=True, timeout=600)
    return python


def ask(folder: Path, question: str, place: Path) -> list[dict[str, object]]:
    """What each client was told."""
    python, prototype = install(place), Prototype.open(folder)
    key = next(iter(api_keys(folder)))
    about = {"KEY": key, "MODEL": prototype.spec.slug, "QUESTION": question}
    lines: list[str] = []
    with started(folder, "serve") as url:
        for command in (["node", "ask.mjs"], [str(python), str(HERE / "ask.py")]):
            env = {**os.environ, **about, "URL": url, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
            done = subprocess.run(command, cwd=place, env=env, stdout=subprocess.PIPE, text=True, timeout=300)
            lines += done.stdout.splitlines()
    with started(folder, "mcp", "--http") as url:
        words = [f"{url}/mcp", "--transport", "http", "--header", f"Authorization: Bearer {key}"]
        words += ["--method", "tools/list"]
        done = subprocess.run([*INSPECTOR, *words], cwd=place, stdout=subprocess.PIPE, text=True, timeout=120)
        tools = [tool["name"] for tool in json.loads(done.stdout)["tools"]] if done.returncode == 0 else []
        lines.append(json.dumps({"client": "MCP inspector", "text": ", ".join(tools)}))
    return [json.loads(line) for line in lines if line.startswith("{")]


def main() -> None:
    folder, question = Path(sys.argv[1]).resolve(), sys.argv[2]
    with TemporaryDirectory(prefix="clients-") as place:
        results = ask(folder, question, Path(place))
    for result in results:
        print(json.dumps(result))
    sys.exit(0 if len(results) == 12 and all(result["text"] for result in results) else 1)


if __name__ == "__main__":
    main()
