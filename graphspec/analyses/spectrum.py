"""Spectral density of a graph."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.drawing import PICTURE, draw_count, draw_spectrum
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Drawable, Result, Rows, scalars, title_of
from graphspec.analyses.spectra import SpectralOptions, estimate_spectrum
from graphspec.analyses.text_chart import draw_density
from graphspec.densities import SKETCH_METHODS, SpectralDensity
from graphspec.exact import point_masses
from graphspec.machine import one_blas_thread
from graphspec.options import Number, option
from graphspec.output import make_table, picture
from graphspec.sketches import Moments

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, kw_only=True)
class SpectrumOptions(SpectralOptions):
    """Options of a spectrum.

    Attributes
    ----------
    grid_points
        Points of the curve in the record, including both ends of the interval.
    """

    grid_points: int = option(2001, Number(2, 1_000_000, integer=True), "Points of the curve.", group="Answer")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SpectrumResult(Result, Drawable):
    """The spectral density of a graph with its interval, atoms and moments.

    Attributes
    ----------
    density
        The density.
    moments
        Moments of T_k((A - c) / h) over the whole spectrum.
    num_matvecs
        Products of the operator with a vector that the pass took.
    """

    command: ClassVar[str] = "spectrum"
    listed: ClassVar[bool] = False
    density: SpectralDensity
    moments: Moments
    num_matvecs: int

    def values(self) -> Record:
        """Return atoms, density and count on a grid, moments, and the solver."""
        density = self.density
        return {
            "method": density.method,
            "num_matvecs": self.num_matvecs,
            "atoms": [asdict(atom) for atom in density.atoms],
            "grid": curve_columns(density, self.parameters["grid_points"]),
            "moments": self.moments.values.tolist(),
            "moment_sem": self.moments.sem.tolist(),
            "solver": asdict(density.solver),
        }

    def rows(self) -> Rows:
        """Return a row for every point of the grid."""
        values = self.values()
        return self._with_input(values["grid"], scalars(values))

    def table(self, width: int) -> list[RenderableType]:
        """Return a chart of the density, the atoms and quantiles."""
        density = self.density
        chart = ["All of them are known exactly."]
        if density.continuous_share > 0:
            chart = draw_density(density, width=max(20, min(width - 18, 100)))
        solver = "" if density.solver.converged else "  [bold red]the solver did not converge[/]"
        parts: list[RenderableType] = [
            heading(self.source),
            Text.from_markup(f"{self._method()}{solver}"),
            Text("\n" + "\n".join(chart) + "\n", no_wrap=True),
        ]
        return [*parts, *([_atom_table(density)] if density.atoms else []), _quantile_table(density)]

    def draw(self, path: str | Path) -> None:
        """Draw the density with its band and atoms, and below it the number of eigenvalues up to each point."""
        with picture(path, (9, 6.5)) as figure:
            upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
            draw_spectrum(upper, self.density)
            draw_count(lower, self.density)
            upper.set_title(title_of(self.source), loc="left", fontweight="bold")
            upper.set_title(
                f"{self.parameters['operator']} operator, {self.density.dimension:,} eigenvalues", loc="right"
            )

    def draw_in(self, axes: Axes) -> None:
        """Draw the density with its band and atoms."""
        draw_spectrum(axes, self.density)
        axes.set_xlabel("eigenvalue λ")
        axes.set_title(title_of(self.source), loc="left", fontweight="bold")

    def _method(self) -> str:
        noun = "eigenvalue" if self.density.dimension == 1 else "eigenvalues"
        size = f"{self.density.dimension:,} {noun} of the {self.parameters['operator']} operator"
        moments = f"{self.parameters['num_moments']} moments"
        if self.density.method not in SKETCH_METHODS:
            return f"{size}; all of them, drawn with the resolution of {moments}"
        return f"{size}; {self.density.method}, {moments}, {self.parameters['num_probes']} probes"


def curve_columns(density: SpectralDensity, grid_points: int) -> dict[str, list[float]]:
    """Return density and count with their intervals at points of a grid, by the names of columns."""
    points = density.grid(grid_points)
    curve, counts = density.density(points), density.count(points)
    return {
        "eigenvalue": points.tolist(),
        "density": curve.value.tolist(),
        "density_low": curve.low.tolist(),
        "density_high": curve.high.tolist(),
        "count": counts.value.tolist(),
        "count_low": counts.low.tolist(),
        "count_high": counts.high.tolist(),
    }


@one_blas_thread()
def run(source: Any, options: SpectrumOptions | None = None, progress: Console = SILENT) -> SpectrumResult:
    """Estimate the spectrum of a graph or operator.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts.
    options
        Method, sampling, reading, and points of the curve.
    progress
        Console for remarks and progress.
    """
    options = options or SpectrumOptions()
    spectrum = estimate_spectrum(source, options, progress)
    return SpectrumResult(
        source=spectrum.source,
        parameters={"method": options.method, "grid_points": options.grid_points, **spectrum.parameters},
        density=spectrum.density,
        moments=spectrum.moments,
        num_matvecs=spectrum.num_matvecs,
    )


def _quantile_table(density: SpectralDensity) -> RenderableType:
    quantiles = density.quantile(list(_QUANTILES))
    rows = [
        (f"{share:.0%}", f"{value:.4f}", f"{low:.4f}", f"{high:.4f}")
        for share, value, low, high in zip(_QUANTILES, quantiles.value, quantiles.low, quantiles.high, strict=True)
    ]
    columns = dict.fromkeys(("share of eigenvalues", "at most", "low", "high"), "right")
    return make_table(f"Quantiles, with {density.confidence:.0%} intervals", columns, rows)


def _atom_table(density: SpectralDensity) -> RenderableType:
    masses, listed = point_masses(density.atoms), point_masses(density.atoms, PICTURE.listed_atoms)
    rows = [(f"{atom.eigenvalue:.6g}", f"{atom.multiplicity:,}", atom.source) for atom in listed]
    if len(masses) > len(listed):
        others = sum(atom.multiplicity for atom in masses) - sum(atom.multiplicity for atom in listed)
        rows.append(("…", f"{others:,}", f"{len(masses) - len(listed)} others, all in --format json"))
    return make_table("Known exactly", {"eigenvalue": "right", "multiplicity": "right", "source": "left"}, rows)
