"""Opens a prototype's page: finds a port, starts the screen, says when it is there, stops it with Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from protokit.errors import CheckFailed, ProtokitError
from protokit.prototype.prototype_folder import FIRST_PORT, Prototype, free_port
from protokit.runtime.settings import settings_state

LOOK_EVERY = 1.0
"""Seconds between two looks at whether the owner has edited the prototype."""
TIMEOUT_S = 120.0
"""Seconds a page may take to answer; a cold disk under load needs most of a minute."""


def run_prototype(
    folder: Path,
    port: int | None,
    *,
    read_again: bool = False,
    say: Callable[[str], None],
    announce: Callable[[str], None],
) -> None:
    """Serve the page until Ctrl-C. `announce` gets the address once the page answers, `say` everything else."""
    prototype = Prototype.open(folder)
    if read_again:
        prototype.read_again()
    for line in prototype.left_out():
        say(line)
    wanted = port or FIRST_PORT
    free = free_port(wanted)
    if free != wanted:
        say(f"Port {wanted} is in use, taking {free}.")
    say(f"Starting {prototype.spec.title}...")
    with suppress(KeyboardInterrupt), ending_with_signals():
        with prototype.serve(free, log=say) as child:
            wait_until_open(child, free)
            address = f"http://localhost:{free}"
            announce(address)
            say("Press Ctrl-C to stop.")
            if _has_desktop():
                webbrowser.open(address)
            edited = _wait(child, prototype, say)
        while edited:
            with edited.serve(free, log=say) as child:
                wait_until_open(child, free)
                say("Opened anew: prototype.yaml was edited.")
                edited = _wait(child, edited, say)


def _wait(
    child: "subprocess.Popen[bytes]", prototype: Prototype, say: Callable[[str], None]
) -> Prototype | None:
    """Wait until the page ends, or for an edit that it does not take up by itself; the prototype as it is then."""
    if prototype.spec.screen != "gradio":
        child.wait()
        return None
    state = settings_state(prototype.folder)
    while True:
        with suppress(subprocess.TimeoutExpired):
            child.wait(LOOK_EVERY)
            return None
        if (now := settings_state(prototype.folder)) != state:
            state = now
            try:
                return Prototype.open(prototype.folder)
            except ProtokitError as problem:
                say(str(problem))


@contextmanager
def ending_with_signals() -> Iterator[None]:
    """Let a hang-up or a request to end leave by the way of an exception, so that what was started is stopped too.

    A signal that is ignored (`nohup`) stays so. Only for the main thread.
    """

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    signals = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {one: signal.getsignal(one) for one in signals}
    taken = [one for one in signals if before[one] is not signal.SIG_IGN]
    for one in taken:
        signal.signal(one, leave)
    try:
        yield
    finally:
        for one in taken:
            signal.signal(one, before[one])


def wait_until_open(child: "subprocess.Popen[bytes]", port: int) -> None:
    """Return when something listens on `port`; CheckFailed when `child` ended first or nothing came."""
    until = time.monotonic() + TIMEOUT_S
    while time.monotonic() < until:
        if child.poll() is not None:
            raise CheckFailed(
                f"the page stopped at once (exit {child.returncode})", fix="`protokit check` tells why."
            )
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise CheckFailed(
        f"the page did not answer within {TIMEOUT_S:.0f} s", fix="Try again, or run `protokit check`."
    )


def _has_desktop() -> bool:
    if os.environ.get("CI") or os.environ.get("PROTOKIT_NO_BROWSER") or not sys.stderr.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
