"""Pictures: the only module that knows matplotlib, which is imported when a picture is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from graphspec.analyses.tables import short_names
from graphspec.clusters.gaps import Gap
from graphspec.clusters.outcomes import ClusterCount, Outcome
from graphspec.comparison.divergence import Comparison
from graphspec.comparison.fitting import Fit
from graphspec.densities.base import SpectralDensity
from graphspec.densities.maxent import interpolated_density
from graphspec.errors import GraphspecError
from graphspec.exact.atoms import point_masses
from graphspec.files import Output, write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_CURVE, _ATOM = "#1f5fa8", "#b5482a"
_LABEL_SHARE = 0.07  # of the width, that the height of a peak takes
_POINTS = 4001
_NAMED_ATOMS, _MARKED_ATOMS = 6, 12  # small components have many: names of all would hide each other
_MARKED = 3  # candidates: more of them stand in each other's way
_WRITTEN = 16  # inputs of a heat map whose numbers still fit into the cells


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


def plot_clusters(
    found: ClusterCount,
    densities: Sequence[SpectralDensity],
    path: str | Path,
    *,
    title: str = "",
    operator: str = "",
) -> None:
    """Draw the number of eigenvalues near zero with its band and the gaps, and below it the densities, enlarged.

    Parameters
    ----------
    found
        What was counted.
    densities
        The densities to draw side by side, one or two.
    path
        File; its suffix (.png, .svg, .pdf) sets the format. The same count gives the same bytes.
    title
        What the picture is called.
    operator
        Name of the operator.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    counted = found.density
    with mpl.rc_context({"svg.hashsalt": "graphspec", "font.size": 10, "axes.spines.top": False}):
        figure = Figure(figsize=(10, 7.5), layout="constrained")
        grid = figure.add_gridspec(2, len(densities), height_ratios=(1.25, 1))
        upper = figure.add_subplot(grid[0, :])
        top = _low_end(found, counted)
        points = counted.interval[0] + (top - counted.interval[0]) * np.linspace(0, 1, _POINTS)
        _draw_low_count(upper, found, counted, points)
        upper.set_title(title, loc="left", fontweight="bold")
        upper.set_title(_cluster_title(found), loc="right")
        lower = [figure.add_subplot(grid[1, index]) for index in range(len(densities))]
        curves = [density.density(points) for density in densities]
        # The bulk sets the height; what clusters leave near zero is low beside it.
        height = max(_drawing_top(curve.value) for curve in curves)
        for axes, density, curve in zip(lower, densities, curves, strict=True):
            axes.fill_between(points, curve.low, curve.high, color=_CURVE, alpha=0.25, lw=0)
            axes.plot(points, curve.value, color=_CURVE, lw=1.2)
            _shade_gap(axes, found)
            axes.set(xlim=(points[0], points[-1]), ylim=(0, height), xlabel="eigenvalue λ")
            axes.set_title(f"{density.method}, {density.num_moments} moments", loc="left", fontsize=10)
            axes.spines["right"].set_visible(False)
        what = f"density, {operator} operator" if operator else "density"
        lower[0].set_ylabel(what)
        _save(figure, Path(path))


def plot_comparison(found: Comparison, path: str | Path, *, series: bool = False) -> None:
    """Draw a heat map of all pairs, ordered so that similar spectra are neighbours; or a series as a line.

    Parameters
    ----------
    found
        The comparison.
    path
        File; its suffix (.png, .svg, .pdf) sets the format. The same comparison gives the same bytes.
    series
        Whether the inputs are snapshots in the order of time.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    names = short_names(found.names)
    with mpl.rc_context({"svg.hashsalt": "graphspec", "font.size": 10, "axes.spines.top": False}):
        size = float(np.clip(0.42 * len(names), 4.5, 14))
        figure = Figure(figsize=(10, 4.5) if series else (size + 3, size + 1), layout="constrained")
        axes = figure.subplots()
        if series:
            _draw_series(axes, found, names)
        else:
            _draw_heat_map(axes, found, names)
        axes.set_title(f"symmetric KL divergence, {found.num_moments} moments", loc="left")
        _save(figure, Path(path))


def plot_fit(found: Fit, path: str | Path, *, title: str = "") -> None:
    """Draw the objective near its minimum for every parameter, and the two densities.

    Parameters
    ----------
    found
        The fit.
    path
        File; its suffix (.png, .svg, .pdf) sets the format. The same fit gives the same bytes.
    title
        What the picture is called.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context({"svg.hashsalt": "graphspec", "font.size": 10, "axes.spines.top": False}):
        count = len(found.trace)
        figure = Figure(figsize=(4.5 * (count + 1) + 1, 4.5), layout="constrained")
        *panels, last = np.ravel(figure.subplots(1, count + 1))
        for axes, (name, (places, divergences)) in zip(panels, found.trace.items(), strict=True):
            axes.axhspan(0, found.noise_floor, color="grey", alpha=0.2, lw=0, label="the model's own graphs")
            axes.plot(places, divergences, "o-", color=_CURVE, label="objective")
            value, error = found.parameters[name], found.standard_error[name]
            axes.axvspan(value - error, value + error, color=_ATOM, alpha=0.15, lw=0)
            axes.axvline(value, color=_ATOM, lw=1, label=f"{name} = {value:.4g} ± {error:.2g}")
            if name in found.baseline:
                axes.axvline(found.baseline[name], color="black", lw=1, ls=":", label="from counting edges")
            axes.set(xlabel=name, ylabel="symmetric KL divergence", ylim=(0, None))
            if all(float(place).is_integer() for place in places):
                axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.spines["right"].set_visible(False)
            axes.legend(frameon=False, fontsize=8)
        _draw_two_densities(last, found)
        figure.suptitle(f"{title}: {found.model}" if title else found.model, fontweight="bold")
        _save(figure, Path(path))


def _draw_two_densities(axes: Axes, found: Fit) -> None:

    unit = np.linspace(-1, 1, _POINTS)
    for solution, label, colour in ((found.target, "the graph", _CURVE), (found.reference, "the model", _ATOM)):
        if solution is not None:
            axes.plot(1 + unit, interpolated_density(solution.masses, unit), color=colour, lw=1.4, label=label)
    axes.set(xlim=(0, 2), ylim=(0, None), xlabel="eigenvalue λ", ylabel=f"density of {found.num_moments} moments")
    axes.spines["right"].set_visible(False)
    axes.legend(frameon=False)


def _draw_series(axes: Axes, found: Comparison, names: list[str]) -> None:
    parts = (found.symmetric_kl.value, found.symmetric_kl.sem, found.symmetric_kl.noise_floor)
    value, sem, floor = (np.diagonal(part, 1) for part in parts)
    steps = np.arange(1, len(names))
    label = "to the one before, two standard errors"
    axes.fill_between(steps, 0, floor, color="grey", alpha=0.25, lw=0, label="noise floor")
    axes.errorbar(steps, value, 2 * sem, fmt="o-", color=_CURVE, capsize=3, label=label)
    axes.set(xlim=(0.5, len(names) - 0.5), ylim=(0, None))
    axes.set_xticks(steps, names[1:], rotation=90 if len(names) > 12 else 30, ha="right")
    axes.spines["right"].set_visible(False)
    axes.legend(frameon=False)


def _draw_heat_map(axes: Axes, found: Comparison, names: list[str]) -> None:
    from matplotlib.colors import LogNorm

    order = _by_similarity(found.symmetric_kl.value)
    value = found.symmetric_kl.value[np.ix_(order, order)]
    floor = found.symmetric_kl.noise_floor[np.ix_(order, order)]
    apart = ~np.eye(len(order), dtype=bool)
    lowest = max(float(floor[apart].min()), float(value[apart].min()) / 2, 1e-12)
    highest = max(float(value.max()), 2 * lowest)
    shown = np.where(apart, np.maximum(value, lowest), np.nan)
    image = axes.imshow(shown, norm=LogNorm(lowest, highest), cmap="viridis_r")
    axes.figure.colorbar(image, ax=axes, shrink=0.8, label="nats")
    labels = [names[index] for index in order]
    axes.set_xticks(range(len(order)), labels, rotation=90)
    axes.set_yticks(range(len(order)), labels)
    axes.spines[:].set_visible(False)
    if len(order) <= _WRITTEN:
        for i, j in np.argwhere(apart):
            colour = "white" if value[i, j] > np.sqrt(lowest * highest) else "black"
            axes.text(j, i, f"{value[i, j]:.2g}", ha="center", va="center", fontsize=7, color=colour)


def _by_similarity(value: np.ndarray) -> list[int]:
    """Return an order in which similar spectra are neighbours: the leaves of average-linkage clustering."""
    if len(value) < 3:
        return list(range(len(value)))
    # Divergences span decades, and behave like squared distances.
    distances = squareform(np.sqrt(value), checks=False)
    return [int(leaf) for leaf in leaves_list(optimal_leaf_ordering(linkage(distances, "average"), distances))]


def _low_end(found: ClusterCount, density: SpectralDensity) -> float:
    """Return the upper end of an enlargement: beyond the gap, or the first significant or widest candidate."""
    low, high = density.interval
    ends = [gap.gap_high for gap in found.candidates[:2]] + ([found.threshold] if found.threshold is not None else [])
    shown = 1.35 * (max(ends) - low) if ends else 0.25 * (high - low)
    return float(low + np.clip(shown, 0.02 * (high - low), high - low))


def _draw_low_count(axes: Axes, found: ClusterCount, density: SpectralDensity, points: np.ndarray) -> None:
    counts = density.count(points)
    # Room below the components for their label.
    start = float(counts.value[0])
    floor = max(0.4, 0.4 * start) if counts.value[-1] > 10 * start else max(0.4, 0.8 * start)
    label = f"{density.method}, {density.num_moments} moments, {_band_label(density)}"
    axes.fill_between(points, np.maximum(counts.low, floor), counts.high, color=_CURVE, alpha=0.25, lw=0)
    axes.plot(points, np.maximum(counts.value, floor), color=_CURVE, lw=1.4, label=label)
    _shade_gap(axes, found)
    for gap in found.candidates[:_MARKED]:
        if gap.threshold < points[-1]:
            _mark_candidate(axes, gap, max(gap.count, floor), left=gap.threshold < points[0] + 0.1 * np.ptp(points))
    kinds = {gap.significant: _ATOM if gap.significant else "white" for gap in found.candidates}
    for significant, face in kinds.items():
        label = f"candidates, {'' if significant else 'not '}significant"
        axes.plot([], [], "o", ms=6, mfc=face, mec=_ATOM, label=label)
    if found.rule != "eigengap" and found.threshold is not None and found.count is not None:
        axes.axvline(
            found.threshold, color=_ATOM, lw=1, ls="--", label=f"{found.rule}: {found.count.value:,.1f} up to here"
        )
    axes.set_yscale("log")
    axes.set(xlim=(points[0], points[-1]), ylim=(floor, None))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    bottom, top = axes.get_ylim()
    few = top < 10 * bottom  # within a decade the minor ticks are all there is
    axes.yaxis.set_minor_formatter(lambda value, _: f"{value:,.0f}" if few else "")
    axes.set_ylabel("eigenvalues up to λ")
    axes.spines["right"].set_visible(False)
    axes.legend(frameon=False, loc="lower right")


def _mark_candidate(axes: Axes, gap: Gap, height: float, *, left: bool) -> None:
    axes.plot([gap.threshold], [height], "o", ms=6, mfc=_ATOM if gap.significant else "white", mec=_ATOM)
    name = f"{gap.count:,.1f}"
    if gap.trivial:
        name = f"{gap.count:,.0f} component{'' if gap.count == 1 else 's'}"
    # The components' label goes below, where it is not in the way of the next one.
    place = (2 if left else 0, -16 if gap.trivial else 8)
    axes.annotate(name, (gap.threshold, height), place, textcoords="offset points", ha="left" if left else "center")


def _shade_gap(axes: Axes, found: ClusterCount) -> None:
    gap = found.gap if found.confirmation is None else found.confirmation
    if gap is not None:
        axes.axvspan(gap.gap_low, gap.gap_high, color=_ATOM, alpha=0.12, lw=0)


def _cluster_title(found: ClusterCount) -> str:
    if found.outcome is Outcome.COMPONENTS:
        return "no clusters within the components"
    if found.confirmation is not None:
        return f"{found.confirmation.count:,} clusters below the gap, confirmed; dots are estimates"
    if found.count is None:
        return "no significant gap"
    return f"{found.count.value:,.1f} eigenvalues ({found.count.low:,.1f} to {found.count.high:,.1f})"


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
    """Write the height of every peak that leaves the picture beside it; of those that would overlap, of the highest."""
    hidden = np.flatnonzero(values > top)
    runs = [run for run in np.split(hidden, np.flatnonzero(np.diff(hidden) > 1) + 1) if len(run)]
    marked: list[int] = []
    for run in sorted(runs, key=lambda run: -values[run].max()):
        if all(abs(run[0] - other) > _LABEL_SHARE * len(points) for other in marked):
            marked.append(run[0])
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
    masses, largest = point_masses(density.atoms), point_masses(density.atoms, _MARKED_ATOMS)
    counts = [atom.multiplicity for atom in masses]
    right.vlines([atom.eigenvalue for atom in masses], 0, counts, color=_ATOM, linewidth=1.5, clip_on=False, zorder=5)
    places, heights = np.array([(atom.eigenvalue, atom.multiplicity) for atom in largest]).T
    right.plot(places, heights, "o", color=_ATOM, markersize=5, clip_on=False, zorder=6)
    right.set_ylim(0, max(counts) * 1.35)
    right.yaxis.set_major_locator(MaxNLocator(integer=True))
    right.set_ylabel("multiplicity", color=_ATOM)
    right.tick_params(axis="y", colors=_ATOM)
    middle = np.mean(density.interval)
    for atom in point_masses(density.atoms, _NAMED_ATOMS):
        value, count = atom.eigenvalue, atom.multiplicity
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
