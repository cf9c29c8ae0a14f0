"""Log-determinant of a positive definite matrix, or of an operator of a graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import scipy.sparse
from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Result
from graphspec.analyses.sources import Source, name_of, open_source
from graphspec.analyses.spectra import sampling_parameters
from graphspec.analyses.spectral_sums import PILOT_PROBES, finite, order_sentence, sketch_for_sum, sum_record, truncated
from graphspec.densities import Estimate
from graphspec.errors import IntervalError, ParameterError, SketchError
from graphspec.functionals import (
    SCALINGS,
    LowerEnd,
    PositiveMatrix,
    PositiveSettings,
    SpectralFunction,
    SpectralSum,
    alternate,
    check_symmetric_matrix,
    factorized_log_determinant,
    nonzero_lower_end,
    nonzero_part,
    not_definite,
    positive_matrix,
    ritz_lower_end,
    spectral_sum,
)
from graphspec.graphs import connected_components
from graphspec.machine import one_blas_thread
from graphspec.notebook import Shown
from graphspec.operators import GraphOperator, Operator, is_laplacian
from graphspec.options import Choice, Number, Options, Switch, group_of, option
from graphspec.output import answer, counted
from graphspec.readwrite import EDGE_LIST_OPTIONS, Reading, is_graph_file, read_matrix
from graphspec.sketches import InputSummary, Sampling, SpectralSketch, as_operator, is_sketch, summarize
from graphspec.sketches import sketch as make_sketch

LOGDET_METHODS = ("maxent", "slq", "chebyshev", "taylor", "bild", "exact")

_DOUBLE = "small eigenvalues need products in float64"
_OF_GRAPHS = ("operator", "tau", "component", "structure")


@dataclass(frozen=True, kw_only=True)
class LogdetOptions(Options):
    """Options of a log-determinant.

    Attributes
    ----------
    method
        ``maxent``, ``slq`` (stochastic Lanczos quadrature), ``chebyshev``, ``taylor``, ``bild`` (Bayesian inference) or
        ``exact``, a sparse factorisation; see :mod:`graphspec.functionals.estimators`.
    shift
        Number that is added to the diagonal of an operator of a graph.
    nonzero
        Whether the determinant is that of the eigenvalues which are not zeros of components, the pseudo-determinant.
    lower_end
        Bound below all eigenvalues that are not known exactly; None for the best bound that follows from the matrix.
    scaling
        ``jacobi`` for a matrix whose diagonal is scaled to one before the pass, or ``none``.
    sampling
        Options of sampling.
    reading
        Options of reading an edge list.
    """

    method: str = option("maxent", Choice(LOGDET_METHODS), "Estimator, or a factorisation.", group="Accuracy")
    shift: float = option(0.0, Number(), "Add to the diagonal of the operator of a graph.", group="Answer", metavar="X")
    nonzero: bool = option(False, Switch(), "Leave zeros of components out: the pseudo-determinant.", group="Answer")
    lower_end: float | None = option(
        None,
        Number(0, open=True),
        "Bound below the eigenvalues, without the shift.",
        group="Accuracy",
        metavar="X",
        default_help="what is proved",
    )
    scaling: str = option("jacobi", Choice(SCALINGS), "Diagonal scaling of a matrix.", group="Accuracy")
    sampling: Sampling = group_of(
        Sampling,
        help={
            "tolerance": "Add probes and products until the interval is at most this share of the value to either side."
        },
    )
    reading: Reading = group_of(Reading)

    @property
    def of_graph(self) -> bool:
        """Whether an option is given that makes an input a graph rather than a matrix."""
        asked = self.sampling.given.intersection(_OF_GRAPHS) | self.given.intersection(("shift", "nonzero"))
        return bool(asked | self.reading.given.intersection((*EDGE_LIST_OPTIONS, "weighted")))


@dataclass(frozen=True, eq=False, repr=False)
class LogDeterminant(Shown):
    """A log-determinant with its interval.

    Attributes
    ----------
    value, sem
        The estimate and its standard error.
    low, high
        Confidence interval of sampling and of the finite order.
    per_dimension
        The value per dimension, the mean logarithm of the eigenvalues.
    method
        Estimator.
    total
        The sum of the logarithms of the scaled eigenvalues; None for a factorisation.
    """

    value: float
    sem: float
    low: float
    high: float
    per_dimension: float
    method: str
    total: SpectralSum | None = None


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class LogdetResult(Result):
    """The log-determinant of a matrix.

    Attributes
    ----------
    log_determinant
        The log-determinant.
    dimension
        Number of eigenvalues whose product the determinant is.
    num_entries
        Stored entries of a matrix; None for a graph.
    num_steps
        Products with every probe.
    high
        Bound on the largest eigenvalue of the sampled matrix.
    """

    command: ClassVar[str] = "logdet"
    log_determinant: LogDeterminant
    dimension: int
    num_entries: int | None = None
    num_steps: int = 0
    high: float = 0.0

    def values(self) -> Record:
        """Return value, interval, value per dimension and method, and what bounds it."""
        result = self.log_determinant
        record = {
            "value": result.value,
            "sem": result.sem,
            "low": finite(np.asarray(result.low)),
            "high": finite(np.asarray(result.high)),
            "per_dimension": result.per_dimension,
            "method": result.method,
            "dimension": self.dimension,
        }
        return record if result.total is None else record | sum_record(result.total)

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return a sentence with the value, and what the interval rests on."""
        result = self.log_determinant
        size = f"{counted(self.dimension, 'row', 'rows')}, {counted(self.num_entries or 0, 'entry', 'entries')}"
        title = heading(self.source) if self.num_entries is None else Text(f"{self.source.name}: {size}", style="bold")
        value = f"log-determinant {result.value:,.8g}"
        if result.total is None:
            factor = Text("by a sparse factorisation")
            return [title, answer(f"{value}, {result.per_dimension:.6g} a dimension"), factor]
        interval = f"{_bound(result.low)} to {_bound(result.high)}"
        sentence = f"{value} ({interval}), {result.per_dimension:.6g} a dimension"
        end = result.total.lower_end
        kind = "a bound" if end.certain else "an estimate"
        basis = f"{result.method}, {2 * self.num_steps} moments, {self.parameters['num_probes']} probes"
        parts: list[RenderableType] = [title, answer(sentence), Text(basis)]
        parts += [Text(f"Smallest eigenvalue above {end.value:.3g}, {kind} by {end.source}.")]
        order = order_sentence(result.total, self.num_steps, self.high)
        return parts if order is None else [*parts, order]


@one_blas_thread()
def run(source: Any, options: LogdetOptions | None = None, progress: Console = SILENT) -> LogdetResult:
    """Estimate the log-determinant of a positive definite matrix, or of an operator of a graph.

    Parameters
    ----------
    source
        A path of a matrix, a scipy sparse or dense matrix; or, with an option of graphs, any input that
        :func:`graphspec.analyses.sources.open_source` accepts.
    options
        Options.
    progress
        Console for remarks and progress.
    """
    options = options or LogdetOptions()
    name = name_of(source)
    content = source if options.of_graph else _matrix(source, name, progress)
    if isinstance(content, scipy.sparse.csr_array):
        return _of_matrix(name, content, options, progress)
    return _of_graph(name, open_source(content, options.reading, progress), options, progress)


def logdet(source: Any, method: str = "maxent", **options: Any) -> LogDeterminant:
    """Estimate the log-determinant of a positive definite matrix, or of an operator of a graph.

    Parameters
    ----------
    source
        A scipy sparse or dense matrix, the path of one, or a graph, with `operator` and `shift` or `nonzero`.
    method
        ``maxent``, ``slq``, ``chebyshev``, ``taylor``, ``bild`` or ``exact``.
    **options
        Fields of :class:`graphspec.analyses.logdet.LogdetOptions`, of :class:`graphspec.Sampling` and of
        :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    LogDeterminant
        The value with its standard error and interval.

    Raises
    ------
    InputError
        If the matrix is not symmetric or not positive definite; the message names the evidence.
    ParameterError
        If an option is unknown or out of range, or an eigenvalue is zero.

    Examples
    --------
    The determinant of this chain is (2^(n + 1) - 2^-(n + 1)) / (2 - 1 / 2).

    >>> import numpy, scipy.sparse, graphspec
    >>> ones = numpy.ones(999)
    >>> chain = scipy.sparse.diags_array([-ones, 2.5 * numpy.ones(1000), -ones], offsets=[-1, 0, 1])
    >>> estimate = graphspec.logdet(chain)
    >>> truth = 1001 * numpy.log(2) - numpy.log(1.5)
    >>> bool(estimate.low < truth < estimate.high), round(estimate.per_dimension, 2)
    (True, 0.69)
    """
    return run(source, LogdetOptions.of(method=method, **options)).log_determinant


def _matrix(source: Any, name: str, console: Console) -> Any:
    """Return a source as a matrix, or unchanged where it is a graph or a sketch."""
    if isinstance(source, str | Path) and not _is_graph_input(source):
        with console.stage("reading"):
            return check_symmetric_matrix(read_matrix(source, name=name), name)
    if scipy.sparse.issparse(source) or isinstance(source, np.ndarray):
        return check_symmetric_matrix(source, name)
    return source


def _of_matrix(name: str, matrix: scipy.sparse.csr_array, options: LogdetOptions, console: Console) -> LogdetResult:
    size, summary = matrix.shape[0], InputSummary(name, num_nodes=matrix.shape[0])
    parameters = {"method": options.method, "scaling": options.scaling}
    if options.method == "exact":
        with console.stage("factorisation"):
            factor = factorized_log_determinant(matrix, name)
        result = _factorized(factor.value, factor.rounding, size)
        return LogdetResult(
            source=summary, parameters=parameters, log_determinant=result, dimension=size, num_entries=matrix.nnz
        )
    positive = positive_matrix(matrix, name, PositiveSettings(scaling=options.scaling), options.sampling.threads)
    positive, sketch, total = _sum_over_matrix(positive, options, console)
    estimate = _shifted(total.estimate, positive.log_scale)
    return LogdetResult(
        source=summary,
        parameters={**parameters, "lower_end": options.lower_end, **sampling_parameters(sketch, options)},
        log_determinant=_log_determinant(estimate, options.method, size, total),
        dimension=size,
        num_entries=matrix.nnz,
        num_steps=sketch.num_steps,
        high=sketch.interval.high,
    )


def _sum_over_matrix(
    positive: PositiveMatrix, options: LogdetOptions, console: Console
) -> tuple[PositiveMatrix, SpectralSketch, SpectralSum]:
    """Return a sketch of a matrix in the precision that it needs, and the sum of the logarithms."""
    make = _maker(options, _matrix_lower_end(positive, options))
    try:
        if options.sampling.tolerance is not None and positive.needs_double(_pilot(positive, options)):
            # Before probes and products are added in a precision that does not serve.
            console.remark(f"{positive.name}: {_DOUBLE}")
            return _sum_over_matrix(positive.double, options, console)
        sketch = sketch_for_sum(
            positive.name,
            positive.operator,
            options,
            console,
            "the log-determinant",
            lambda each: [(total := make(each), _shifted(total.estimate, positive.log_scale))],
        )
    except IntervalError as error:
        evidence = f"the pass found a Ritz value of {error.ritz_value:.4g}"
        raise not_definite(positive.name, evidence) from error
    if positive.needs_double(sketch):
        console.remark(f"{positive.name}: {_DOUBLE}")
        return _sum_over_matrix(positive.double, options, console)
    positive.check_definite(sketch)
    return positive, sketch, make(sketch)


def _pilot(positive: PositiveMatrix, options: LogdetOptions) -> SpectralSketch:
    """Return a sketch of few probes."""
    few = min(PILOT_PROBES, options.sampling.num_probes)
    return make_sketch(positive.operator, options.sampling.changed(tolerance=None, num_probes=few))


def _matrix_lower_end(positive: PositiveMatrix, options: LogdetOptions) -> Callable[[SpectralSketch], LowerEnd]:
    def lower_end(sketch: SpectralSketch) -> LowerEnd:
        if options.lower_end is not None:
            # A bound on A is one on the scaled matrix by the largest diagonal entry.
            largest = float(positive.matrix.diagonal().max()) if options.scaling == "jacobi" else 1.0
            return LowerEnd(options.lower_end / largest, "given")
        return ritz_lower_end(sketch) if positive.lower_end is None else positive.lower_end

    return lower_end


def _maker(
    options: LogdetOptions, lower_end: Callable[[SpectralSketch], LowerEnd]
) -> Callable[[SpectralSketch], SpectralSum]:
    """Return a function from a sketch to the sum of the logarithms of shifted eigenvalues."""
    shift = options.shift
    name = "log(x)" if shift == 0 else f"log(x + {shift:g})"
    function = SpectralFunction(name, lambda x: np.log(x + shift), alternate(-1, 1))

    def make(sketch: SpectralSketch) -> SpectralSum:
        part = nonzero_part(sketch) if options.nonzero else sketch
        confidence = options.sampling.confidence
        return spectral_sum(part, function, lower_end(sketch), method=options.method, confidence=confidence)

    return make


def _of_graph(name: str, content: Source, options: LogdetOptions, console: Console) -> LogdetResult:
    operator = None if isinstance(content, SpectralSketch) else as_operator(content, options.sampling)
    if options.method == "exact":
        return _exact_of_graph(name, operator, options, console)
    if "scaling" in options.given:
        raise ParameterError("`scaling` is for a matrix, not for a graph", "scaling")
    bounds: list[LowerEnd] = []

    def lower_end(sketch: SpectralSketch) -> LowerEnd:
        if options.lower_end is not None:
            return LowerEnd(options.lower_end, "given")
        if not options.nonzero:
            return LowerEnd(sketch.interval.low, "operator")
        if not bounds:
            bounds.append(nonzero_lower_end(sketch, operator))
        return bounds[0]

    make = _maker(options, lower_end)
    sketch = sketch_for_sum(
        name, content, options, console, "the log-determinant", lambda each: [(total := make(each), total.estimate)]
    )
    sketch = truncated(name, sketch, options.sampling)
    total = make(sketch)
    size = sketch.dimension - (sketch.num_zeros if options.nonzero else 0)
    chosen = {key: getattr(options, key) for key in ("method", "shift", "nonzero", "lower_end")}
    return LogdetResult(
        source=sketch.source,
        parameters={**chosen, **sampling_parameters(sketch, options)},
        log_determinant=_log_determinant(total.estimate, options.method, size, total),
        dimension=size,
        num_steps=sketch.num_steps,
        high=sketch.interval.high,
    )


def _exact_of_graph(name: str, operator: Operator | None, options: LogdetOptions, console: Console) -> LogdetResult:
    """Return the log-determinant of an operator by a factorisation; of non-zero eigenvalues by one of minors."""
    if operator is None:
        raise SketchError(f"{name}: a sketch holds no matrix, so `method` exact needs the edge list")
    if options.sampling.tolerance is not None:
        raise ParameterError("`tolerance` needs a `method` that takes probes, not exact", "tolerance")
    if not isinstance(operator, GraphOperator):
        raise ParameterError(f"{name}: `method` exact of an operator needs its matrix: give that", "method")
    components = connected_components(operator.graph)
    matrix, added = operator.matrix(), 0.0
    size = matrix.shape[0]
    if options.nonzero:
        matrix, added = _minors(operator, options)
        size -= components.count
    else:
        if options.shift <= 0 and is_laplacian(operator.name):
            message = f"{operator.name} has the eigenvalue 0 {components.count:,} times, where log(x) is not finite"
            raise ParameterError(f"{name}: {message}: add a `shift`, or leave zeros out with `nonzero`", "shift")
        matrix = check_symmetric_matrix(matrix + options.shift * scipy.sparse.eye_array(size, format="csr"), name)
    with console.stage("factorisation"):
        factor = factorized_log_determinant(matrix, name)
    chosen = {key: getattr(options, key) for key in ("method", "shift", "nonzero")}
    sampling = {key: getattr(options.sampling, key) for key in ("operator", "tau", "component")}
    return LogdetResult(
        source=summarize(operator.graph, components),
        parameters={**chosen, **sampling},
        log_determinant=_factorized(factor.value + added, factor.rounding, size),
        dimension=size,
    )


def _minors(operator: GraphOperator, options: LogdetOptions) -> tuple[scipy.sparse.csr_array, float]:
    """Return a Laplacian without a row of every component, and what its log-determinant lacks (Kirchhoff's theorem).

    With v the null vector of a component, the product of its non-zero eigenvalues is the determinant without row i
    times |v|^2 / v_i^2.
    """
    if options.shift:
        raise ParameterError(
            "`nonzero` leaves zeros out, and with a `shift` there are none: give one of them", "nonzero"
        )
    if not is_laplacian(operator.name):
        raise ParameterError(f"`nonzero` is for a Laplacian, not for {operator.name}", "nonzero")
    components, null = connected_components(operator.graph), operator.null_vector
    squares = np.bincount(components.label, weights=null**2)
    kept = np.ones(len(null), bool)
    dropped = np.empty(components.count, np.int64)
    dropped[components.label[::-1]] = np.arange(len(null))[::-1]
    kept[dropped] = False
    rows = np.flatnonzero(kept)
    matrix = scipy.sparse.csr_array(operator.matrix()[rows][:, rows])
    return matrix, float(np.log(squares / null[dropped] ** 2).sum())


def _factorized(value: float, rounding: float, size: int) -> LogDeterminant:
    """Return a log-determinant with its rounding error as the interval."""
    return LogDeterminant(value, 0.0, value - rounding, value + rounding, value / max(size, 1), "exact")


def _log_determinant(estimate: Estimate, method: str, size: int, total: SpectralSum) -> LogDeterminant:
    value, sem, low, high = (float(getattr(estimate, part)) for part in ("value", "sem", "low", "high"))
    return LogDeterminant(value, sem, low, high, value / size, method, total)


def _shifted(estimate: Estimate, shift: float) -> Estimate:
    return Estimate(estimate.value + shift, estimate.sem, estimate.low + shift, estimate.high + shift)


def _is_graph_input(source: str | Path) -> bool:
    """Return whether a path is a saved sketch or a mapped graph, or a name that is no path."""
    path = Path(source)
    if not path.is_file():
        return str(source) != "-" and not path.suffix and not path.exists()
    with path.open("rb") as stream:
        return is_graph_file(path) or (stream.read(2) == b"PK" and is_sketch(path.read_bytes()))


def _bound(value: float) -> str:
    return f"{value:,.8g}" if np.isfinite(value) else "no bound"
