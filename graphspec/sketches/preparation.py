"""Preparation of the pass: the operator of an input, and its remainder to sample."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import scipy.sparse

from graphspec._typing import Vector
from graphspec.arrays import release_pages
from graphspec.errors import ParameterError
from graphspec.exact import Quotient, Remainder, num_low_zeros, sorted_atoms, take_out
from graphspec.graphs import Components, as_graph, connected_components, is_edge_array, largest_component
from graphspec.machine import available_threads, return_free_memory
from graphspec.operators import GraphOperator, Operator, ScaledOperator, graph_operator, linear_operator
from graphspec.sketches.precision import order_pays
from graphspec.sketches.sampling import Sampling
from graphspec.sketches.spectral_sketch import InputSummary, SpectralSketch, summarize

_LARGE_ROWS = 1_000_000  # of which freed vectors take some 100 MB

_ENTRIES_PER_THREAD = 100_000  # fewer take less time than starting a thread


@dataclass(frozen=True, eq=False)
class Prepared:
    """An operator that is ready for the pass, without its exactly known part.

    Attributes
    ----------
    remainder
        The remainder of the operator to sample.
    empty
        A sketch of the operator without probes.
    """

    remainder: Remainder
    empty: SpectralSketch


def prepare(source: Any, sampling: Sampling, *, weighted: bool = False, moments: bool = True) -> Prepared:
    """Prepare the pass: everything that comes before the first probe.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.sketch` accepts.
    sampling
        Options of the pass.
    weighted
        Whether to read weights of a networkx graph or scipy matrix.
    moments
        Whether to compute the exact moments of a graph; otherwise the sketch holds that of order 0 alone.

    Raises
    ------
    ParameterError
        If the source has no spectrum, or options are for graphs and it is an operator.
    """
    operator = as_operator(source, sampling, weighted=weighted)
    if operator.num_rows == 0:
        raise ParameterError("a graph without vertices has no spectrum")
    if not isinstance(operator, GraphOperator):
        remainder = take_out(operator)
        operator.find_exact_moments(sampling.threads or available_threads())
        return Prepared(remainder, _empty_sketch(remainder, None, sampling))
    components = connected_components(operator.graph)
    orders = partial(order_pays, sampling=sampling)
    if not sampling.structure:
        remainder = Remainder.nothing_known(operator)
        if moments:
            operator.find_exact_moments(sampling.threads or available_threads())
    elif moments and sampling.threads != 1:
        remainder = _take_out_concurrently(operator, components, orders)
    else:
        remainder = take_out(operator, components, orders=orders)
    empty = _empty_sketch(remainder, components, sampling, moments=moments)
    _give_back_memory(operator, remainder)
    return Prepared(remainder, empty)


def _give_back_memory(operator: GraphOperator, remainder: Remainder) -> None:
    """Give memory that the pass does not need back to the system: what was freed, and the pages of a mapped graph."""
    if operator.num_rows >= _LARGE_ROWS:
        return_free_memory()
    if isinstance(remainder.operator, ScaledOperator) and remainder.operator.form().graph is not operator.graph:
        for array in (operator.graph.indptr, operator.graph.indices):
            release_pages(array)


def with_exact_moments(prepared: Prepared) -> Prepared:
    """Return what was prepared without the exact moments with them; the operator computes them once."""
    return replace(prepared, empty=replace(prepared.empty, low_moments=prepared.remainder.whole.exact_moments))


def as_operator(source: Any, sampling: Sampling, *, weighted: bool = False) -> Operator:
    """Return the operator of a graph or matrix; an operator is returned unchanged.

    Raises
    ------
    ParameterError
        If `source` has no operator, or options are for graphs and `source` is an operator.
    """
    if isinstance(source, (list, tuple, str)) or source is None:
        raise ParameterError(f"cannot sketch a {type(source).__name__}: read it with graphspec.read_edges first")
    is_operator = isinstance(source, Operator)
    is_matrix = hasattr(source, "shape") and not scipy.sparse.issparse(source) and not is_edge_array(source)
    if is_operator or is_matrix:
        of_sampling = set() if isinstance(source, GraphOperator) else {"structure", "precision"}
        for_graphs = {"operator", "tau", "component"} | of_sampling
        if sampling.given & for_graphs or weighted:
            raise ParameterError(
                "`operator`, `tau`, `component`, `weighted`, `structure` and `precision` are for graphs, "
                "not for operators"
            )
        return source if is_operator else linear_operator(source)
    graph = as_graph(source, weighted=weighted)
    part = largest_component(graph) if sampling.component == "largest" else graph
    return graph_operator(part, sampling.operator, tau=sampling.tau)


def _take_out_concurrently(
    operator: GraphOperator, components: Components, orders: Callable[[Quotient], bool]
) -> Remainder:
    """Search for structure while a thread computes the fingerprint and the exact moments, which the empty sketch holds.

    For large graphs these take as long as a part of the search, and do not hold the interpreter lock.
    """
    graph = operator.graph
    if len(graph.indices) < _ENTRIES_PER_THREAD:
        return take_out(operator, components, orders=orders)

    def compute_properties() -> tuple[str, Vector]:
        return graph.fingerprint, operator.exact_moments

    with ThreadPoolExecutor(1) as pool:
        properties = pool.submit(compute_properties)
        remainder = take_out(operator, components, orders=orders)
        properties.result()
    return remainder


def _empty_sketch(
    remainder: Remainder, components: Components | None, sampling: Sampling, *, moments: bool = True
) -> SpectralSketch:
    operator, graph = remainder.whole, None if components is None else components.graph
    num_steps = -(-sampling.num_moments // 2)  # a product with every probe gives two moments
    return SpectralSketch(
        alpha=np.zeros((0, num_steps)),
        beta=np.zeros((0, num_steps)),
        norm2=np.zeros(0),
        probe_ranges=(),
        operator=operator.name,
        interval=operator.interval,
        dimension=operator.num_rows,
        atoms=sorted_atoms(remainder.known.atoms),
        num_zeros=num_low_zeros(operator, components),
        low_moments=operator.exact_moments if moments else np.ones(1),
        num_moments=sampling.num_moments,
        exact=False,
        fingerprint=None if graph is None else graph.fingerprint,
        source=InputSummary(operator.name) if components is None else summarize(components.graph, components),
        options={
            "component": sampling.component,
            "weighted": graph is not None and graph.weights is not None,
            "structure": sampling.structure,
            **operator.parameters,
        },
        facts={} if components is None or operator.name != "normalized" else _degree_facts(components),
    )


def _degree_facts(components: Components) -> dict[str, float]:
    """Return the sums of the logarithms of degrees and of the volumes of components, without isolated vertices."""
    degrees = components.graph.degrees
    volumes = np.bincount(components.label, weights=degrees, minlength=components.count)
    return {
        "log_degrees": float(np.log(degrees[degrees > 0]).sum()),
        "log_volumes": float(np.log(volumes[volumes > 0]).sum()),
    }
