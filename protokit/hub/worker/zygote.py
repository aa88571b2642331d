"""A process that has everything imported already, and forks a prototype's process off itself within milliseconds.

    python -m protokit.hub.worker.zygote FD      FD: a unix stream socket to the keeper. In: one order a line.
    Out: {} when it is warm, then {"started": PID} for each order.

It starts no thread, since a fork copies none. The process it makes is the keeper's child, not its own.
"""

import ctypes
import gc
import json
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

from protokit.hub.worker import worker_main
from protokit.hub.worker.preload import warm_up
from protokit.hub.worker.process_keeper import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG
from protokit.hub.worker.worker_config import WorkerConfig


def main(orders: socket.socket) -> None:
    """Warm up, then fork for each order until the keeper closes the socket."""
    keeper = os.getppid()
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    warm_up()
    gc.collect()
    gc.freeze()  # collections in a fork leave these pages alone, and so shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the Hub's to handle
    orders.sendall(b"{}\n")
    lines = orders.makefile("rb", buffering=0)
    while line := lines.readline():
        started = _fork(WorkerConfig.read(line.decode()), prctl, keeper, orders)
        orders.sendall(json.dumps({"started": started}).encode() + b"\n")


def _fork(order: WorkerConfig, prctl: "ctypes._NamedFuncPointer", keeper: int, orders: socket.socket) -> int:
    """A new process for `order`, with a session of its own by now, so that its group can be ended; 0 for none."""
    ours, theirs = socket.socketpair()
    between = os.fork()  # ends at once, which makes its child the keeper's
    if not between:
        try:
            pid = os.fork()
        except OSError:
            os._exit(1)
        if pid:
            theirs.sendall(pid.to_bytes(8, "big"))
            os._exit(0)
        ours.close()
        _become(order, prctl, keeper, theirs, orders)
    theirs.close()
    with ours:
        os.waitpid(between, 0)
        pid = int.from_bytes(ours.recv(8, socket.MSG_WAITALL), "big")
        with suppress(OSError):
            ours.sendall(b"!")
            ours.recv(1)
    return pid


def _become(
    order: WorkerConfig,
    prctl: "ctypes._NamedFuncPointer",
    keeper: int,
    zygote: socket.socket,
    orders: socket.socket,
) -> NoReturn:
    """In the fork: be the prototype, and never come back."""
    status = 1
    try:
        with zygote:
            zygote.recv(1)  # from now on this is the keeper's child
            os.setsid()
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            prctl(PR_SET_CHILD_SUBREAPER, 1)  # what it starts stays below it, however it is started
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.close(orders.detach())
            if os.getppid() != keeper:
                os._exit(1)
            zygote.sendall(b"!")
        worker_main.run(order)
        status = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status & 0xFF)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
