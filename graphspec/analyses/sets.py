"""Differences between two sets of graphs: statistics of their spectra with permutation tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.results import Drawable, Result, Rows, scalars
from graphspec.analyses.set_members import SetOfGraphs, open_set
from graphspec.analyses.sets_picture import draw_functions, draw_sets
from graphspec.analyses.spectra import reading_parameters
from graphspec.comparison import (
    PermutationSettings,
    SetComparison,
    SetSettings,
    SetSpectra,
    check_size,
    compare_set_spectra,
    spectra_of_set,
)
from graphspec.errors import ParameterError
from graphspec.exact import DENSE_NODES
from graphspec.options import Options, group_of
from graphspec.output import answer, make_table, record_of, short_names
from graphspec.readwrite import Reading
from graphspec.sketches import InputSummary, Sampling

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

_SAMPLING = ("num_moments", "num_probes", "first_probe", "component", "structure", "tolerance")


@dataclass(frozen=True, kw_only=True)
class SetsOptions(Options):
    """Options of a comparison of two sets of graphs.

    Attributes
    ----------
    test
        Permutations and level of the test.
    sampling
        Options of sampling large graphs, whose seed is that of the permutations as well.
    reading
        Options of reading every file.
    """

    test: PermutationSettings = group_of(PermutationSettings)
    sampling: Sampling = group_of(Sampling, without=("confidence", "operator", "tau"))
    reading: Reading = group_of(Reading)

    def check(self) -> None:
        """Check that the operator is the normalised Laplacian."""
        if self.sampling.operator != "normalized":
            raise ParameterError(
                f"`sets` are compared by the normalised Laplacian, not by `operator` {self.sampling.operator}",
                "operator",
            )


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SetsResult(Result, Drawable):
    """Differences between two sets of graphs.

    Attributes
    ----------
    comparison
        Statistics, tests and distances.
    sources
        Summaries of the sets, with sums over their graphs.
    smallest, largest
        Numbers of vertices of the smallest and the largest graph of each set.
    """

    command: ClassVar[str] = "compare"
    comparison: SetComparison
    sources: tuple[InputSummary, InputSummary]
    smallest: tuple[int, int]
    largest: tuple[int, int]

    def record(self) -> Record:
        """Return the record, with `inputs` in place of `input`, one for each set."""
        inputs = [
            {**asdict(source), "num_graphs": size, "smallest": smallest, "largest": largest}
            for source, size, smallest, largest in zip(
                self.sources, self.comparison.sizes, self.smallest, self.largest, strict=True
            )
        ]
        return record_of(self.command, {"inputs": inputs}, self.parameters, self.values())

    def values(self) -> Record:
        """Return the statistics with their p-values, the distances, and the graphs that stand out."""
        found, distances = self.comparison, self.comparison.distances
        tested: Record = {}
        for name in ("mmd", "energy", "gaussian_tv", "gaussian_emd"):
            statistic = getattr(found, name)
            tested |= {name: statistic.value, f"{name}_p_value": statistic.p_value}
        return {
            "differ": found.differ,
            **tested,
            "wasserstein_between": distances.between,
            "wasserstein_within_first": distances.within_first,
            "wasserstein_within_second": distances.within_second,
            "bandwidth": found.bandwidth,
            "num_permutations": found.num_permutations,
            "smallest_p_value": found.smallest_p_value,
            "typical": [asdict(each) for each in found.typical],
            "extreme": [asdict(each) for each in found.extreme],
        }

    def rows(self) -> Rows:
        """Return one row: name and size of the first set, name of the second, and the scalars."""
        values = {"other": self.sources[1].name, **scalars(self.values())}
        return self._with_input({name: [value] for name, value in values.items()})

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return the outcome in a sentence, the sets, and the statistics."""
        found = self.comparison
        statistics = [
            ("MMD², kernel exp(-W1 / b)", found.mmd),
            ("energy distance", found.energy),
            ("GRAN's MMD², gaussian_tv", found.gaussian_tv),
            ("SPECTRE's MMD², gaussian_emd", found.gaussian_emd),
        ]
        rows = [(name, f"{each.value:.4g}", f"{each.p_value:.2g}") for name, each in statistics]
        title = f"Two-sample statistics, {found.num_permutations:,} permutations"
        columns = {"statistic": "left", "value": "right", "p": "right"}
        return [answer(found.sentence), self._sets_table(), make_table(title, columns, rows)]

    def draw(self, path: str | Path) -> None:
        """Draw the distribution functions of both sets with bands of their graphs, and the difference of the means."""
        draw_sets(self.comparison, path)

    def draw_in(self, axes: Axes) -> None:
        """Draw the distribution functions of both sets with bands of their graphs."""
        draw_functions(axes, self.comparison)
        axes.set_xlabel("eigenvalue λ")

    def _sets_table(self) -> RenderableType:
        found = self.comparison
        within = (found.distances.within_first, found.distances.within_second)
        names = short_names([name.rstrip("/") for name in found.names])
        rows = [
            (
                names[number],
                f"{found.sizes[number]:,}",
                f"{self.smallest[number]:,} to {self.largest[number]:,}",
                f"{within[number]:.3g}",
                short_names([found.typical[number].name])[0],
                short_names([found.extreme[number].name])[0],
            )
            for number in (0, 1)
        ]
        title = f"Mean W1 between the sets {found.distances.between:.3g}"
        columns = dict.fromkeys(("set", "graphs", "vertices", "W1 within", "typical", "extreme"), "right")
        return make_table(title, columns | dict.fromkeys(("set", "typical", "extreme"), "left"), rows)


def run(sources: Sequence[Any], options: SetsOptions | None = None, progress: Console = SILENT) -> SetsResult:
    """Compare two sets of graphs.

    Parameters
    ----------
    sources
        Two inputs that :func:`graphspec.analyses.set_members.open_set` accepts.
    options
        Test, sampling and reading.
    progress
        Console for remarks and progress.

    Raises
    ------
    ParameterError
        If there are not two sets, or one has a single graph.
    GraphspecError
        If a set or one of its graphs cannot be read, or has no spectrum.
    """
    options = options or SetsOptions()
    if len(sources) != 2:
        raise ParameterError(
            f"`sets` compares two inputs, each of which is a set of graphs, not {len(sources)}", "sets"
        )
    opened = [open_set(each, f"set {number}", options.reading, progress) for number, each in enumerate(sources, 1)]
    for each in opened:
        check_size(each.name, len(each.members))
    with progress.stage("spectra"), progress.counting("spectra", " graphs") as report:
        first, second = (_spectra_of(each, options, report) for each in opened)
    with progress.stage("test"):
        seed, threads = options.sampling.seed, options.sampling.threads
        comparison = compare_set_spectra(first, second, options.test, seed, threads)
    sizes = [[each.num_nodes or 0 for each in one.summaries] for one in opened]
    summaries = (opened[0].summary, opened[1].summary)
    return SetsResult(
        source=summaries[0],
        parameters=_parameters(options, sampled=any(max(each) > DENSE_NODES for each in sizes)),
        comparison=comparison,
        sources=summaries,
        smallest=(min(sizes[0]), min(sizes[1])),
        largest=(max(sizes[0]), max(sizes[1])),
    )


def compare_sets(first: Any, second: Any, **options: Any) -> SetComparison:
    """Test whether two sets of graphs are of one distribution, by their spectra.

    The maximum mean discrepancy and the energy distance of the spectra, with permutation tests whose p-values are
    uniform if they do, and the statistics of the literature on generative models. All are of the whole spectrum of the
    normalised Laplacian; graphs of more than 500 vertices are sampled. What differs may be the sizes of the graphs.

    Parameters
    ----------
    first, second
        Sets of graphs: a list of graphs, sketches or paths; a folder; a pattern of the shell; or a file in graph6 or
        sparse6 with a graph in every line.
    **options
        Fields of :class:`graphspec.comparison.PermutationSettings` (`permutations`, `level`), of
        :class:`graphspec.Sampling` and of :class:`graphspec.readwrite.Reading`.

    Raises
    ------
    InputError
        If a set or a file cannot be read.
    ParameterError
        If a set has a single graph, or an option is unknown or out of range.

    Examples
    --------
    >>> import graphspec
    >>> random = [graphspec.generate("er", 60, seed=seed, p=0.1) for seed in range(12)]
    >>> ring = [graphspec.generate("ws", 60, seed=seed, k=6, p=0.2) for seed in range(12)]
    >>> graphspec.compare_sets(random, ring).sentence
    'The sets differ: p = 0.001'
    >>> graphspec.compare_sets(random[:6], random[6:]).differ
    False
    """
    return run([first, second], SetsOptions.of(**options)).comparison


def _spectra_of(opened: SetOfGraphs, options: SetsOptions, report: Any) -> SetSpectra:
    names = [each.name for each in opened.summaries]
    return spectra_of_set(opened.name, opened.members, names, options.sampling, SetSettings(), report)


def _parameters(options: SetsOptions, *, sampled: bool) -> Record:
    """Return the options that affect the result; sampling where a graph was sampled."""
    sampling = options.sampling
    test = {item.name: getattr(options.test, item.name) for item in fields(options.test)}
    names = _SAMPLING if sampled else ("component",)
    return {
        "sets": True,
        **test,
        "seed": sampling.seed,
        "method": "maxent" if sampled else "exact",
        "operator": "normalized",
        **{name: getattr(sampling, name) for name in names},
        **reading_parameters(options.reading),
    }
