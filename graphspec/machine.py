"""Resources of the machine: threads, memory, and the extension module, which is optional."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

__all__ = [
    "KERNEL_VARIABLE",
    "available_threads",
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
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
