"""Divergences between the spectra of two or more graphs, or differences between two sets of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.comparison_picture import draw_comparison, draw_pairs
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.results import INPUT_COLUMNS, Drawable, Result, Rows
from graphspec.analyses.sets import SetsOptions, SetsResult
from graphspec.analyses.sets import run as run_sets
from graphspec.analyses.sources import name_of, open_source
from graphspec.analyses.spectra import sampling_parameters, sketch_source
from graphspec.comparison import Comparison, PermutationSettings, compare
from graphspec.errors import ParameterError
from graphspec.machine import one_blas_thread
from graphspec.options import Options, Switch, group_of, option
from graphspec.output import make_table, record_of, short_names, shortened
from graphspec.readwrite import Reading
from graphspec.sketches import InputSummary, Sampling, SpectralSketch

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


@dataclass(frozen=True, kw_only=True)
class CompareOptions(Options):
    """Options of a comparison.

    Attributes
    ----------
    series
        Whether the inputs are snapshots in the order of time, each of which is compared with its predecessor.
    sets
        Whether the two inputs are sets of graphs.
    test
        Test of the difference of two sets.
    sampling
        Options of sampling.
    reading
        Options of reading edge lists.
    """

    series: bool = option(
        False, Switch(), "Inputs are snapshots in time: compare each with the one before.", group="Answer"
    )
    sets: bool = option(
        False, Switch(), "The two inputs are sets of graphs: folders, patterns, or files in graph6.", group="Answer"
    )
    test: PermutationSettings = group_of(PermutationSettings)
    sampling: Sampling = group_of(Sampling, without=("confidence",))
    reading: Reading = group_of(Reading)

    def check(self) -> None:
        """Check that options of sets are given for sets, and that these are no series."""
        if self.sets and self.series:
            raise ParameterError("`sets` and `series` exclude each other", "series")
        if self.sets:
            self.of_sets()
        elif self.test.given:
            name = min(self.test.given)
            raise ParameterError(f"`{name}` is for `sets`", name)

    def of_sets(self) -> SetsOptions:
        """Return the options of a comparison of sets."""
        return SetsOptions(test=self.test, sampling=self.sampling, reading=self.reading)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CompareResult(Result, Drawable):
    """Divergences between the spectra of graphs.

    Attributes
    ----------
    most_pairs, most_inputs
        Largest number of pairs in a table, and of inputs in a matrix, that is still readable.
    comparison
        All pairs.
    sources
        Summaries of the inputs.
    """

    command: ClassVar[str] = "compare"
    most_pairs: ClassVar[int] = 30
    most_inputs: ClassVar[int] = 10
    comparison: Comparison
    sources: tuple[InputSummary, ...]

    @property
    def series(self) -> bool:
        """Whether the inputs are snapshots in the order of time."""
        return bool(self.parameters["series"])

    def record(self) -> Record:
        """Return the record, with `inputs` in place of `input`."""
        inputs = {"inputs": [asdict(source) for source in self.sources]}
        return record_of(self.command, inputs, self.parameters, self.values())

    def values(self) -> Record:
        """Return matrices, or for a series the divergences between consecutive inputs."""
        comparison = self.comparison
        parts = {
            "symmetric_kl": comparison.symmetric_kl.value,
            "sem": comparison.symmetric_kl.sem,
            "noise_floor": comparison.symmetric_kl.noise_floor,
            "wasserstein": comparison.wasserstein.value,
            "kolmogorov": comparison.kolmogorov.value,
            "wasserstein_sem": comparison.wasserstein.sem,
            "wasserstein_noise_floor": comparison.wasserstein.noise_floor,
            "kolmogorov_sem": comparison.kolmogorov.sem,
            "kolmogorov_noise_floor": comparison.kolmogorov.noise_floor,
        }
        shown = {key: (np.diagonal(value, 1) if self.series else value).tolist() for key, value in parts.items()}
        return {"inputs": list(comparison.names), **shown, "num_zeros": list(comparison.num_zeros)}

    def rows(self) -> Rows:
        """Return one row for every pair of inputs, or for every step of a series."""
        values = self.values()
        columns = [key for key in values if key not in ("inputs", "num_zeros")]
        rows = []
        for i, j in self._pairs():
            start = [getattr(self.sources[i], key) for key in INPUT_COLUMNS]
            numbers = [values[key][i] if self.series else values[key][i][j] for key in columns]
            rows.append([*start, self.sources[j].name, *numbers])
        return Rows([*INPUT_COLUMNS, "other", *columns], rows)

    def table(self, width: int) -> list[RenderableType]:
        """Return a matrix where there are few inputs, and the pairs, nearest first, or the steps of a series."""
        comparison, names = self.comparison, short_names(self.comparison.names)
        pairs = self._pairs()
        if not self.series:
            pairs.sort(key=lambda pair: comparison.symmetric_kl.value[pair])
        parts: list[RenderableType] = [self._pair_table(names, pairs[: self.most_pairs], width)]
        if not self.series and 2 < len(names) <= self.most_inputs:
            matrix = self._matrix_table(names, width)
            parts = parts if matrix is None else [matrix, *parts]
        if len(pairs) > self.most_pairs:
            parts.append(Text(f"and {len(pairs) - self.most_pairs:,} pairs more: --format csv and json have all"))
        return parts

    def draw(self, path: str | Path) -> None:
        """Draw a heat map of all pairs, with similar spectra as neighbours, or a series as a line."""
        draw_comparison(self.comparison, path, series=self.series)

    def draw_in(self, axes: Axes) -> None:
        """Draw the heat map, or the line of a series."""
        draw_pairs(axes, self.comparison, series=self.series)

    def _pairs(self) -> list[tuple[int, int]]:
        """Return the pairs of inputs to report: all pairs, or the steps of a series."""
        count = len(self.sources)
        if self.series:
            return [(i, i + 1) for i in range(count - 1)]
        return [(i, j) for i in range(count) for j in range(i + 1, count)]

    def _pair_table(self, names: Sequence[str], pairs: Sequence[tuple[int, int]], width: int) -> RenderableType:
        comparison = self.comparison
        kl, w1, ks = comparison.symmetric_kl, comparison.wasserstein, comparison.kolmogorov
        numbers = [
            ["KL", *(f"{kl.value[pair]:.3g}" for pair in pairs)],
            ["±", *(f"{kl.sem[pair]:.1g}" for pair in pairs)],
            ["noise\nfloor", *(f"{kl.noise_floor[pair]:.3g}" for pair in pairs)],
            ["W1", *(f"{w1.value[pair]:.3g}" for pair in pairs)],
            ["±", *(f"{w1.sem[pair]:.1g}" for pair in pairs)],
            ["KS", *(f"{ks.value[pair]:.3g}" for pair in pairs)],
            ["±", *(f"{ks.sem[pair]:.1g}" for pair in pairs)],
        ]
        # Long names need room: drop the columns of the errors of KS and W1, then those of KS and W1.
        for index in (6, 4, 4, 3):
            if _room(numbers, width, 2) >= _readable_width(names):
                break
            del numbers[index]
        room = max(1, _room(numbers, width, 2))
        heads = ("from", "to") if self.series else ("spectrum", "other")
        order = "in time" if self.series else "nearest first"
        title = f"Symmetric KL divergence of {comparison.num_moments} moments, {order}"
        table = make_table(title, dict.fromkeys(heads, "left"), [])
        for head, *_ in numbers:
            table.add_column(head, justify="right", no_wrap=True)
        for row, pair in enumerate(pairs, 1):
            table.add_row(*(shortened(names[index], room) for index in pair), *(column[row] for column in numbers))
        return table

    def _matrix_table(self, names: Sequence[str], width: int) -> RenderableType | None:
        """Return the matrix of all pairs; None where it is too wide."""
        values = self.comparison.symmetric_kl.value
        numbered = [f"{number} {name}" for number, name in enumerate(names, 1)]
        cells = [["" if value == 0 else f"{value:.2g}" for value in row] for row in values]
        room = _room(cells, width, 1)  # the matrix is symmetric: rows are columns
        if room < _readable_width(numbered):
            return None
        columns = {"spectrum": "left", **dict.fromkeys(map(str, range(1, len(names) + 1)), "right")}
        rows = [(shortened(name, room), *row) for name, row in zip(numbered, cells, strict=True)]
        return make_table("Symmetric KL divergence", columns, rows)


def _room(columns: Sequence[Sequence[str]], width: int, count: int) -> int:
    """Return the width left for each of `count` columns of names next to columns of numbers."""
    widths = [max(map(len, "\n".join(column).split("\n"))) for column in columns]
    borders = 1 + 3 * (len(columns) + count)  # a line and two blanks for every column
    return (width - borders - sum(widths)) // count


def _readable_width(names: Sequence[str], widest: int = 16) -> int:
    """Return the width in which names, or the two ends of long names, are distinguishable."""
    return min(widest, max(len("spectrum"), *map(len, names)))


@one_blas_thread()
def run(
    sources: Sequence[Any], options: CompareOptions | None = None, progress: Console = SILENT
) -> CompareResult | SetsResult:
    """Compare the spectra of two or more graphs, or of two sets of graphs.

    Parameters
    ----------
    sources
        Inputs that :func:`graphspec.analyses.sources.open_source` accepts, including sketches; two that
        :func:`graphspec.analyses.set_members.open_set` accepts for sets.
    options
        Sampling, reading, and whether the inputs are a series or sets.
    progress
        Console for remarks and progress.

    Raises
    ------
    ParameterError
        If there are fewer than two inputs, or not two sets.
    SketchError
        If the spectra are of different operators or intervals, or have too few moments.
    NotConvergedError
        If moments are not those of a spectrum within their standard errors.
    """
    options = options or CompareOptions()
    if options.sets:
        return run_sets(sources, options.of_sets(), progress)
    if len(sources) < 2:
        raise ParameterError("a comparison needs at least two inputs")
    names = [name_of(source) for source in sources]
    sketches: list[SpectralSketch] = []
    for name, source in zip(names, sources, strict=True):
        content = open_source(source, options.reading, progress)
        sketches.append(sketch_source(name, content, options, progress)[0])
    with progress.stage("comparison"):
        order = options.sampling.num_moments if "num_moments" in options.sampling.given else None
        comparison = compare(sketches, num_moments=order, names=names)
    parameters: Record = {
        **sampling_parameters(sketches[0], options),
        "num_moments": comparison.num_moments,
        "series": options.series,
        # Sketches may have different probes.
        "num_probes": [sketch.num_probes for sketch in sketches],
        "probe_ranges": [[part._asdict() for part in sketch.probe_ranges] for sketch in sketches],
    }
    inputs = tuple(sketch.source for sketch in sketches)
    return CompareResult(source=inputs[0], parameters=parameters, comparison=comparison, sources=inputs)
