"""Resources of the machine: threads, memory, and the extension module, which is optional."""

from __future__ import annotations

import ctypes
import math
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

__all__ = [
    "KERNEL_VARIABLE",
    "available_threads",
    "cgroup_quota",
    "kernel_name",
    "native",
    "pool_of",
    "resident_bytes",
    "return_free_memory",
    "share",
    "use_native",
]

try:
    from graphspec import _native as native
except ImportError:
    # Built without a compiler: numpy and scipy are used instead.
    native = None  # type: ignore[assignment]

KERNEL_VARIABLE = "GRAPHSPEC_KERNEL"
"""Environment variable: ``portable`` leaves the extension module unused."""


def use_native() -> bool:
    """Return whether the extension module exists and is enabled; otherwise portable functions are used."""
    return native is not None and os.environ.get(KERNEL_VARIABLE) != "portable"


def kernel_name() -> str:
    """Return ``compiled`` or ``portable``."""
    return "compiled" if use_native() else "portable"


def pool_of(threads: int) -> AbstractContextManager[ThreadPoolExecutor | None]:
    """Return a pool, or None for one thread, as submitting a small task takes longer than the task."""
    return ThreadPoolExecutor(threads) if threads > 1 else nullcontext()


def available_threads() -> int:
    """Return the number of processors that this process may use, by its affinity and by the quota of its cgroup.

    Schedulers and containers set either: the affinity names processors, the quota limits the time on all of them.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cgroup_quota()
    return processors if quota is None else max(1, min(processors, math.ceil(quota)))


def cgroup_quota(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> float | None:
    """Return the number of processors that the cgroups of this process allow; None where they set no limit.

    Parameters
    ----------
    root
        Where cgroups are mounted, of version 2, or of version 1 with the controller ``cpu``.
    own
        File that names the cgroups of the process.
    """
    try:
        lines = [line.split(":", 2) for line in own.read_text().splitlines()]
    except OSError:
        return None
    limits = []
    for _, controllers, path in (line for line in lines if len(line) == 3):
        if controllers and "cpu" not in controllers.split(","):
            continue
        folder = root / controllers if controllers else root
        # Groups above limit those within; in a container the path is one of the host, and the root is its own.
        for group in (folder / path.lstrip("/"), *(folder / path.lstrip("/")).parents):
            if group.is_relative_to(folder):
                limits.append(_quota_of(group))
    return min((limit for limit in limits if limit is not None), default=None)


def _quota_of(group: Path) -> float | None:
    """Return the processors that one cgroup allows."""
    try:
        if (group / "cpu.max").is_file():
            quota, period = (group / "cpu.max").read_text().split()
        else:
            quota = (group / "cpu.cfs_quota_us").read_text().strip()
            period = (group / "cpu.cfs_period_us").read_text()
        return float(quota) / float(period) if quota not in ("max", "-1") else None
    except (OSError, ValueError, ZeroDivisionError):
        return None


def share(pool: ThreadPoolExecutor | None, workers: int, work: Callable[[], None]) -> None:
    """Run a function in several threads at once, including this one; the function itself divides the work."""
    helpers = [] if pool is None else [pool.submit(work) for _ in range(workers - 1)]
    work()
    for helper in helpers:
        helper.result()


def return_free_memory() -> None:
    """Return freed memory of the C library to the system: a third of that of the search for structure."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def resident_bytes() -> int:
    """Return the resident memory of the process without mapped files; where it is not known, the peak."""
    status = Path("/proc/self/statm")
    if status.is_file():
        import resource

        resident, shared = (int(pages) for pages in status.read_text().split()[1:3])
        return (resident - shared) * resource.getpagesize()
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
