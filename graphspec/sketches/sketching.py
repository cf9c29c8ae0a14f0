"""The sketch of a graph or operator by its options, made by this process or by the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from graphspec._typing import Progress
from graphspec.graphs import Graph, as_graph
from graphspec.sketches.cluster import Cluster, dask_cluster, sample_on
from graphspec.sketches.lanczos_pass import sample
from graphspec.sketches.preparation import prepare
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import SpectralSketch


def sketch(
    source: Any,
    sampling: Sampling | None = None,
    *,
    weighted: bool = False,
    cluster: Cluster | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> SpectralSketch:
    """Sketch the spectrum of a graph or operator by the one pass over its edges.

    Parameters
    ----------
    source
        A :class:`Graph`, networkx graph, scipy sparse adjacency matrix, or an operator from
        :mod:`graphspec.operators`; a scipy LinearOperator or dense array is wrapped by
        :func:`graphspec.linear_operator`.
    sampling
        Options of the pass; they can also be given by name, as `options`.
    weighted
        Read weights of a networkx graph (edge attribute ``weight``) or scipy matrix; a :class:`Graph` that has weights
        uses them anyway.
    cluster
        Workers that share the probes of a graph, in place of this process; see
        :class:`graphspec.sketches.cluster.Cluster`. The option `scheduler` names a Dask cluster.
    progress
        Callback for the numbers of matrix-vector products that are done and planned.
    **options
        Fields of :class:`Sampling`.

    Returns
    -------
    SpectralSketch
        Jacobi coefficients of every probe and the exactly known part: a few kilobytes.

    Raises
    ------
    ParameterError
        If an option is unknown or out of range, or the source has no spectrum.

    Examples
    --------
    >>> import networkx, graphspec
    >>> sketch = graphspec.sketch(networkx.karate_club_graph(), num_moments=20, num_probes=4)
    >>> sketch.dimension, sketch.num_moments, sketch.operator
    (34, 20, 'normalized')
    """
    sampling = Sampling.of(**options) if sampling is None else sampling.changed(**options)
    if cluster is not None or sampling.scheduler is not None:
        source = as_graph(source, weighted=weighted)
    with sampler_for(source, sampling, cluster) as run:
        return run(prepare(source, sampling, weighted=weighted), sampling, progress=progress)


@contextmanager
def sampler_for(
    source: Any, sampling: Sampling, cluster: Cluster | None = None
) -> Iterator[Callable[..., SpectralSketch]]:
    """Open what runs a pass: a function of the prepared input and the options, as :func:`sample` is.

    Parameters
    ----------
    source
        The input; workers share the probes of a graph alone.
    sampling
        Options of the pass, whose `scheduler` names a Dask cluster.
    cluster
        Workers that are at hand.
    """
    if not isinstance(source, Graph) or (cluster is None and sampling.scheduler is None):
        yield sample
    elif cluster is not None:
        yield partial(sample_on, cluster, source)
    else:
        assert sampling.scheduler is not None
        with dask_cluster(sampling.scheduler) as opened:
            yield partial(sample_on, opened, source)
