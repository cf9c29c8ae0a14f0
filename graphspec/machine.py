"""Resources of the machine: threads, memory, and the extension module, which is optional."""

from __future__ import annotations

import ctypes
import math
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path

from threadpoolctl import ThreadpoolController

from graphspec.errors import ParameterError

__all__ = [
    "KERNEL_VARIABLE",
    "available_bytes",
    "available_threads",
    "cgroup_quota",
    "instruction_set",
    "instruction_sets",
    "kernel_name",
    "native",
    "one_blas_thread",
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
"""Environment variable: ``portable`` leaves the extension module unused, another name chooses an instruction set."""

_INSTRUCTION_SETS = ("generic", "avx2", "avx512")  # in the order of the extension module


def use_native() -> bool:
    """Return whether the extension module exists and is enabled; otherwise portable functions are used."""
    return native is not None and os.environ.get(KERNEL_VARIABLE) != "portable"


def instruction_sets() -> tuple[str, ...]:
    """Return the instruction sets of this processor for which the recurrence is compiled, the narrowest first."""
    return () if native is None else _INSTRUCTION_SETS[: native.NUM_INSTRUCTION_SETS]


def instruction_set() -> int:
    """Return the number of the instruction set to use: the widest, unless the environment names another.

    All of them give the same bits.

    Raises
    ------
    ParameterError
        If the environment names one that this processor does not have.
    """
    found, wanted = instruction_sets(), os.environ.get(KERNEL_VARIABLE)
    if wanted in found:
        return found.index(wanted)
    if wanted and wanted != "compiled":
        raise ParameterError(f"{KERNEL_VARIABLE} is {wanted!r}, but this machine has {', '.join((*found, 'portable'))}")
    return len(found) - 1


def kernel_name() -> str:
    """Return the name of the instruction set in use, or ``portable``."""
    return instruction_sets()[instruction_set()] if use_native() else "portable"


def pool_of(threads: int) -> AbstractContextManager[ThreadPoolExecutor | None]:
    """Return a pool, or None for one thread, as submitting a small task takes longer than the task."""
    return ThreadPoolExecutor(threads) if threads > 1 else nullcontext()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread, in the libraries that are loaded by now.

    Results must not depend on the number of processors, nor on ``OMP_NUM_THREADS``, which schedulers set; and matrices
    are small: on a busy machine, threads that wait for each other take several times as long as one.
    """
    with _threadpools(len(sys.modules)).limit(limits=1, user_api="blas"):
        yield


@lru_cache(maxsize=1)
def _threadpools(num_modules: int) -> ThreadpoolController:  # noqa: ARG001 - a further module may bring a library
    """Return the control of the thread pools of all libraries that are loaded: to find these takes milliseconds."""
    return ThreadpoolController()


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
    limits = [_quota_of(group) for group in _cgroups("cpu", root, own)]
    return min((limit for limit in limits if limit is not None), default=None)


def _cgroups(controller: str, root: Path, own: Path) -> list[Path]:
    """Return the folders of the cgroups of this process with a controller, and of those above them."""
    try:
        lines = [line.split(":", 2) for line in own.read_text().splitlines()]
    except OSError:
        return []
    found = []
    for _, controllers, path in (line for line in lines if len(line) == 3):
        if controllers and controller not in controllers.split(","):
            continue
        folder = root / controllers if controllers else root
        # Groups above limit those within; in a container the path is one of the host, and the root is its own.
        groups = (folder / path.lstrip("/"), *(folder / path.lstrip("/")).parents)
        found += [group for group in groups if group.is_relative_to(folder)]
    return found


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


def available_bytes(
    root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup"), memory: Path = Path("/proc/meminfo")
) -> int | None:
    """Return the memory that this process can still take, by the machine and by its cgroups; None if it is not known.

    Parameters
    ----------
    root
        Where cgroups are mounted.
    own
        File that names the cgroups of the process.
    memory
        File of the system with its available memory.
    """
    limits = [_free_bytes_of(group) for group in _cgroups("memory", root, own)]
    try:
        words = dict(line.split(":", 1) for line in memory.read_text().splitlines() if ":" in line)
        limits.append(1024 * int(words["MemAvailable"].split()[0]))
    except (OSError, KeyError, ValueError):
        names = getattr(os, "sysconf_names", {})
        if "SC_PHYS_PAGES" in names:  # macOS tells the whole memory
            limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min((limit for limit in limits if limit is not None), default=None)


def _free_bytes_of(group: Path) -> int | None:
    """Return the memory that one cgroup has left; pages of files count as free, which the system reclaims."""
    new = (group / "memory.max").is_file()
    names = ("memory.max", "memory.current") if new else ("memory.limit_in_bytes", "memory.usage_in_bytes")
    try:
        most, used = ((group / name).read_text().strip() for name in names)
        if most == "max" or int(most) >= 1 << 60:  # version 1 has no word for no limit
            return None
        cached = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        return max(int(most) - int(used) + int(cached.get("inactive_file", 0)), 0)
    except (OSError, ValueError):
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
