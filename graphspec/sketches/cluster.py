"""Workers on other machines or in other processes, which share the pass over one graph by its probes.

A worker is any of those of an executor of :mod:`concurrent.futures`: a process pool, the client of a Dask cluster,
executorlib, submitit or mpi4py.futures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Progress
from graphspec.errors import GraphspecError
from graphspec.graphs import Graph
from graphspec.readwrite import open_graph
from graphspec.sketches.lanczos_pass import Excess, run_probes, sample
from graphspec.sketches.planning import PassPlan
from graphspec.sketches.preparation import Prepared, prepare, with_exact_moments
from graphspec.sketches.probe_pass import Pass
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


class SpreadPass(Pass):
    """A pass whose probes are shared by the workers of a cluster.

    The workers begin at once. Their sketches hold all that is known exactly: this process need not prepare the
    operator, but it can meanwhile.

    Parameters
    ----------
    cluster
        The workers.
    graph
        The graph. One that is mapped from a file is opened by the workers, from the same path on a disk that they
        share; any other is sent to them.
    sampling
        Options of the pass.
    """

    def __init__(self, cluster: Cluster, graph: Graph, sampling: Sampling) -> None:
        self.cluster, self.graph, self.sampling = cluster, graph, sampling
        self.progress = None
        mapped = getattr(graph.indices, "base", None)
        path = getattr(mapped, "filename", None) if isinstance(mapped, np.memmap) else None
        self.source = cluster.share(graph) if path is None else (str(path), Path(path).stat().st_mtime_ns)
        self.done, self.planned, self.lock = 0, 0, Lock()
        self._low_moments: NDArray[np.float64] | None = None
        start = sampling.first_probe
        self._begun = {(start, start + sampling.num_probes): self._submit(start, start + sampling.num_probes)}

    def run(
        self,
        prepared: Prepared,
        sampling: Sampling,
        *,
        plan: PassPlan | None = None,
        excess: Excess | None = None,
        progress: Progress | None = None,
    ) -> SpectralSketch:
        """Return the sketch; see :func:`graphspec.sketches.lanczos_pass.sample`, of which this has the parameters."""
        self.progress = progress
        return sample(prepared, sampling, plan=plan, excess=excess, progress=progress, run=self)

    def sketch(self, progress: Progress | None = None) -> SpectralSketch:
        """Return the sketch from the workers alone.

        Parameters
        ----------
        progress
            Callback for the numbers of matrix-vector products that are done and planned.
        """
        self.progress = progress
        return run_probes(self)

    def probes(self, start: int, stop: int) -> SpectralSketch:
        """Return the sketch of probes `start` to `stop` - 1."""
        num_steps = -(-self.sampling.num_moments // 2)  # as of the sketches
        self.planned += (stop - start) * num_steps
        begun = self._begun.pop((start, stop), None)
        submitted = self._submit(start, stop) if begun is None else begun
        sketches = []
        for future in as_completed(submitted):
            sketches.append(future.result())
            self.advance(len(submitted[future]) * num_steps)
        if self._low_moments is None:
            self._low_moments = max((sketch.low_moments for sketch in sketches), key=len)
        known = [replace(sketch, low_moments=self._low_moments) for sketch in sketches]
        merged, graph = merge(known), self.graph
        # The workers have another name for the input where they open its file.
        named = replace(merged.source, name=graph.name, sha256=graph.sha256, dropped=graph.dropped)
        return replace(merged, source=named)

    def cancel(self) -> None:
        """Take back what has not begun and is not needed, as for a graph that is solved densely."""
        for future in (each for submitted in self._begun.values() for each in submitted):
            future.cancel()

    def _submit(self, start: int, stop: int) -> dict[Future[SpectralSketch], range]:
        """Give probes to the workers, in as many parts as there are workers."""
        # Two probes at least: a sketch of one has no standard error.
        number = max(1, min(self.cluster.num_workers, (stop - start) // 2))
        ends = np.linspace(start, stop, number + 1).astype(int).tolist()
        sampling = self.sampling.changed(scheduler=None, tolerance=None, threads=self.cluster.threads)
        parts = [range(low, high) for low, high in pairwise(ends)]
        submit, first = self.cluster.executor.submit, self.sampling.first_probe
        # One worker computes the exact moments for all.
        return {submit(_sketch_part, self.source, sampling, part, part.start == first): part for part in parts}


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


def _sketch_part(source: Graph | tuple[str, int], sampling: Sampling, part: range, moments: bool) -> SpectralSketch:
    """Run a part of the probes, in a worker, with the exact moments or that of order 0 alone."""
    own = sampling.changed(first_probe=part.start, num_probes=len(part))
    if isinstance(source, Graph):
        return sample(prepare(source, own, moments=moments), own)
    prepared = _prepared(*source, _FrozenOptions(sampling))
    return sample(with_exact_moments(prepared) if moments else prepared, own)


class _FrozenOptions:
    """Options that are equal if they have the same values."""

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling
        self._values = tuple(sampling.values().values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _FrozenOptions) and self._values == other._values

    def __hash__(self) -> int:
        return hash(self._values)


@lru_cache(maxsize=1)
def _prepared(path: str, mtime_ns: int, options: _FrozenOptions) -> Prepared:  # noqa: ARG001 - it tells versions apart
    """Open and prepare a mapped graph, which the further parts of a pass find prepared, without its exact moments."""
    return prepare(open_graph(path), options.sampling, moments=False)
