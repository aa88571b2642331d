"""Takes from this process, and from all that it starts, what it does not need: files, network, other processes.

On Linux the kernel holds it: Landlock for files, TCP ports and signals, a seccomp filter for what Landlock does not
cover. Neither needs a privilege, and neither can be undone. Elsewhere `support` says that there is none.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.confinement.system_calls import drop_capabilities, hold_calls

if TYPE_CHECKING:
    from landlockpy import AccessFS, Ruleset

FULL = 6
"""The Landlock version from which on everything is held: files and truncation, TCP ports, devices, signals."""
_SYSTEM = (
    *(
        "/usr",
        "/lib",
        "/lib32",
        "/lib64",
        "/bin",
        "/nix/store",
        "/proc",
        "/sys/devices/system",
        "/sys/fs/cgroup",
        "/dev/urandom",
    ),
    *(
        "/dev/random",
        "/dev/zero",
        "/etc/ssl",
        "/etc/pki",
        "/etc/ca-certificates",
        "/etc/ca-certificates.conf",
    ),
    *(
        "/etc/localtime",
        "/etc/timezone",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/etc/nsswitch.conf",
        "/etc/host.conf",
    ),
    *(
        "/etc/gai.conf",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/fonts",
        "/etc/mime.types",
    ),
    *(
        "/etc/locale.alias",
        "/etc/passwd",
        "/etc/group",
        "/etc/alternatives",
        "/etc/services",
        "/etc/protocols",
    ),
    *("/etc/openssl", "/etc/machine-id", "/var/lib/dbus/machine-id"),  # Streamlit asks for the latter
)
"""What any program reads of the machine: libraries, certificates, time zones, fonts, names; nothing secret."""


class Unconfinable(Exception):
    """The kernel does not do what was asked; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Support:
    """What this machine's kernel offers: `landlock` is its version, 0 for none."""

    landlock: int
    seccomp: bool

    @property
    def full(self) -> bool:
        return self.landlock >= FULL and self.seccomp

    @property
    def lack(self) -> str:
        """What is missing, for a person; "" where nothing is."""
        if sys.platform != "linux":
            return "this system has no Landlock; only Linux does"
        if self.landlock == 0:
            return "this Linux has no Landlock, or a container forbids it"
        if not self.seccomp:
            return "no seccomp filter can be used here"
        return "" if self.full else f"Landlock is of version {self.landlock} here, {FULL} holds everything"


def support() -> Support:
    """What can be held here; Support(0, False) where the packages for it are missing."""
    if sys.platform != "linux":
        return Support(0, False)
    try:
        import landlockpy
        import seccompy

        return Support(landlockpy.abi_version(), seccompy.supported())
    except (ImportError, OSError):
        return Support(0, False)


@dataclass(frozen=True, slots=True)
class Confinement:
    """What stays: all else is refused, as if the file were another user's and the network were unplugged."""

    read: tuple[Path, ...] = ()
    """Files and folders that may be read and run, beside Python's, the packages' and the system's."""
    write: tuple[Path, ...] = ()
    """Files and folders that may be read and changed too."""
    records: tuple[Path, ...] = ()
    """Folders in which files may be made, changed and removed, but no folders."""
    private: tuple[Path, ...] = ()
    """Folders of which nothing is granted but what `read` and `write` name, wherever they lie."""
    ports: tuple[int, ...] = ()
    """TCP ports, at any host, that it may connect to by itself. With none it opens no connection of any kind."""
    sockets: bool = False
    """Whether it may make sockets for TCP, for connections that another process hands to it."""


def confine(confinement: Confinement) -> None:
    """Hold this thread, the threads and the processes that it starts to `confinement`, for good.

    To be called before there are other threads, which stay free. Raises Unconfinable, where nothing was taken yet.
    """
    if not (can := support()).landlock or not can.seccomp:
        raise Unconfinable(can.lack)
    try:
        _hold_files(confinement)
        drop_capabilities()
        hold_calls(sockets=confinement.sockets, connects=bool(confinement.ports))
    except OSError as error:
        raise Unconfinable(f"the kernel refused to confine it ({error.strerror})") from None


def _hold_files(confinement: Confinement) -> None:
    from landlockpy import AccessFS, AccessNet, Ruleset, Scope

    look = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
    files = AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.REMOVE_FILE | AccessFS.MAKE_REG
    change = (
        look | files | AccessFS.REMOVE_DIR | AccessFS.MAKE_DIR | AccessFS.REFER
    )  # no links, sockets, devices
    null = AccessFS.READ_FILE | AccessFS.WRITE_FILE
    granted = [(path, look) for path in confinement.read]
    granted += [(path, look) for path in (*_python(), *map(Path, _SYSTEM))]
    with Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as ruleset:
        for path, access in granted:
            for place, whole in _without(path, confinement.private, confinement.read):
                _grant(ruleset, place, access if whole else AccessFS.READ_DIR)
        for paths, access in ((confinement.write, change), (confinement.records, look | files)):
            for path in paths:
                _grant(ruleset, path, access)
        _grant(ruleset, Path(os.devnull), null)
        for port in confinement.ports:
            ruleset.allow_port(port, AccessNet.CONNECT_TCP)
        ruleset.restrict()


def _grant(ruleset: "Ruleset", path: Path, access: "AccessFS") -> None:
    """Grant what is there; a file takes only the rights that files have."""
    from landlockpy import AccessFS

    of_files = AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.EXECUTE | AccessFS.TRUNCATE
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        ruleset.allow_path(path, access if path.is_dir() else access & of_files)


def _python() -> Iterator[Path]:
    """Where the interpreter and what it imports lie: of a folder with other things too, only the packages."""
    installed = {Path(place).resolve() for place in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    yield from installed
    for place in filter(None, sys.path):
        path = Path(place).resolve()
        if path.name in ("site-packages", "dist-packages"):
            yield path
        elif not any(path.is_relative_to(home) for home in installed):
            yield from _importable(path)


def _importable(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        for path in folder.iterdir():
            if (path / "__init__.py").is_file() or path.suffix in (".py", ".so", ".pth"):
                yield path


def _without(path: Path, private: Iterable[Path], named: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """`path`, or the parts of it that hold nothing private; False with a folder that may only be listed."""
    if path in named or not any(each.is_relative_to(path) for each in private):
        yield path, True
    elif path not in private:
        yield path, False
        with suppress(OSError):
            for below in path.iterdir():
                yield from _without(below, private, named)
