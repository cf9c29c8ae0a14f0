"""The one expensive pass: probes and Lanczos recurrences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec.errors import ParameterError
from graphspec.exact.dense import dense_remainder
from graphspec.exact.known import sorted_atoms, unexplained_vertices
from graphspec.exact.remainder import reduced
from graphspec.graphs.components import Components, connected_components, largest_component
from graphspec.graphs.conversion import as_graph
from graphspec.graphs.graph import is_sparse
from graphspec.lanczos.products import BLOCK_WIDTH, WIDEST_BLOCK, OperatorProduct, Product
from graphspec.lanczos.quadrature import gauss_rule
from graphspec.lanczos.recurrence import ROWS_PER_THREAD, JacobiCoefficients, lanczos
from graphspec.machine import available_threads, pool_of
from graphspec.operators.graph_operators import GraphOperator, Operator, graph_operator, linear_operator
from graphspec.sketches.moments import spectrum_moments
from graphspec.sketches.probes import ProbeRange, rademacher_probes
from graphspec.sketches.spectral_sketch import InputSummary, SpectralSketch, merge, summarize
from graphspec.student import t_quantile

_ENTRIES_PER_THREAD = 100_000  # less is done sooner than a thread has started

DENSE_LIMIT = 300
"""Largest number of vertices whose spectrum is computed densely in place of sampling: cheaper than the pass."""

_LARGEST_WEIGHT_OUTSIDE = 1e-4  # of Ritz values outside the interval; rounding was seen to leave 4e-5

MAX_PROBES = 512
"""Where adding probes for a tolerance ends by default."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """An operator ready for the pass: its exact part is known, its probes are not drawn.

    Attributes
    ----------
    operator
        The operator.
    sampled
        What is left of it once all is taken out that is known exactly.
    empty
        A sketch of it without probes.
    dense_vertices
        The vertices of what is left whose spectrum is to be computed densely in place of sampling, or None.
    """

    operator: Operator
    sampled: Operator
    empty: SpectralSketch
    dense_vertices: NDArray[np.int64] | None


def prepare(
    source: Any,
    *,
    num_moments: int = 100,
    operator: str = "normalized",
    component: str = "all",
    weighted: bool = False,
    structure: bool = True,
) -> Prepared:
    """Do all of :func:`sketch` that comes before the first probe; the parameters are the same.

    Raises
    ------
    ParameterError
        If a parameter is out of range or the source is nothing that has a spectrum.
    """
    target, pieces = _as_operator(source, operator, component, weighted=weighted, structure=structure)
    structure = structure and not (isinstance(target, GraphOperator) and not target.structure)
    if target.num_rows == 0:
        raise ParameterError("a graph without vertices has no spectrum")
    sampled, dense = target, None
    with _beside(target, pieces):
        if structure and pieces is not None:
            sampled, left = reduced(target, pieces)
            vertices = unexplained_vertices(left, sampled.known)
            dense = vertices if len(vertices) <= DENSE_LIMIT else None
    empty = _empty_sketch(target, pieces, num_moments, component, structure=structure)
    return Prepared(target, sampled, replace(empty, atoms=sorted_atoms(sampled.known.atoms)), dense)


@contextmanager
def _beside(target: Operator, pieces: Components | None) -> Iterator[None]:
    """Compute the fingerprint and the traces, which an empty sketch holds, beside the search for structure.

    Of large graphs they take as long as a part of that, and leave the interpreter alone.
    """
    if pieces is None or len(pieces.graph.indices) < _ENTRIES_PER_THREAD:
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        tasks = [pool.submit(getattr, pieces.graph, "fingerprint"), pool.submit(getattr, target, "power_traces")]
        yield
    for task in tasks:
        task.result()


def sketch(
    graph: Any,
    *,
    num_moments: int = 100,
    num_probes: int = 16,
    seed: int = 0,
    first_probe: int = 0,
    operator: str = "normalized",
    component: str = "all",
    weighted: bool = False,
    structure: bool = True,
    threads: int | None = None,
    tolerance: float | None = None,
    max_probes: int = MAX_PROBES,
    confidence: float = 0.95,
    excess: Callable[[SpectralSketch], float] | None = None,
    block_width: int = WIDEST_BLOCK,
    progress: Callable[[int, int], None] | None = None,
) -> SpectralSketch:
    """Sketch the spectrum of a graph or operator: the one pass over its edges that everything else reads.

    Parameters
    ----------
    graph
        A :class:`Graph`, networkx graph, scipy sparse adjacency matrix, or an operator from
        :mod:`graphspec.operators.graph_operators`; a scipy LinearOperator or dense array is wrapped by
        :func:`graphspec.linear_operator`. Or what :func:`prepare` made of one, with its own choices.
    num_moments
        Chebyshev moments that the sketch will hold; half as many products of the operator with every probe.
    num_probes
        Random probe vectors, at least 2. Their spread is the uncertainty of every result.
    seed, first_probe
        Probes number `first_probe`, `first_probe` + 1, ... of `seed` are used.
    operator
        ``normalized``, ``combinatorial``, ``adjacency`` or ``natural``; see :func:`graphspec.graph_operator`.
    component
        ``all``, or ``largest`` for the largest connected component alone.
    weighted
        Read weights of a networkx graph (edge attribute ``weight``) or scipy matrix; a :class:`Graph` that has weights
        uses them anyway.
    structure
        Whether to take the exactly known part of the spectrum out before sampling.
    threads
        Number of threads, by default all processors; it does not change the result.
    tolerance
        Add probes until the intervals of all moments are at most this wide to either side.
    max_probes
        Most probes that a tolerance may use.
    confidence
        Confidence level of those intervals.
    excess
        What `tolerance` is for moments, for anything that can be read from a sketch: how many times wider than wanted
        its interval is. Probes are added until it is at most 1; infinity means that no number of them would help.
    block_width
        Probes that go through the graph at once: fewer need less memory and more time, with the same result.
    progress
        Called now and then with the number of matrix-vector products done and the number planned.

    Raises
    ------
    ParameterError
        If a parameter is out of range.
    """
    _check_parameters(num_moments, num_probes, seed, first_probe)
    _check_stopping(num_probes, tolerance, max_probes, confidence)
    if tolerance is not None and excess is not None:
        raise ParameterError("a tolerance of moments and a measure of excess exclude each other")
    options: dict[str, Any] = {"operator": operator, "component": component, "weighted": weighted}
    if isinstance(graph, Prepared):
        prepared = graph
    else:
        prepared = prepare(graph, num_moments=num_moments, structure=structure, **options)
    target, empty = prepared.sampled, prepared.empty
    if prepared.dense_vertices is not None:
        jacobi = _uniform_jacobi(target, prepared.dense_vertices, empty)
        part = ProbeRange(seed, first_probe, first_probe + num_probes)
        return _with_probes(empty, _repeated(jacobi, num_probes), (part,), exact=True)
    work = _Pass(target, target.product(empty.num_steps), empty, seed, threads, block_width, progress)
    result = work.run(first_probe, first_probe + num_probes)
    if tolerance is not None:
        excess = partial(_moment_excess, tolerance=tolerance, confidence=confidence)
    while excess is not None and result.num_probes < max_probes:
        ratio = excess(result)
        if ratio <= 1 or np.isinf(ratio):
            break
        # The width falls with the square root of the number of probes; a tenth more saves a round of a few.
        wanted = int(np.ceil(1.1 * result.num_probes * min(ratio, 4.0) ** 2 / BLOCK_WIDTH)) * BLOCK_WIDTH
        stop = first_probe + min(max_probes, max(wanted, result.num_probes + 1))
        result = merge([result, work.run(first_probe + result.num_probes, stop)])
    if empty.fingerprint is None:
        _check_interval(result)
    return result


def moment_half_width(result: SpectralSketch, confidence: float = 0.95) -> float:
    """Return the largest half width of the t intervals of the moments of the whole spectrum."""
    return float(t_quantile(result.num_probes - 1, confidence) * spectrum_moments(result).sem.max())


def _moment_excess(result: SpectralSketch, tolerance: float, confidence: float) -> float:
    return moment_half_width(result, confidence) / tolerance


def _check_parameters(num_moments: int, num_probes: int, seed: int, first_probe: int) -> None:
    if not 1 <= num_moments <= 10_000:
        raise ParameterError(f"the number of moments must be between 1 and 10000, not {num_moments}")
    if num_probes < 2:
        raise ParameterError(f"at least 2 probes are needed for a standard error, not {num_probes}")
    if not 0 <= seed < 2**64 or not 0 <= first_probe < 2**63:
        raise ParameterError("the seed and the first probe must be non-negative 64-bit integers")


def _check_stopping(num_probes: int, tolerance: float | None, max_probes: int, confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ParameterError(f"the confidence level must lie between 0 and 1, not {confidence}")
    if tolerance is not None and not tolerance > 0:
        raise ParameterError(f"the tolerance must be positive, not {tolerance}")
    if tolerance is not None and max_probes < num_probes:
        raise ParameterError(f"the most probes ({max_probes}) must be at least the number of probes ({num_probes})")


def _as_operator(
    source: Any, name: str, component: str, *, weighted: bool, structure: bool
) -> tuple[Operator, Components | None]:
    if isinstance(source, (list, tuple, str)) or source is None:
        raise ParameterError(f"cannot sketch a {type(source).__name__}: read it with graphspec.read_edges first")
    is_operator = hasattr(source, "known")
    if is_operator or (hasattr(source, "shape") and not is_sparse(source)):
        if name != "normalized" or component != "all" or weighted or not structure:
            raise ParameterError("operator, component, weighted and structure are for graphs: an operator was given")
        target: Operator = source if is_operator else linear_operator(source)
        return target, connected_components(target.graph) if isinstance(target, GraphOperator) else None
    if component not in ("all", "largest"):
        raise ParameterError(f"component must be 'all' or 'largest', not {component!r}")
    graph = as_graph(source, weighted=weighted)
    if component == "largest":
        graph = largest_component(graph)
    components = connected_components(graph)
    return graph_operator(graph, name, structure=structure, components=components), components


def _empty_sketch(
    target: Operator, components: Components | None, num_moments: int, component: str, *, structure: bool
) -> SpectralSketch:
    graph = components.graph if components is not None else None
    num_steps = -(-num_moments // 2)  # a product with every probe gives two moments
    return SpectralSketch(
        alpha=np.zeros((0, num_steps)),
        beta=np.zeros((0, num_steps)),
        norm2=np.zeros(0),
        probe_ranges=(),
        operator=target.name,
        interval=target.interval,
        dimension=target.num_rows,
        atoms=sorted_atoms(target.known.atoms),
        low_moments=_low_moments(target),
        num_moments=num_moments,
        exact=False,
        fingerprint=None if graph is None else graph.fingerprint,
        source=InputSummary(target.name) if components is None else summarize(components.graph, components),
        options={
            "component": component,
            "weighted": graph is not None and graph.weights is not None,
            "structure": structure,
        },
    )


def _low_moments(target: Operator) -> NDArray[np.float64]:
    """Return the exact moments of T_0, T_1 = x, T_2 = 2 x^2 - 1 of X = (A - c) / h, as far as traces give them."""
    low, high = target.interval
    center, half = (low + high) / 2, (high - low) / 2
    mean_powers = np.array(target.power_traces[:3]) / target.num_rows
    moments = [1.0]
    if len(mean_powers) > 1:
        moments.append((mean_powers[1] - center) / half)
    if len(mean_powers) > 2:
        moments.append(2 * (mean_powers[2] - 2 * center * mean_powers[1] + center**2) / half**2 - 1)
    return np.array(moments)


def _with_probes(
    empty: SpectralSketch, jacobi: JacobiCoefficients, ranges: tuple[ProbeRange, ...], *, exact: bool = False
) -> SpectralSketch:
    return replace(empty, alpha=jacobi.alpha, beta=jacobi.beta, norm2=jacobi.norm2, probe_ranges=ranges, exact=exact)


@dataclass(eq=False)
class _Pass:
    """The pass over an operator: runs probes in blocks and tells how far it is."""

    target: Operator
    product: Product
    empty: SpectralSketch
    seed: int
    threads: int | None
    width: int
    progress: Callable[[int, int], None] | None
    done: int = 0
    planned: int = 0
    lock: Lock = field(default_factory=Lock)

    def run(self, start: int, stop: int) -> SpectralSketch:
        """Run probes `start` to `stop` - 1."""
        self.planned += (stop - start) * self.empty.num_steps
        threads = self.threads or available_threads()
        small = self.product.num_rows <= ROWS_PER_THREAD
        width = min(self.width, BLOCK_WIDTH) if small and threads > 1 else self.width
        blocks = [(first, min(first + width, stop)) for first in range(start, stop, width)]
        largest = ROWS_PER_THREAD if len(blocks) > 1 else ROWS_PER_THREAD // 4
        if self.product.reentrant and self.product.num_rows <= largest:
            with pool_of(min(threads, len(blocks))) as pool:
                each = map if pool is None else pool.map
                return merge(list(each(lambda block: self._block(block[0], block[1], 1), blocks)))
        return merge([self._block(*block, threads) for block in blocks])

    def _block(self, start: int, stop: int, threads: int) -> SpectralSketch:
        steps = self.empty.num_steps
        with pool_of(threads) as pool:
            each = map if pool is None else pool.map
            # Nothing keeps the probes while the recurrence runs: they are as large as one of its two blocks.
            block = self.product.block(self._probes(start, stop, each), pool)
        jacobi = lanczos(self.product, block, steps, threads=threads, progress=self._advance)
        return _with_probes(self.empty, jacobi, (ProbeRange(self.seed, start, stop),))

    def _probes(self, start: int, stop: int, each: Callable[..., Any]) -> NDArray[np.floating[Any]]:
        rows = self.target.num_rows
        probes = np.empty((stop - start, rows), self.product.dtype)

        def draw(first: int) -> None:
            numbers = range(first, min(first + together, stop))
            drawn = rademacher_probes(self.seed, numbers, rows)
            self.target.known.remove_from(drawn)
            probes[first - start : numbers.stop - start] = drawn

        # Of small graphs all at once: a call takes as long as a few thousand signs.
        together = stop - start if rows <= ROWS_PER_THREAD else 1
        list(each(draw, range(start, stop, together)))
        return probes

    def _advance(self, count: int) -> None:
        if self.progress is None:
            return
        with self.lock:
            self.done += count
            self.progress(self.done, self.planned)


def _uniform_jacobi(target: Operator, vertices: NDArray[np.int64], empty: SpectralSketch) -> JacobiCoefficients:
    """Jacobi coefficients of the uniform measure on the eigenvalues that are not atoms."""
    if empty.num_remaining == 0:
        zeros = np.zeros((1, empty.num_steps))
        return JacobiCoefficients(zeros, zeros, np.zeros(1))
    units = empty.to_unit(dense_remainder(target, vertices))[:, None]
    product = OperatorProduct(lambda block: units * block, len(units), np.float64)
    start = np.zeros((product.num_rows, 1))
    start[: len(units)] = 1.0
    return lanczos(product, start, empty.num_steps, threads=1)


def _repeated(jacobi: JacobiCoefficients, count: int) -> JacobiCoefficients:
    return JacobiCoefficients(*(np.repeat(part, count, axis=0) for part in (jacobi.alpha, jacobi.beta, jacobi.norm2)))


def _check_interval(result: SpectralSketch) -> None:
    """Refuse an interval that leaves eigenvalues out; a Ritz value is an average of eigenvalues.

    In float32 an exhausted recurrence leaves Ritz values of nearly no weight anywhere: they prove nothing.
    """
    outside = 0.0
    for alpha, beta in zip(result.alpha, result.beta, strict=True):
        nodes, weights = gauss_rule(alpha, beta[:-1])
        outside = max(outside, float(weights[np.abs(nodes) > 1 + 1e-4].sum()))
    if outside > _LARGEST_WEIGHT_OUTSIDE:
        low, high = result.interval
        raise ParameterError(f"the interval [{low:g}, {high:g}] does not enclose the spectrum of {result.operator}")
