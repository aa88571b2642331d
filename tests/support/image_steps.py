"""A Dockerfile's steps, read and carried out without a container engine: in a folder and a virtual environment."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Each instruction and what follows it; continued lines are joined, comments left out."""
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    pairs = (line.split(None, 1) for line in joined.splitlines() if line.strip())
    return [(word.upper(), rest.strip()) for word, rest in pairs]


@dataclass(slots=True)
class Image:
    """What the steps made: files below `root`, and how the container would start."""

    root: Path
    python: Path
    """Of the environment that stands for the base image."""
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def build(self, context: Path, env: Mapping[str, str]) -> None:
        """Carry out the Dockerfile in `context`; adding users needs an engine and is left out."""
        for word, rest in instructions((context / "Dockerfile").read_text(encoding="utf-8")):
            match word:
                case "ENV":
                    self.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))
                case "WORKDIR":
                    self.workdir = rest
                    self.here.mkdir(parents=True, exist_ok=True)
                case "COPY":
                    self._copy(context, [part for part in rest.split() if not part.startswith("--")])
                case "RUN" if not rest.startswith("useradd "):
                    self.run(shlex.split(rest), env)
                case "USER":
                    self.user = rest
                case "CMD":
                    self.command = json.loads(rest)
                case "HEALTHCHECK":
                    self.health = json.loads(rest.partition(" CMD ")[2])
                case "FROM" | "RUN" | "EXPOSE":
                    self.ran.append(f"{word} {rest}")
                case _:
                    raise AssertionError(f"{word} is not known here")

    @property
    def here(self) -> Path:
        """The working directory."""
        return self.root / self.workdir.lstrip("/")

    def words(self, command: list[str]) -> list[str]:
        """`command` with the environment's Python; pip's work is done by uv, in a tenth of the time."""
        if command[:3] == ["python", "-m", "pip"]:
            options = [word for word in command[4:] if word != "--no-cache-dir"]
            return [str(UV), "pip", command[3], "--python", str(self.python), *options]
        return [str(self.python) if word == "python" else word for word in command]

    def run(self, command: list[str], env: Mapping[str, str]) -> None:
        """Run one command to its end; it must succeed."""
        self.ran.append(shlex.join(command))
        done = subprocess.run(
            self.words(command), cwd=self.here, env=dict(env), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """What the container's process would find, with homes and caches below `root`."""
        homes = {"HOME": str(self.root / "home"), "XDG_CACHE_HOME": str(self.root / "cache")}
        return {**env, **self.env, **homes, "PATH": os.environ["PATH"]}

    def _copy(self, context: Path, parts: list[str]) -> None:
        *sources, target = parts
        for source in sources:
            path, to = context / source, self.here / target
            if path.is_dir():
                shutil.copytree(path, to, dirs_exist_ok=True)
            else:
                shutil.copyfile(path, to / path.name if to.is_dir() or target.endswith("/") else to)
