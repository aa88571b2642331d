"""Bounds that the system itself holds a prototype's process to."""

_MIB = 1024 * 1024
FILES = 4096
"""That a process of a prototype may have open at once, connections included."""
FILE_BYTES = 1024 * _MIB
"""The largest file it may write."""
USERS_PROCESSES = 4096
"""Processes and threads of the Hub's user at which a prototype gets no more; the system does not hold root to it."""
STACKS = 1024 * _MIB
"""What threads reserve, and do not use."""


def bound_resources(memory: int) -> None:
    """Bounds that the system itself holds this process and each that it starts to, far above ordinary use.

    They only keep what goes wild in check until the Hub, which looks once a second, ends it: `memory` is what all
    its processes may hold by that, in bytes.
    """
    import resource

    import psutil

    shared = psutil.Process().memory_info().data
    for name, most in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", FILES),
        ("RLIMIT_FSIZE", FILE_BYTES),
        ("RLIMIT_NPROC", USERS_PROCESSES),
        ("RLIMIT_DATA", shared + 2 * memory + STACKS if memory else resource.RLIM_INFINITY),
    ):
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        bound = min((each for each in (most, hard) if each >= 0), default=resource.RLIM_INFINITY)
        resource.setrlimit(number, (bound, bound))
