"""Runs a command under a kernel without Landlock: a filter answers its first call as a kernel does that has none."""

import sys

_BEGIN = """
import errno, os, sys
from seccompy import Filter

calls = Filter()
calls.errno("landlock_create_ruleset", errno.ENOSYS)
calls.load()
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""

WITHOUT_LANDLOCK = [sys.executable, "-c", _BEGIN]
"""Stands in the place of Python in a command; all that it starts is held to it too."""
