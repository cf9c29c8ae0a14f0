"""Engines of a batch: executors of :mod:`concurrent.futures`, in this process, in several, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from graphspec.sketches import dask_cluster


class SerialExecutor(Executor):
    """Executor that does the work when it is submitted, in this process and thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function, and return a future that holds its value or its error."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """Open an executor of several processes, or of this one.

    Parameters
    ----------
    count
        Number of processes.
    """
    if count == 1:
        yield SerialExecutor()
        return
    # A fork would copy locks that threads of this process hold.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_leave_interrupts)
    try:
        yield pool
    except BaseException:
        # An error or an interrupt ends the run now: results are written whole or not at all.
        for worker in list((pool._processes or {}).values()):
            worker.terminate()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def _leave_interrupts() -> None:
    """Leave Ctrl-C, which all processes of a terminal get, to the process that began the run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def dask(address: str) -> Iterator[Executor]:
    """Open the executor of a Dask cluster; see :func:`graphspec.sketches.dask_cluster`.

    Parameters
    ----------
    address
        Address of the scheduler, as in ``tcp://host:8786``.
    """
    with dask_cluster(address) as cluster:
        yield cluster.executor
