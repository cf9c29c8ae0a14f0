"""Engines of a batch: executors of :mod:`concurrent.futures`, in this process, in several, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from graphspec.errors import GraphspecError


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
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        # What was not begun is not begun any more, where an error or an interrupt ends the run.
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def dask_cluster(address: str, timeout: float = 20.0) -> Iterator[Executor]:
    """Open the executor of a Dask cluster.

    Parameters
    ----------
    address
        Address of the scheduler, as in ``tcp://host:8786``.
    timeout
        Seconds to wait for the scheduler and for its first worker.

    Raises
    ------
    GraphspecError
        If Dask is not installed, the scheduler does not answer, or has no workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise GraphspecError("a scheduler needs Dask: pip install 'graphspec[dask]'") from error
    try:
        client = Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError) as error:
        raise GraphspecError(f"{address}: the scheduler does not answer within {timeout:g} s ({error})") from error
    try:
        try:
            client.wait_for_workers(1, timeout=timeout)
        except TimeoutError as error:
            raise GraphspecError(f"{address}: the scheduler has no workers") from error
        # A worker that dies is replaced by another try on another one.
        yield client.get_executor(pure=False, retries=2)
    finally:
        client.close()
