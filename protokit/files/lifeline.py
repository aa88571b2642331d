"""Ties a command to the life of the process that starts it: killed with it, however that ends.

python -I -S lifeline.py PARENT COMMAND...      becomes COMMAND, if PARENT is still there
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def tied(command: list[str]) -> list[str]:
    """`command` for a child of this process's main thread; as it is, where the system cannot do it."""
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == int(sys.argv[1]):
        os.execv(sys.argv[2], sys.argv[2:])
