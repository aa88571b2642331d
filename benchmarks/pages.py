"""How long until a person reads and is answered: protokit's pages beside the plainest ones of the same libraries.

    python -m benchmarks.pages [--runs 3]

Each start is timed from the command to the page's own words in a headless Chromium that is already open; the
contenders take turns. Needs Chromium.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from protokit.prototype.prototype_folder import free_port
from tests.support.browser import Visit, visit

CHAT = (
    "import gradio as gr\ngr.ChatInterface(lambda message, history: message, title='Plain words').launch()\n"
)
PROMPT = "A chatbot that answers new hires' questions about our HR handbook"
QUESTION = "How many days of annual leave do I get?"
PATIENCE = 120


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as aside, visit("about:blank", Path(aside, "profile")) as shown:
        told = measure(shown, Path(aside), runs)
    for row in told:
        print(json.dumps(row))


def measure(shown: Visit, aside: Path, runs: int) -> list[dict[str, object]]:
    """One row a number: what, seconds (median), beside what, ratio, goal."""
    plain = aside / "plain.py"
    plain.write_text(CHAT, encoding="utf-8")
    streamlit, gradio = new(aside / "s", "streamlit"), new(aside / "g", "gradio")
    contenders: dict[str, Callable[[int], tuple[list[str], str]]] = {
        "streamlit hello": lambda port: (
            python("streamlit", "hello", *headless(port)),
            "Welcome to Streamlit",
        ),
        "protokit run (streamlit)": lambda port: (protokit("run", streamlit, port), "HR Helper"),
        "gr.ChatInterface": lambda port: ([sys.executable, str(plain)], "Plain words"),
        "protokit run (gradio)": lambda port: (protokit("run", gradio, port), "HR Helper"),
    }
    words: dict[str, list[float]] = {name: [] for name in contenders}
    answers: dict[str, list[float]] = {name: [] for name in contenders if name.startswith("protokit")}
    for _ in range(runs):
        for name, contender in contenders.items():
            port = free_port(8900)
            command, text = contender(port)
            began = time.perf_counter()
            with started(command, port):
                see(shown, port, text)
                words[name].append(time.perf_counter() - began)
                if name in answers:
                    answers[name].append(ask(shown))
    trip = [whole_trip(shown, aside / f"trip{number}") for number in range(runs)]
    return [
        compared("streamlit", words["protokit run (streamlit)"], words["streamlit hello"], 1.5),
        compared("gradio", words["protokit run (gradio)"], words["gr.ChatInterface"], 1.3),
        *(timed(f"{name}: question to cited answer, s", times, 3) for name, times in answers.items()),
        timed("prompt to first cited answer (streamlit), s", trip, 8),
    ]


def compared(what: str, ours: list[float], theirs: list[float], goal: float) -> dict[str, object]:
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    told = {"what": f"words visible, {what}", "ours_s": mid(ours), "theirs_s": mid(theirs)}
    return {**told, "ratio": round(ratio, 2), "goal": goal}


def timed(what: str, times: list[float], goal: float) -> dict[str, object]:
    return {"what": what, "median": mid(times), "goal": goal}


def mid(times: list[float]) -> float:
    return round(statistics.median(times), 2)


def new(folder: Path, screen: str) -> Path:
    command = [*protokit_command(), "new", PROMPT, "--name", "HR Helper", "--ui", screen, "--yes"]
    command += ["--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def whole_trip(shown: Visit, folder: Path) -> float:
    """Seconds from the typed line to the first cited answer."""
    port = free_port(8900)
    command = [*protokit_command(), "demo", PROMPT, "--name", "HR Helper", "--yes"]
    command += ["--out", str(folder), "--port", str(port)]
    began = time.perf_counter()
    with started(command, port):
        see(shown, port, "HR Helper")
        ask(shown)
        return time.perf_counter() - began


def see(shown: Visit, port: int, text: str) -> None:
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        with suppress(Exception):
            shown.page.goto(f"http://localhost:{port}", wait_until="commit")
            break
        time.sleep(0.02)
    shown.page.get_by_text(text).first.wait_for(timeout=PATIENCE * 1000)


def ask(shown: Visit) -> float:
    began = time.perf_counter()
    shown.page.get_by_text(QUESTION).first.click()
    shown.page.get_by_text("[1]").first.wait_for(timeout=PATIENCE * 1000)
    return time.perf_counter() - began


@contextmanager
def started(command: list[str], port: int) -> Iterator[None]:
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def headless(port: int) -> list[str]:
    return [f"--server.port={port}", "--server.headless=true", "--browser.gatherUsageStats=false"]


def protokit_command() -> list[str]:
    return [str(Path(sys.executable).parent / "protokit")]


def protokit(verb: str, folder: Path, port: int) -> list[str]:
    return [*protokit_command(), verb, str(folder), "--port", str(port)]


if __name__ == "__main__":
    main()
