"""Functions of PDFium without the checks of their arguments, for what is called for every letter of a long file.

The checks of ctypes take longer than the functions do. Handles and addresses are plain numbers here.
"""

import ctypes
from collections.abc import Callable
from typing import Any

NUMBER, ADDRESS = ctypes.c_int, ctypes.c_void_p


def quick(function: Any, *arguments: Any, gives: Any = ctypes.c_int) -> Callable[..., Any]:
    """`function` of pypdfium2.raw, called with plain numbers of the types in `arguments`."""
    return ctypes.PYFUNCTYPE(gives, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


def handle(pointer: Any) -> int:
    """The number of a handle of pypdfium2."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
