"""Workers on other machines or in other processes, which share the pass over one graph by its probes.

A worker is any of those of an executor of :mod:`concurrent.futures`: a process pool, the client of a Dask cluster,
executorlib, submitit or mpi4py.futures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from graphspec._typing import Progress
from graphspec.errors import GraphspecError
from graphspec.graphs import Graph
from graphspec.readwrite import open_graph
from graphspec.sketches.lanczos_pass import Pass, sample
from graphspec.sketches.planning import PassPlan
from graphspec.sketches.preparation import Prepared, prepare
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch, merge


def _unchanged(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Cluster:
    """Workers that an executor gives work to.

    Attributes
    ----------
    executor
        The executor.
    num_workers
        Number of workers: a pass is split into as many parts.
    threads
        Threads of every worker; None for all processors of its machine.
    share
        Function that brings a value to all workers, and returns what stands for it as an argument of work.
    """

    executor: Executor
    num_workers: int
    threads: int | None = None
    share: Callable[[Any], Any] = field(default=_unchanged, repr=False)


@dataclass(eq=False)
class SpreadPass(Pass):
    """A pass whose probes are shared by the workers of a cluster.

    Attributes
    ----------
    cluster
        The workers.
    source
        The graph, or the path of its mapped file, as workers get it.
    """

    cluster: Cluster | None = None
    source: Any = None

    def __post_init__(self) -> None:
        """Prepare nothing: the workers make the products."""

    def probes(self, start: int, stop: int) -> SpectralSketch:
        """Run probes `start` to `stop` - 1, in as many parts as there are workers."""
        assert self.cluster is not None
        self.planned += (stop - start) * self.prepared.empty.num_steps
        # Two probes at least: a sketch of one has no standard error.
        number = max(1, min(self.cluster.num_workers, (stop - start) // 2))
        ends = np.linspace(start, stop, number + 1).astype(int).tolist()
        parts = [range(low, high) for low, high in pairwise(ends)]
        sampling = self.sampling.changed(scheduler=None, tolerance=None, threads=self.cluster.threads)
        submitted = {self.cluster.executor.submit(_sketch_part, self.source, sampling, part): part for part in parts}
        sketches = []
        for future in as_completed(submitted):
            sketches.append(future.result())
            self._advance(len(submitted[future]) * self.prepared.empty.num_steps)
        # The workers have another name for the input where they open its file.
        return replace(merge(sketches), source=self.prepared.empty.source)


def sample_on(
    cluster: Cluster,
    graph: Graph,
    prepared: Prepared,
    sampling: Sampling,
    *,
    plan: PassPlan | None = None,
    excess: Callable[[SpectralSketch], float] | None = None,
    progress: Progress | None = None,
) -> SpectralSketch:
    """Run the pass over a graph on the workers of a cluster.

    A graph that is mapped from a file is opened by the workers, from the same path on a disk that they share; any other
    graph is sent to them. Moments agree with those of one process to 1e-6, as blocks are narrower.

    Parameters
    ----------
    cluster
        The workers.
    graph
        The graph.
    prepared, sampling, plan, excess, progress
        As of :func:`graphspec.sketches.lanczos_pass.sample`.
    """
    if prepared.remainder.dense_rows is not None:
        return sample(prepared, sampling, plan=plan, excess=excess, progress=progress)
    mapped = getattr(graph.indices, "base", None)
    path = getattr(mapped, "filename", None) if isinstance(mapped, np.memmap) else None
    source = str(path) if path is not None else cluster.share(graph)
    run = SpreadPass(prepared, sampling, plan, progress, cluster=cluster, source=source)  # type: ignore[arg-type]
    return sample(prepared, sampling, plan=plan, excess=excess, progress=progress, run=run)


@contextmanager
def dask_cluster(address: str, timeout: float = 20.0) -> Iterator[Cluster]:
    """Connect to a Dask cluster.

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
        reason = " ".join(str(error).split())
        raise GraphspecError(f"{address}: the scheduler does not answer ({reason})") from error
    try:
        try:
            client.wait_for_workers(1, timeout=timeout)
        except TimeoutError as error:
            raise GraphspecError(f"{address}: the scheduler has no workers after {timeout:g} s") from error
        threads = list(client.nthreads().values())
        # A worker that dies is replaced by another try on another one.
        executor = client.get_executor(pure=False, retries=2)
        yield Cluster(executor, len(threads), min(threads), lambda value: client.scatter(value, broadcast=True))
    finally:
        client.close()


def _sketch_part(source: Any, sampling: Sampling, part: range) -> SpectralSketch:
    """Run a part of the probes, in a worker."""
    graph = open_graph(source) if isinstance(source, str) else source
    own = sampling.changed(first_probe=part.start, num_probes=len(part))
    return sample(prepare(graph, own), own)
