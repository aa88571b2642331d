"""Runs the tunnel program that the person named, for as long as the Hub runs."""

import asyncio
import shlex
import shutil
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from protokit.errors import ChoiceProblem
from protokit.files.lifeline import tied
from protokit.hub.hosting.process_tree import KILL, ProcessTree, send_to_group
from protokit.hub.hosting.public_address import PROBE, SENT_FROM, PublicAddress, TunnelCandidate
from protokit.hub.hub_settings import environment_for_others

if TYPE_CHECKING:
    from httpx import AsyncClient

_PORT = "{port}"
_GRACE_S = 5.0
_PAUSES_S = (*[1.0] * 20, *[3.0] * 20)
"""Seconds between tries at an address: a new name takes a while until it is known everywhere; then 15."""
_LONGEST_PAUSE_S = 15.0
_PATIENCE_S = 10.0


class Tunnel:
    """One run of a tunnel program."""

    def __init__(self, command: str, port: int, public: PublicAddress) -> None:
        self._command, self._public = tunnel_command(command, port), public
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the program, and look for its address until it is found."""
        self._public.begin()
        self._process = await asyncio.create_subprocess_exec(
            *tied(self._command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            env=environment_for_others(),
        )
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._probe())]

    async def stop(self) -> None:
        """End the program and what it started."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        process = self._process
        if process is None:
            return
        tree = ProcessTree(process.pid)
        tree.send(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE_S)
        tree.kill()  # what it started may have outlived it
        send_to_group(process.pid, KILL)
        await process.wait()

    async def _read(self) -> None:
        """Take in what it prints until it ends."""
        assert self._process
        assert self._process.stdout
        rest = b""
        while piece := await self._process.stdout.read(4096):
            *lines, rest = (rest + piece).replace(b"\r", b"\n").split(b"\n")
            for line in lines:
                self._public.read(line.decode("utf-8", "replace"))
            rest = rest[-4096:]
        self._public.read(rest.decode("utf-8", "replace"))
        self._public.end(await self._process.wait())

    async def _probe(self) -> None:
        """Ask at each address whether it leads here."""
        from httpx import AsyncClient

        pauses = iter(_PAUSES_S)
        async with AsyncClient(timeout=_PATIENCE_S, follow_redirects=False) as client:
            while self._public.state in ("opening", "open"):
                await asyncio.gather(*(_ask(client, each) for each in self._public.candidates))
                await asyncio.sleep(next(pauses, _LONGEST_PAUSE_S))


async def _ask(client: "AsyncClient", candidate: TunnelCandidate) -> None:
    from httpx import HTTPError, InvalidURL

    headers = {PROBE: candidate.token, "X-Forwarded-For": SENT_FROM, "User-Agent": "protokit"}
    with suppress(HTTPError, InvalidURL, OSError):
        await client.get(f"{candidate.origin}/health", headers=headers)


def tunnel_command(command: str, port: int) -> list[str]:
    """The words of a person's command with the port filled in. Raises ChoiceProblem where it cannot be run."""
    try:
        words = shlex.split(command)
    except ValueError as problem:
        raise ChoiceProblem(
            f"the tunnel's command cannot be read ({problem})", fix="Check its quotes."
        ) from None
    if not words or _PORT not in command:
        raise ChoiceProblem(
            "the tunnel's command does not say where the port goes",
            fix='Write it like "cloudflared tunnel --url http://localhost:{port}".',
        )
    program = shutil.which(words[0])
    if program is None:
        raise ChoiceProblem(
            f'the tunnel program "{words[0]}" is not there', fix="Install it, or write its whole path."
        )
    return [program, *(word.replace(_PORT, str(port)) for word in words[1:])]
