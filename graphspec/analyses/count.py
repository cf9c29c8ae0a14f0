"""Number of eigenvalues in an interval."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar

from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Result
from graphspec.analyses.spectra import Goal, SpectralOptions, describe_estimate, estimate_spectrum
from graphspec.clusters import EigenvalueCount, count_excess, eigenvalue_count
from graphspec.densities import SKETCH_METHODS
from graphspec.errors import ParameterError
from graphspec.machine import one_blas_thread
from graphspec.options import Number, group_of, option
from graphspec.output import answer
from graphspec.sketches import Sampling


@dataclass(frozen=True, kw_only=True)
class CountOptions(SpectralOptions):
    """Options of a count.

    Attributes
    ----------
    low, high
        Ends of the interval; None stands for the end of the spectrum.
    """

    low: float | None = option(
        None, Number(), "Low end.", group="Answer", flag="from", metavar="A", default_help="end of the spectrum"
    )
    high: float | None = option(
        None, Number(), "High end.", group="Answer", flag="to", metavar="B", default_help="end of the spectrum"
    )
    sampling: Sampling = group_of(
        Sampling,
        help={"tolerance": "Add probes until the interval is at most this share of the count to either side."},
    )

    def check(self) -> None:
        """Check that `low` is at most `high`."""
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ParameterError(f"`low` ({self.low:g}) is above `high` ({self.high:g})", "low")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CountResult(Result):
    """The number of eigenvalues in an interval.

    Attributes
    ----------
    count
        Number of eigenvalues with its confidence interval.
    """

    command: ClassVar[str] = "count"
    count: EigenvalueCount

    def values(self) -> Record:
        """Return the interval, and the count with its confidence interval."""
        return asdict(self.count)

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return a sentence with the count."""
        count = self.count
        number = f"{count.count:,.1f} eigenvalues ({count.count_low:,.1f} to {count.count_high:,.1f})"
        if self.parameters["method"] not in SKETCH_METHODS:
            number = f"{count.count:,.0f} eigenvalues"
        sentence = f"{number} from {count.low:g} to {count.high:g}"
        return [heading(self.source), answer(sentence), Text(describe_estimate(self.parameters))]


@one_blas_thread()
def run(source: Any, options: CountOptions | None = None, progress: Console = SILENT) -> CountResult:
    """Count the eigenvalues in an interval.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts.
    options
        Options of the interval, the method, sampling and reading.
    progress
        Console for remarks and progress.
    """
    options = options or CountOptions()
    spectrum = estimate_spectrum(source, options, progress, partial(_goal, options=options))
    parameters = {"method": options.method, "from": options.low, "to": options.high, **spectrum.parameters}
    count = eigenvalue_count(spectrum.density, options.low, options.high)
    return CountResult(source=spectrum.source, parameters=parameters, count=count)


def count_eigenvalues(
    source: Any, low: float | None = None, high: float | None = None, method: str = "maxent", **options: Any
) -> EigenvalueCount:
    """Count the eigenvalues from `low` to `high`, both included.

    Parameters
    ----------
    source
        A graph, a sketch, or any input that :func:`graphspec.sketch` accepts.
    low, high
        Ends of the interval; None stands for the end of the spectrum.
    method
        ``maxent``, ``lanczos``, ``kpm`` or ``exact``; see :func:`graphspec.density`.
    **options
        Fields of :class:`CountOptions`, of :class:`graphspec.Sampling` and of :class:`graphspec.readwrite.Reading`.

    Returns
    -------
    EigenvalueCount
        Number of eigenvalues with its confidence interval.

    Raises
    ------
    ParameterError
        If an option is unknown or out of range, or `low` is above `high`.
    SketchError
        If a sketch contradicts the options.

    Examples
    --------
    >>> import networkx, graphspec
    >>> graphspec.count_eigenvalues(networkx.karate_club_graph(), high=0.5, method="exact").count
    4.0
    """
    return run(source, CountOptions.of(low=low, high=high, method=method, **options)).count


def _goal(sampling: Sampling, options: CountOptions) -> Goal:
    excess = partial(
        count_excess,
        low=options.low,
        high=options.high,
        method=options.method,
        confidence=sampling.confidence,
        tolerance=sampling.tolerance or 1.0,
    )
    return Goal("the count", excess)
