"""Resources of the machine: threads, memory, and the compiled parts, which are left out where no compiler was."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from types import ModuleType

KERNEL_VARIABLE = "GRAPHSPEC_KERNEL"
"""Environment variable: ``portable`` leaves the compiled parts unused."""


def compiled_part(name: str) -> ModuleType | None:
    """Return a compiled module of the package, or None where it was not built or is not wanted.

    Parameters
    ----------
    name
        ``_kernels``, the Lanczos step; ``_integers``, the parser of rows of integers; ``_growth``, the generators that
        add vertex by vertex; ``_rows``, work on the rows of a graph; ``_search``, the search for components; or
        ``_triangular``, substitution with a Cholesky factor.
    """
    if os.environ.get(KERNEL_VARIABLE) == "portable":
        return None
    try:
        return import_module(f"graphspec.{name}")
    except ImportError:
        # Built without a compiler: numpy and scipy serve.
        return None


def kernel_name() -> str:
    """Return ``compiled`` or ``portable``."""
    return "portable" if compiled_part("_kernels") is None else "compiled"


def pool_of(threads: int) -> AbstractContextManager[ThreadPoolExecutor | None]:
    """Return a pool, or nothing for one thread: to hand a small task over takes longer than the task."""
    return ThreadPoolExecutor(threads) if threads > 1 else nullcontext()


def available_threads() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share(pool: ThreadPoolExecutor | None, workers: int, work: Callable[[], None]) -> None:
    """Run the same function in several threads at once, this one among them; it finds itself what is left to do."""
    helpers = [] if pool is None else [pool.submit(work) for _ in range(workers - 1)]
    work()
    for helper in helpers:
        helper.result()


def return_free_memory() -> None:
    """Give the system back what the C library keeps for later: a third of what the search for structure took."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def resident_bytes() -> int:
    """Return the memory that the process takes now, without mapped files; where that is not told, the most it took."""
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
