"""Pictures: the only module that knows matplotlib, which is imported when a picture is drawn."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphspec.errors import GraphspecError
from graphspec.output import Output, write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from graphspec.densities import SpectralDensity

_CURVE, _ATOM = "#1f5fa8", "#b5482a"
_POINTS = 4001


def check_plotting(path: str) -> None:
    """Check that a picture can be drawn and written, before any work is done.

    Raises
    ------
    GraphspecError
        If matplotlib is not installed, or the folder of the picture does not exist.
    """
    try:
        import matplotlib as mpl  # noqa: F401
    except ImportError as error:
        raise GraphspecError("pictures need matplotlib: pip install 'graphspec[plot]'") from error
    Output(path)


def plot_spectrum(density: SpectralDensity, path: str | Path, *, title: str = "", operator: str = "") -> None:
    """Draw a density with its band and its atoms, and below it the number of eigenvalues up to each point.

    Parameters
    ----------
    density
        The density.
    path
        File; its suffix (.png, .svg, .pdf) sets the format. The same density gives the same bytes.
    title
        What the picture is called.
    operator
        Name of the operator.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "graphspec", "font.size": 10, "axes.spines.top": False}):
        figure = Figure(figsize=(9, 6.5), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        _draw_density(upper, density)
        _draw_count(lower, density)
        upper.set_title(title, loc="left", fontweight="bold")
        what = f"{operator} operator, " if operator else ""
        upper.set_title(f"{what}{density.dimension:,} eigenvalues", loc="right")
        _save(figure, Path(path))


def _draw_density(axes: Axes, density: SpectralDensity) -> None:
    points = density.grid(_POINTS)
    curve = density.density(points)
    exact = density.method == "exact"
    if not exact:
        axes.fill_between(points, curve.low, curve.high, color=_CURVE, alpha=0.25, lw=0, label=_band_label(density))
    resolution = f"smoothed to {density.num_moments} moments" if exact else f"{density.num_moments} moments"
    axes.plot(points, curve.value, color=_CURVE, lw=1.2, label=f"{density.method}, {resolution}")
    top = _drawing_top(curve.value)
    axes.set_ylim(0, top)
    axes.set_ylabel("density per unit eigenvalue")
    _mark_hidden_peaks(axes, points, curve.value, top)
    if density.atoms:
        _draw_atoms(axes, density)
    handles, labels = axes.get_legend_handles_labels()
    left = curve.value[: _POINTS // 2].sum() < curve.value[_POINTS // 2 :].sum()
    axes.legend(handles, labels, frameon=False, loc="upper left" if left else "upper right")


def _mark_hidden_peaks(axes: Axes, points: np.ndarray, values: np.ndarray, top: float) -> None:
    """Write the height of every peak that leaves the picture beside it."""
    hidden = np.flatnonzero(values > top)
    for run in np.split(hidden, np.flatnonzero(np.diff(hidden) > 1) + 1):
        if len(run):
            right = run[-1] < 0.9 * len(points)
            axes.annotate(
                f"↑ {values[run].max():.3g}",
                (points[run[-1] if right else run[0]], top),
                (4 if right else -4, -12),
                textcoords="offset points",
                ha="left" if right else "right",
                color=_CURVE,
                fontsize=9,
            )


def _draw_atoms(axes: Axes, density: SpectralDensity) -> None:
    """Stems on an axis of their own: a point mass has no height as a density."""
    from matplotlib.ticker import MaxNLocator

    right = axes.twinx()
    values = [atom.eigenvalue for atom in density.atoms]
    counts = [atom.multiplicity for atom in density.atoms]
    lines = right.stem(values, counts, linefmt=_ATOM, markerfmt="o", basefmt=" ")
    lines.markerline.set(color=_ATOM, markersize=5, clip_on=False, label="known exactly (right axis)")
    lines.stemlines.set(clip_on=False, zorder=5, linewidth=1.5)
    right.set_ylim(0, max(counts) * 1.35)
    right.yaxis.set_major_locator(MaxNLocator(integer=True))
    right.set_ylabel("multiplicity", color=_ATOM)
    right.tick_params(axis="y", colors=_ATOM)
    middle = np.mean(density.interval)
    for value, count in zip(values, counts, strict=True):
        side, offset = ("left", 7) if value <= middle else ("right", -7)
        right.annotate(
            f"{count:,}", (value, count), (offset, 4), textcoords="offset points", ha=side, color=_ATOM, fontsize=9
        )
    axes.plot([], [], "o-", color=_ATOM, markersize=5, label="known exactly (right axis)")


def _draw_count(axes: Axes, density: SpectralDensity) -> None:
    points = density.grid(_POINTS)
    counts = density.count(points)
    axes.fill_between(points, counts.low, counts.high, color=_CURVE, alpha=0.25, lw=0)
    axes.plot(points, counts.value, color=_CURVE, lw=1.2)
    axes.set_ylim(0, density.dimension * 1.03)
    low, high = density.interval
    axes.set_xlim(low - 0.01 * (high - low), high + 0.01 * (high - low))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel("eigenvalues up to λ")
    axes.set_xlabel("eigenvalue λ")
    axes.spines["right"].set_visible(False)


def _band_label(density: SpectralDensity) -> str:
    return f"{density.confidence:.0%} interval"


def _drawing_top(values: np.ndarray) -> float:
    """Upper end of the axis: narrow peaks may leave the picture, so that the rest can be seen."""
    peak = float(values.max())
    if peak <= 0:
        return 1.0
    return min(1.08 * peak, 12 * float(np.quantile(values, 0.75)) + 0.05 * peak)


def _save(figure: Any, path: Path) -> None:
    form = path.suffix.lower().lstrip(".")
    # Dates would make equal pictures differ.
    metadata: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
    content = io.BytesIO()
    figure.savefig(content, format=form, dpi=150, metadata=metadata)
    write_atomically(path, content.getvalue())
