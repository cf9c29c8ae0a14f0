"""Pictures of fitted models: the objective near its minimum, and densities of graph and model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphspec.analyses.drawing import ATOM, CURVE, PICTURE
from graphspec.comparison import Classification, Fit
from graphspec.densities import interpolated_density
from graphspec.output import picture

if TYPE_CHECKING:  # optional
    from matplotlib.axes import Axes


def draw_fit(fit: Fit, path: str | Path, title: str) -> None:
    """Draw the objective near its minimum for every parameter, and the densities of graph and model.

    Parameters
    ----------
    fit
        The fit.
    path
        File of the picture.
    title
        Title of the picture.
    """
    count = len(fit.curves.profiles)
    with picture(path, (4.5 * (count + 1) + 1, 4.5)) as figure:
        *panels, last = np.ravel(figure.subplots(1, count + 1))
        for axes, name in zip(panels, fit.curves.profiles, strict=True):
            _draw_objective(axes, fit, name)
        draw_two_densities(last, fit)
        figure.suptitle(f"{title}: {fit.model}", fontweight="bold")


def draw_classification(classification: Classification, path: str | Path, title: str) -> None:
    """Draw the density of the graph over that of every model, the nearest first, with the divergences.

    Parameters
    ----------
    classification
        The classification.
    path
        File of the picture.
    title
        Title of the picture.
    """
    fits = classification.ranking
    columns = min(len(fits), PICTURE.panels)
    rows = -(-len(fits) // columns)
    with picture(path, (4.5 * columns, 4.2 * rows)) as figure:
        panels = np.ravel(figure.subplots(rows, columns, sharex=True, sharey=True))
        for axes in panels[len(fits) :]:
            axes.set_visible(False)
        for axes, fit in zip(panels, fits, strict=False):
            draw_two_densities(axes, fit)
            values = ", ".join(f"{name} = {value:.4g}" for name, value in fit.parameters.items())
            values = values if fit.num_blocks is None else f"{fit.num_blocks} blocks"
            axes.set_title(f"{fit.model}{f' ({values})' if values else ''}", loc="left", fontweight="bold")
            verdict = "consistent" if classification.explains(fit.model) else "refuted"
            text = f"KL {fit.symmetric_kl:.3g} ± {fit.sem:.1g}\nself-match {fit.noise_floor:.3g}\n{verdict}"
            axes.text(0.02, 0.98, text, transform=axes.transAxes, va="top", fontsize=9)
            axes.set_ylabel(axes.get_ylabel() if axes.get_subplotspec().is_first_col() else "")
            axes.tick_params(labelbottom=True)
            axes.get_legend().set_visible(axes is panels[columns - 1])
        figure.suptitle(title, fontweight="bold")


def _draw_objective(axes: Axes, fit: Fit, name: str) -> None:
    """Draw the objective at values of one parameter, with the fitted value, its standard error and the baseline."""
    from matplotlib.ticker import MaxNLocator  # optional

    profile = fit.curves.profiles[name]
    axes.axhspan(0, fit.noise_floor, color="grey", alpha=0.2, lw=0, label="self-match")
    axes.plot(profile.values, profile.divergences, "o-", color=CURVE, label="objective")
    value, error = fit.parameters[name], fit.standard_error[name]
    axes.axvspan(value - error, value + error, color=ATOM, alpha=0.15, lw=0)
    axes.axvline(value, color=ATOM, lw=1, label=f"{name} = {value:.4g} ± {error:.2g}")
    if name in fit.baseline:
        axes.axvline(fit.baseline[name], color="black", lw=1, ls=":", label="baseline")
    axes.set(xlabel=name, ylabel="symmetric KL divergence", ylim=(0, None))
    if all(value.is_integer() for value in profile.values):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines["right"].set_visible(False)
    axes.legend(frameon=False, fontsize=8)


def draw_two_densities(axes: Axes, fit: Fit) -> None:
    """Draw the densities of the graph and the fitted model."""
    unit = np.linspace(-1, 1, PICTURE.points)
    for solution, label, colour in ((fit.curves.target, "the graph", CURVE), (fit.curves.reference, "the model", ATOM)):
        axes.plot(1 + unit, interpolated_density(solution.masses, unit), color=colour, lw=1.4, label=label)
    axes.set(
        xlim=(0, 2),
        xticks=(0, 0.5, 1, 1.5, 2),
        ylim=(0, None),
        xlabel="eigenvalue λ",
        ylabel=f"density of {fit.num_moments} moments",
    )
    axes.spines["right"].set_visible(False)
    axes.legend(frameon=False, loc="upper right")
