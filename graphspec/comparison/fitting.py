"""Which random-graph model explains a spectrum, with which parameters: the nearest reference spectra.

The objective is the symmetric Kullback-Leibler divergence between the MaxEnt density of the graph and that of the mean
moments of references, both with the references' own spread as the noise of a moment. It sees the spectrum alone, not
the number of edges. Fitting by divergences of spectral densities is due to Takahashi, Sato, Ferreira and Fujita (PLoS
ONE 7, e49949 (2012)).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from graphspec._typing import Vector
from graphspec.comparison.references import References, reference_probes
from graphspec.densities.maxent import MaxEntSolution, solve
from graphspec.errors import ParameterError, SketchError
from graphspec.exact.settings import DEFAULTS
from graphspec.graphs.conversion import as_graph
from graphspec.graphs.graph import Graph
from graphspec.lanczos.blocks import BLOCK_WIDTH
from graphspec.models.base import Model
from graphspec.models.generation import get_model
from graphspec.sketches.lanczos_pass import sketch
from graphspec.sketches.moments import Moments, nonzero_moments
from graphspec.sketches.spectral_sketch import SpectralSketch

Values = dict[str, float | int]


NUM_MOMENTS = 16
"""Order of a fit: more moments add noise to small graphs (12 to 20 were best on trial)."""

CONSISTENT = 2.0
"""A model explains a graph whose divergence from it is at most this many times that of its own graphs (by trial)."""

CONSISTENT_SPREADS = 5.0
"""Or at most this many spreads more, where few directions make up the spread, as hubs do."""

SMALLEST_TARGET = 10
"""Eigenvalues besides zeros that a fit needs."""

_PROBED_NODES, _MOST_BLOCKS = 1_000_000, 16  # vertices times probes that cost little; blocks of probes at most
_SELF_MATCHES = 30  # references whose divergences from the others are taken
_COARSE, _COARSE_LARGE = 6, 3  # references with which the start is chosen, of small graphs and of large ones
_INTEGER_ERROR = 0.29  # standard deviation of rounding
_WALK = 40  # steps along one parameter
_PATIENCE = 2  # steps that are not better and end a walk: the noise of references makes ripples
_ROUNDS = 6  # over all parameters


@dataclass(frozen=True)
class Fit:
    """A model fitted to a spectrum.

    Attributes
    ----------
    model
        Name of the model.
    parameters
        Values of its parameters.
    standard_error
        Their standard errors: the spread of fits to the model's own graphs, and the noise of the sketch; of whole
        numbers at least that of rounding, 0.29. An interval
        is this times a t quantile of `num_references` - 1 degrees of freedom.
    symmetric_kl
        Divergence of the graph from the model, at the value nearest to the minimum for which there are references.
    sem
        Its standard error, from the probes and from the number of references.
    noise_floor
        Divergence that the model's own graphs have from it, the median over references each left out.
    noise_spread
        Spread of those divergences: 1.48 times their median distance from the median.
    baseline
        Cheap estimates of the parameters that do not look at the spectrum; empty where no graph was given.
    num_references, reference_nodes
        How many references there were, and of how many vertices.
    num_moments
        Order of the densities.
    trace
        For every parameter, values that were tried near the minimum and the divergences there.
    target, reference
        The two densities.
    """

    model: str
    parameters: Values
    standard_error: dict[str, float]
    symmetric_kl: float
    sem: float
    noise_floor: float
    noise_spread: float
    baseline: Values
    num_references: int
    reference_nodes: int
    num_moments: int
    trace: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict, repr=False)
    target: MaxEntSolution | None = field(default=None, repr=False)
    reference: MaxEntSolution | None = field(default=None, repr=False)

    @property
    def consistent(self) -> bool:
        """Whether the graph could be one of the model's."""
        usual = max(CONSISTENT * self.noise_floor, self.noise_floor + CONSISTENT_SPREADS * self.noise_spread)
        return self.symmetric_kl <= usual


def fit(
    source: Any,
    model: str | Model,
    *,
    num_moments: int = NUM_MOMENTS,
    num_references: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    references: References | None = None,
    graph: Graph | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    **sketch_options: Any,
) -> Fit:
    """Fit a random-graph model to the spectrum of a graph.

    Parameters
    ----------
    source
        A graph, or a sketch of its normalised Laplacian.
    model
        Name of a model, or the model itself.
    num_moments
        Order of the densities.
    num_references
        Number of reference graphs for every parameter value; by default 100 for up to 150 vertices, and fewer for
        larger ones, whose spectra vary less.
    seed
        Seed of the references.
    threads
        Number of threads of the sketch.
    references
        References that other fits of the same model and size have used; they save the work.
    graph
        The graph behind a sketch, for baselines and for the degrees of the configuration model.
    progress
        Called now and then with the number of references made.
    **sketch_options
        Options of :func:`graphspec.sketch`; by default 256 probes, and fewer for more than 4000 vertices.

    Raises
    ------
    ParameterError
        If the model is unknown or an option out of range.
    SketchError
        If there are too few eigenvalues for a fit, or the sketch is of another operator.
    """
    target = Target.of(source, num_moments, graph, threads=threads, **sketch_options)
    chosen = get_model(model, target.graph) if isinstance(model, str) else model
    if references is None:
        references = references_for(target, chosen, num_moments, num_references, seed)
    with threadpool_limits(1, user_api="blas"):
        return Search(target, references, progress).fit()


def references_for(target: Target, model: Model, num_moments: int, num_references: int | None, seed: int) -> References:
    """Return the references that a target is compared with, as many as its size asks for unless a number is given."""
    count = default_references(target.num_nodes) if num_references is None else num_references
    probes = reference_probes(target.mean_degree)
    return References(model, target.num_nodes, num_moments, count, seed=seed, num_probes=probes)


def default_references(num_nodes: int) -> int:
    """Return a number of references: many for small graphs, whose spectra vary, few for large ones."""
    return 100 if num_nodes <= 150 else 50 if num_nodes <= 300 else 20 if num_nodes <= 1000 else 10


def default_probes(num_nodes: int) -> int:
    """Return a number of probes: enough for a fit to see small differences of small graphs, few for large ones."""
    blocks = -(-_PROBED_NODES // max(1, num_nodes * BLOCK_WIDTH))
    return BLOCK_WIDTH * min(max(blocks, 1), _MOST_BLOCKS)


@dataclass(frozen=True, eq=False)
class Target:
    """What is fitted: moments, the number of vertices, and the mean degree as far as the spectrum tells it.

    The graph is there only for what does not look at the spectrum.
    """

    moments: Moments
    num_nodes: int
    mean_degree: float
    graph: Graph | None

    @classmethod
    def of(cls, source: Any, num_moments: int, graph: Graph | None = None, **options: Any) -> Target:
        """Return the target that a graph, a sketch or a target is."""
        if isinstance(source, Target):
            return source
        found: SpectralSketch
        if isinstance(source, SpectralSketch):
            found = source
        else:
            graph = as_graph(source, weighted=bool(options.pop("weighted", False)))
            probes = default_probes(graph.num_nodes)
            found = sketch(graph, **{"num_moments": num_moments, "num_probes": probes, **options})
        if found.operator != "normalized":
            raise SketchError(
                f"{found.source.name}: models are fitted to the normalized operator, not {found.operator}"
            )
        if num_moments > 2 * found.num_steps:
            raise SketchError(f"{found.source.name}: the sketch holds {2 * found.num_steps} moments, not {num_moments}")
        rest = found.dimension - found.num_zeros
        if rest < SMALLEST_TARGET:
            few = f"{rest} eigenvalue{'s' * (rest != 1)} besides zeros {'are' if rest != 1 else 'is'} too few for a fit"
            raise SketchError(f"{found.source.name}: {few}, which needs {SMALLEST_TARGET}")
        # Edge lists drop isolated vertices, and so do spectra without zeros.
        nodes = found.dimension - (found.source.num_isolated or 0)
        moments = nonzero_moments(found, num_moments)
        # tr(X^2) of the whole, zeros included, is the sum of 1 / degree over the vertices where degrees are alike.
        trace = (float(moments.values[2]) + 1) / 2 * rest + (nodes - rest)
        degree = float(np.clip(nodes / max(trace, 1e-9), 1.0, nodes - 1))
        return cls(moments, nodes, degree, graph)


class Search:
    """The search for the parameters of one model whose references are nearest to a target."""

    def __init__(
        self, target: Target, references: References, progress: Callable[[int, int | None], None] | None
    ) -> None:
        self.target, self.references, self.model = target, references, references.model
        self.progress, self.done = progress, 0
        self.sem = np.zeros(references.num_moments + 1)
        self._densities: dict[tuple[Any, ...], MaxEntSolution] = {}
        self.values: Values = {}
        self.steps: dict[str, float] = {}

    def fit(self) -> Fit:
        """Return the fit."""
        values = self._start()
        self._set_noise(values)
        steps: dict[str, float] = {}
        for _ in range(_ROUNDS):
            before = dict(values)
            for parameter in self.model.parameters:
                step = self._integer_step(values, parameter.name) if parameter.integer else None
                if step is None:
                    step = steps.get(parameter.name) or self._lattice_step(values, parameter.name)
                steps[parameter.name] = step
                values = self._walk(values, parameter.name, step)
            if values == before or len(self.model.parameters) < 2:
                break
        self.values, self.steps = values, steps
        return self._result(values, steps)

    def discrepancy(self, direction: Vector) -> tuple[float, float]:
        """Return how far the target lies from the fitted model along a direction, and the standard deviation of that.

        The direction is one of moments, measured in the metric of the divergence. What parameters could explain is
        left out on both sides. The deviation is that of the model's own graphs, with the noise of the target's probes.
        """
        moments, own = self._moments(self.values), self.target.moments
        mean, count = moments.mean(axis=0), len(moments)
        weights = _curvature(self._reference(self.values)) @ self._unexplained(direction[None])[0]
        offset = self._unexplained((own.values - mean)[None]) @ weights
        spread = (self._unexplained(moments - mean) @ weights).std(ddof=1)
        probes = len(own.deviations)
        noise = ((self._unexplained(own.deviations) @ weights) ** 2).sum() / (probes * (probes - 1))
        return float(offset[0]), float(np.sqrt(spread**2 * (1 + 1 / count) + noise))

    @property
    def mean_moments(self) -> Vector:
        """Mean moments of the references at the fitted values."""
        return np.asarray(self._moments(self.values).mean(axis=0))

    def _unexplained(self, changes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take out of changes of moments what the continuous parameters would follow in a fit."""
        smooth = {item.name: self.steps[item.name] for item in self.model.parameters if not item.integer}
        if not smooth:
            return changes
        slopes, gains = self._gains(self.values, smooth)
        return changes - changes @ gains.T @ slopes

    def _start(self) -> Values:
        """Return the best of the model's candidates, by a few references each."""
        offered = self.model.candidates(self.references.num_nodes, self.target.mean_degree)
        # Round values: fits to other graphs of this size start from the same ones and share their references.
        candidates = [_rounded(values) for values in offered]
        if not candidates:
            raise ParameterError(f"{self.model.name} says of no values where a search could start")
        few = _COARSE if self.references.num_nodes <= DEFAULTS.dense_limit else _COARSE_LARGE
        self._set_noise(candidates[len(candidates) // 2], few)
        return min(candidates, key=lambda values: self._divergence(values, few))

    def _set_noise(self, values: Values, count: int | None = None) -> None:
        """Take the spread of the references at some values for the noise of the moments."""
        spread = self._moments(values, count).std(axis=0, ddof=1)
        self.sem = np.hypot(spread, self.target.moments.sem)
        self._densities.clear()

    def _moments(self, values: Values, count: int | None = None) -> NDArray[np.float64]:
        found = self.references.moments(values, count)
        self.done += len(found)
        if self.progress is not None:
            self.progress(self.done, None)
        return found

    @property
    def own(self) -> MaxEntSolution:
        """The density of the target."""
        return self._density(("target",), self.target.moments.values)

    def _density(self, key: tuple[Any, ...], moments: Vector) -> MaxEntSolution:
        if key not in self._densities:
            self._densities[key] = solve(moments, self.sem)
        return self._densities[key]

    def _reference(self, values: Values, count: int | None = None) -> MaxEntSolution:
        key = (*sorted(values.items()), count)
        if key not in self._densities:
            self._density(key, self._moments(values, count).mean(axis=0))
        return self._densities[key]

    def _divergence(self, values: Values, count: int | None = None) -> float:
        """Return the objective; infinity outside of the parameter space."""
        try:
            return _symmetric_kl(self.own, self._reference(values, count))
        except ParameterError:
            return np.inf

    def _integer_step(self, values: Values, name: str) -> float:
        """Return the smallest step of a whole number that stays within the parameter space."""
        for step in (1, 2):
            if any(np.isfinite(self._divergence({**values, name: values[name] + sign * step})) for sign in (-1, 1)):
                return float(step)
        return 1.0

    def _lattice_step(self, values: Values, name: str) -> float:
        """Return about the standard error of a parameter, as a power of two: fits of one size share a lattice."""
        parameter = next(item for item in self.model.parameters if item.name == name)
        place = float(values[name])
        width = max(0.15 * min(place, parameter.high - place), 1e-3 * max(place, 1e-6))
        error = self._errors(values, {name: width})[name]
        step = 2.0 ** np.round(np.log2(np.clip(error, 1e-9, 0.25 * max(place, 4e-9))))
        return float(step)

    def _walk(self, values: Values, name: str, step: float) -> Values:
        """Walk on the lattice of one parameter to where the objective is smallest."""
        best = dict(values)
        if not isinstance(values[name], int):
            best[name] = step * round(values[name] / step) or step
        lowest = self._divergence(best)
        for direction in (1, -1):
            place, worse = best[name], 0
            for _ in range(_WALK):
                place = self._moved(place, direction * step)
                divergence = self._divergence({**best, name: place})
                if divergence < lowest:
                    best, lowest, worse = {**best, name: place}, divergence, 0
                    continue
                worse += 1
                if worse == _PATIENCE or not np.isfinite(divergence):
                    break
        return best if np.isfinite(lowest) else values

    @staticmethod
    def _moved(value: float, change: float) -> float | int:
        return value + int(change) if isinstance(value, int) else round((value + change) / abs(change)) * abs(change)

    def _around(self, values: Values, name: str, step: float) -> tuple[list[float], list[float]]:
        """Return five values of a parameter around the best, where they are in its space, and the objective there."""
        places = [self._moved(values[name], offset * step) if offset else values[name] for offset in (-2, -1, 0, 1, 2)]
        found = [(place, self._divergence({**values, name: place})) for place in places]
        inside = [(place, divergence) for place, divergence in found if np.isfinite(divergence)]
        return [float(place) for place, _ in inside], [divergence for _, divergence in inside]

    def _result(self, values: Values, steps: dict[str, float]) -> Fit:
        trace = {name: self._around(values, name, step) for name, step in steps.items()}
        final = dict(values)
        for parameter in self.model.parameters:
            if not parameter.integer:
                final[parameter.name] = _vertex(*trace[parameter.name], float(values[parameter.name]), parameter.high)
        errors = self._errors(values, steps)
        for parameter in self.model.parameters:
            if parameter.integer:
                errors[parameter.name] = max(errors[parameter.name], _INTEGER_ERROR)
        graph = self.target.graph
        floor, spread = self._self_match(values)
        return Fit(
            model=self.model.name,
            parameters=final,
            standard_error=errors,
            symmetric_kl=self._divergence(values),
            sem=self._sem(values),
            noise_floor=floor,
            noise_spread=spread,
            baseline={} if graph is None else self.model.baseline(graph),
            num_references=self.references.count,
            reference_nodes=self.references.reference_nodes,
            num_moments=self.references.num_moments,
            trace=trace,
            target=self.own,
            reference=self._reference(values),
        )

    def _errors(self, values: Values, widths: Mapping[str, float]) -> dict[str, float]:
        """Return standard errors by the delta method: what the noise of the moments does to the nearest parameters."""
        if not widths:
            return {}
        _, gains = self._gains(values, widths)
        moments, own = self._moments(values), self.target.moments
        spread = np.cov(gains @ (moments - moments.mean(axis=0)).T, ddof=1).reshape(len(gains), len(gains))
        probes = len(own.deviations)
        sampling = ((own.deviations @ gains.T) ** 2).sum(axis=0) / (probes * (probes - 1))
        # Sums over independent parts of a graph: what differs from graph to graph falls with their number.
        share = self.references.reference_nodes / self.references.num_nodes
        variances = np.diag(spread) * (share + 1 / len(moments)) + sampling
        return dict(zip(widths, np.sqrt(variances).tolist(), strict=True))

    def _gains(self, values: Values, widths: Mapping[str, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return derivatives of the moments by parameters, and what changes of moments do to the fitted parameters."""
        slopes = np.array([self._slope(values, name, width) for name, width in widths.items()])
        weight = _curvature(self._reference(values))
        information = slopes @ weight @ slopes.T
        return slopes, np.linalg.pinv(information, rcond=1e-10, hermitian=True) @ slopes @ weight

    def _slope(self, values: Values, name: str, width: float) -> Vector:
        """Return the derivative of the mean moments with respect to a parameter, one-sided at a border."""
        ends = []
        for sign in (-1, 1):
            place = (
                self._moved(values[name], sign * width)
                if isinstance(values[name], int)
                else values[name] + sign * width
            )
            try:
                ends.append((place, self._moments({**values, name: place}).mean(axis=0)))
            except ParameterError:
                ends.append((values[name], self._moments(values).mean(axis=0)))
        (low, first), (high, second) = ends
        return np.asarray((second - first) / (high - low)) if high != low else np.zeros_like(first)

    def _self_match(self, values: Values) -> tuple[float, float]:
        """Return median and spread of the divergences of references, each left out and fitted, from the others.

        The median has the noise of the target's probes in it, which references that are dense do not have.
        """
        moments, reference = self._moments(values), self._reference(values)
        mean, count = moments.mean(axis=0), len(moments)
        # From the mean of the others each is further than from that of all.
        apart = (moments[:_SELF_MATCHES] - mean) * count / (count - 1)
        apart = self._unexplained(apart)
        own = self.target.moments.deviations
        noise = float(((own @ _curvature(reference)) * own).sum()) / (len(own) * (len(own) - 1)) / 2
        densities = [solve(mean + change, self.sem, start=reference) for change in apart]
        matches = [_symmetric_kl(density, reference) for density in densities]
        # Medians: one odd graph among a few references must not make everything look usual.
        middle = float(np.median(matches))
        return middle + noise, 1.4826 * float(np.median(np.abs(np.array(matches) - middle)))

    def _sem(self, values: Values) -> float:
        """Return the standard error of the divergence by the delta method, from probes and references."""
        own, other = self.own, self._reference(values)
        moments = self._moments(values)
        order = self.references.num_moments + 1
        difference = own.coefficients - other.coefficients
        apart = own.moments[:order] - other.moments[:order]
        variance = 0.0
        sides = [(own, self.target.moments.deviations), (other, moments - moments.mean(axis=0))]
        for solution, deviations in sides:
            covariance = solution.hessian - np.diag(solution.variances)
            gradient = np.linalg.solve(solution.hessian, apart + covariance @ difference) / 2
            count = len(deviations)
            variance += float(((deviations @ gradient) ** 2).sum()) / (count * (count - 1))
        return float(np.sqrt(variance))


def _rounded(values: Mapping[str, float | int]) -> Values:
    """Return values with three binary digits, as far as they are not whole numbers anyway."""

    def rounded(value: float) -> float:
        unit = 2.0 ** (np.floor(np.log2(value)) - 3) if value > 0 else 1.0
        return float(unit * np.round(value / unit))

    return {name: value if isinstance(value, int) else rounded(value) for name, value in values.items()}


def _symmetric_kl(one: MaxEntSolution, other: MaxEntSolution) -> float:
    count = len(one.coefficients)
    product = (one.coefficients - other.coefficients) @ (one.moments[:count] - other.moments[:count])
    return max(0.0, float(product) / 2)


def _curvature(solution: MaxEntSolution) -> NDArray[np.float64]:
    """Return W such that half of d.W d is the symmetric KL of densities whose moments differ by d."""
    covariance = solution.hessian - np.diag(solution.variances)
    half = np.linalg.solve(solution.hessian, covariance)
    return np.asarray(np.linalg.solve(solution.hessian, half.T))


def _vertex(places: list[float], divergences: list[float], middle: float, highest: float) -> float:
    """Return where the parabola through points of the objective is smallest, within them."""
    if len(places) < 3:
        return middle
    curve = np.polynomial.Polynomial.fit(places, divergences, 2).convert().coef
    if len(curve) < 3 or curve[2] <= 0:
        return middle
    return float(np.clip(-curve[1] / (2 * curve[2]), places[0], min(places[-1], highest)))
