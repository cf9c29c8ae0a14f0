"""The sketch of a graph or operator by its options, made by this process or by the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import scipy.sparse

from graphspec._typing import Progress
from graphspec.graphs import Graph, as_graph, is_edge_array
from graphspec.operators import Operator
from graphspec.sketches.cluster import Cluster, SpreadPass, dask_cluster
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
    if (cluster is not None or sampling.scheduler is not None) and _is_graph(source):
        source = as_graph(source, weighted=weighted)
    with _spread(source, sampling, cluster) as spread:
        if spread is not None:
            return spread.sketch(progress)
    return sample(prepare(source, sampling, weighted=weighted), sampling, progress=progress)


@contextmanager
def sampler_for(source: Any, sampling: Sampling) -> Iterator[Callable[..., SpectralSketch]]:
    """Open what runs a pass: a function of the prepared input and the options, as :func:`sample` is.

    Workers of a cluster begin at once; the input can be prepared meanwhile.

    Parameters
    ----------
    source
        The input; workers share the probes of a graph alone.
    sampling
        Options of the pass, whose `scheduler` names a Dask cluster.
    """
    with _spread(source, sampling, None) as spread:
        yield sample if spread is None else spread.run


@contextmanager
def _spread(source: Any, sampling: Sampling, cluster: Cluster | None) -> Iterator[SpreadPass | None]:
    """Open the pass that workers share, or yield None where this process runs it."""
    if not isinstance(source, Graph) or (cluster is None and sampling.scheduler is None):
        yield None
        return
    assert cluster is not None or sampling.scheduler is not None
    with nullcontext(cluster) if cluster is not None else dask_cluster(str(sampling.scheduler)) as opened:
        spread = SpreadPass(opened, source, sampling)
        try:
            yield spread
        finally:
            spread.cancel()


def _is_graph(source: Any) -> bool:
    """Return whether an input is a graph or is read as one, and is no operator or matrix."""
    if isinstance(source, Operator):
        return False
    return scipy.sparse.issparse(source) or is_edge_array(source) or not hasattr(source, "shape")
