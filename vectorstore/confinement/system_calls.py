"""The system calls that a confined process is refused: those by which it would reach past its files."""

import ctypes
import errno
import platform
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seccompy import ArgCmp

_REFUSED = """
    ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd get_robust_list move_pages migrate_pages
    io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key bpf perf_event_open userfaultfd
    mount umount2 move_mount open_tree fsopen fsmount fsconfig fspick mount_setattr pivot_root chroot unshare setns
    name_to_handle_at open_by_handle_at fanotify_init inotify_add_watch quotactl acct swapon swapoff reboot
    kexec_load kexec_file_load init_module finit_module delete_module iopl ioperm modify_ldt syslog vhangup
    settimeofday clock_settime clock_adjtime sethostname setdomainname
    shmget shmat msgget semget mq_open mq_unlink chown lchown fchownat bind
""".split()
_IGNORED = ("chmod", "fchmod", "fchmodat", "fchmodat2", "fchown")
"""Landlock does not look at these, so they would reach every file of the user. They are answered as if done, for
SQLite and who copies a file would fail otherwise: what is written keeps the mode it was made with."""
_NO_ATTRIBUTES = ("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr")
_OWN_ONLY = ("prlimit64", "sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity")
"""Take a process id first, and may be asked for the own process alone: 0."""
_NAMESPACES = (0x0002_0000, *(1 << bit for bit in range(25, 31)))
"""The flags of `clone` that make a namespace: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_ALL = 0xFFFF_FFFF
_FASTOPEN = 0x2000_0000
"""MSG_FASTOPEN: connects while it sends, past the rule for connections."""
_X32 = 0x4000_0000
"""The bit by which x86-64 takes a second numbering of all its calls, which nothing here uses."""
_X32_OWN = range(512, 548)
_KIND = 0xF
"""The bits of a socket's type that are not flags."""


def hold_calls(*, sockets: bool, connects: bool) -> None:
    """Refuse the calls above, for good: all sockets but for TCP, or those too; and all connecting, or not."""
    rules = _Rules()
    for name in _REFUSED:
        rules.refuse(name, errno.EPERM)
    for name in _IGNORED:
        rules.refuse(name, 0)
    for name in _NO_ATTRIBUTES:
        rules.refuse(name, errno.EOPNOTSUPP)
    for name in _OWN_ONLY:
        rules.allow(name, {0: 0})
        rules.refuse(name, errno.EPERM)
    for name, process in (("setpriority", 0), ("ioprio_set", 1)):
        rules.allow(name, {0: process, 1: 0})
        rules.refuse(name, errno.EPERM)
    rules.refuse("clone3", errno.ENOSYS)  # its flags cannot be seen; who gets this answer takes `clone`
    for flag in _NAMESPACES:
        rules.refuse("clone", errno.EPERM, {0: flag}, mask=flag)
    _hold_sockets(rules, sockets or connects, connects)
    rules.load()


def _hold_sockets(rules: "_Rules", sockets: bool, connects: bool) -> None:
    """Streams between processes stay; ports are Landlock's to look at, which does not know MPTCP and SCTP."""
    rules.allow("socketpair", {0: socket.AF_UNIX, 1: socket.SOCK_STREAM}, mask=_KIND)
    rules.refuse("socketpair", errno.EACCES)
    for family in (socket.AF_INET, socket.AF_INET6) if sockets else ():
        for protocol in (0, socket.IPPROTO_TCP):
            rules.allow("socket", {0: family, 1: socket.SOCK_STREAM, 2: protocol}, mask=_KIND)
    rules.refuse("socket", errno.EACCES)
    if not connects:
        rules.refuse("connect", errno.EACCES)
    for name, place in (("sendto", 3), ("sendmsg", 2), ("sendmmsg", 3)):
        rules.refuse(name, errno.EACCES, {place: _FASTOPEN}, mask=_FASTOPEN)


class _Rules:
    """A filter that lets everything through but what is refused; the first rule for a call that fits holds."""

    def __init__(self) -> None:
        from seccompy import Filter

        self._filter = Filter()
        self._numbers: set[int] = set()

    def allow(self, name: str, arguments: dict[int, int], mask: int = _ALL) -> None:
        """Allow a call whose arguments, each under its mask, are these."""
        self._filter.allow(name, args=_conditions(arguments, mask))

    def refuse(
        self, name: str, error: int, arguments: dict[int, int] | None = None, mask: int = _ALL
    ) -> None:
        """Answer `error` to a call, 0 for done; other processors lack some of the calls."""
        from seccompy import syscall_nr

        with suppress(ValueError):
            self._numbers.add(syscall_nr(name))
            self._filter.errno(name, error, args=_conditions(arguments or {}, mask))

    def load(self) -> None:
        """Set the filter. The second numbering of x86-64 would go round it, so what is named here has none."""
        if platform.machine() == "x86_64":
            for number in self._numbers | set(_X32_OWN):
                self._filter.errno(number | _X32, errno.ENOSYS)
        self._filter.load()


def _conditions(arguments: dict[int, int], mask: int) -> "list[ArgCmp]":
    """The kernel reads the lower 32 bits of these arguments, and so does the filter."""
    from seccompy import ArgCmp, CmpOp

    masks = {place: mask if place == 1 or mask.bit_count() == 1 else _ALL for place in arguments}
    return [ArgCmp(place, CmpOp.MASKED_EQ, value, masks[place]) for place, value in arguments.items()]


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def drop_capabilities() -> None:
    """Give up what root may beyond its own files, for good: with no_new_privs, no program gives it back."""
    none = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(ctypes.byref(_Header(0x2008_0522, 0)), none):
        raise OSError(ctypes.get_errno(), "capabilities cannot be dropped")
