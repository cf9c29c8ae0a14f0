"""Smoothing a spectrum with a kernel moves its moments by a known amount; the MaxEnt density keeps them.

Lanczos quadrature gives a spectrum as points with weights. To draw it, or because the divergence of two such spectra is
infinite, each point is commonly replaced by a Gaussian of width s. That adds s^2 to the second moment, 3 s^2 <x> to the
third and 6 s^2 <x^2> + 3 s^4 to the fourth: in general, moment m becomes

    sum over j of binomial(m, 2j) s^2j (2j - 1)!! <x^(m - 2j)>

(equation 20 of the talk). This is measured here by integrating the smoothed density, and agrees to rounding. A density
fitted to the moments is smooth too, at no such cost.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: kernel smoothing is moment destroying.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from _common import COLOURS, draw_density, draw_histogram, figure, run, save, table
from scipy import special

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from graphspec import SpectralDensity

    Vector = NDArray[np.float64]

NUM_NODES, NUM_NEIGHBOURS, REWIRING = 1000, 10, 0.1
NUM_MOMENTS, NUM_PROBES = 40, 64
WIDTH = np.pi / NUM_MOMENTS  # what 40 moments resolve, hence the width that a kernel needs to hide the points
ORDERS = np.arange(7)
TOLERANCE = 1e-12  # the trapezoidal rule is exact to rounding for a Gaussian several times wider than its step


@dataclass(frozen=True)
class SmoothingNumbers:
    """Moments <x^m> of the eigenvalues of L, m = 0 to 6.

    Attributes
    ----------
    width
        Width s of the Gaussian.
    exact, lanczos, smoothed, maxent
        From all eigenvalues, the Lanczos quadrature, its smoothed density, and the MaxEnt density.
    lanczos_sem, maxent_sem
        Standard errors of the two estimates.
    predicted
        What smoothing makes of the Lanczos moments by the closed form.
    outside
        Mass of the smoothed density outside of [0, 2], where no eigenvalue can be.
    """

    width: float
    exact: tuple[float, ...]
    lanczos: tuple[float, ...]
    lanczos_sem: tuple[float, ...]
    smoothed: tuple[float, ...]
    predicted: tuple[float, ...]
    maxent: tuple[float, ...]
    maxent_sem: tuple[float, ...]
    outside: float


def smoothed_moments(moments: Vector, width: float) -> Vector:
    """Return moments 0, 1, ... after convolution with a Gaussian, from those before it."""
    orders = np.arange(len(moments))
    lag = orders[:, None] - orders
    # Moments of the Gaussian itself: (2j - 1)!! s^2j = s^2j 2^j Gamma(j + 1/2) / sqrt(pi), and zero for odd orders.
    gaussian = np.where(orders % 2, 0.0, width**orders * 2 ** (orders / 2) * special.gamma((orders + 1) / 2))
    matrix = np.where(lag >= 0, special.binom(orders[:, None], orders), 0.0) * gaussian[np.maximum(lag, 0)]
    return np.asarray(matrix @ moments) / np.sqrt(np.pi)


def smoothed_density(spectrum: SpectralDensity, grid: Vector, width: float) -> Vector:
    """Return the spectrum, atoms included, convolved with a Gaussian at the points of a grid."""
    scale = width * np.sqrt(2 * np.pi)
    return spectrum.integrate(lambda value: np.exp(-0.5 * ((grid - value[:, None]) / width) ** 2) / scale).value


def main(folder: Path | None) -> SmoothingNumbers:
    graph = nx.watts_strogatz_graph(NUM_NODES, NUM_NEIGHBOURS, REWIRING, seed=7)
    sketch = graphspec.sketch(graph, num_moments=NUM_MOMENTS, num_probes=NUM_PROBES)
    exact = graphspec.density(graph, method="exact")
    lanczos, maxent = (graphspec.density(sketch, method) for method in ("lanczos", "maxent"))
    raw, kept = (spectrum.integrate(lambda value: value[:, None] ** ORDERS) for spectrum in (lanczos, maxent))

    grid = np.arange(-10 * WIDTH, 2 + 10 * WIDTH, WIDTH / 8)
    masses = smoothed_density(lanczos, grid, WIDTH) * (grid[1] - grid[0])
    smoothed = masses @ grid[:, None] ** ORDERS
    predicted = smoothed_moments(raw.value, WIDTH)
    np.testing.assert_allclose(smoothed, predicted, rtol=TOLERANCE)

    numbers = SmoothingNumbers(
        width=WIDTH,
        exact=tuple(exact.integrate(lambda value: value[:, None] ** ORDERS).value.tolist()),
        lanczos=tuple(raw.value.tolist()),
        lanczos_sem=tuple(raw.sem.tolist()),
        smoothed=tuple(smoothed.tolist()),
        predicted=tuple(predicted.tolist()),
        maxent=tuple(kept.value.tolist()),
        maxent_sem=tuple(kept.sem.tolist()),
        outside=float(masses[(grid < 0) | (grid > 2)].sum()),
    )
    if folder is not None:
        draw(numbers, exact, lanczos, maxent, folder)
    return numbers


def report(numbers: SmoothingNumbers) -> str:
    columns = ("order", "exact", "Lanczos", "smoothed", "equation 20", "MaxEnt", "standard error")
    values = (numbers.exact, numbers.lanczos, numbers.smoothed, numbers.predicted, numbers.maxent, numbers.maxent_sem)
    rows = list(zip(ORDERS.tolist(), *values, strict=True))
    return (
        f"Watts-Strogatz, {NUM_NODES} vertices; Gaussian of width {numbers.width:.4f}, s^2 = {numbers.width**2:.6f}\n"
        + table(columns, rows, digits=6)
        + f"\nmass of the smoothed density outside of [0, 2]: {numbers.outside:.2g}"
    )


def draw(
    numbers: SmoothingNumbers,
    exact: SpectralDensity,
    lanczos: SpectralDensity,
    maxent: SpectralDensity,
    folder: Path,
) -> None:
    gain = numbers.smoothed[2] - numbers.lanczos[2]
    title = f"Smoothing adds $s^2$ = {gain:.4f} to the second moment of the spectrum; MaxEnt keeps the moments"
    picture, (left, right) = figure(2, title)
    grid = np.linspace(-0.3, 2, 2301)
    draw_histogram(left, exact, np.linspace(0, 2, 82))
    label = f"Lanczos, Gaussian of width {numbers.width:.3f}"
    left.plot(grid, smoothed_density(lanczos, grid, numbers.width), color=COLOURS[0], label=label)
    draw_density(left, maxent, grid[grid >= 0], "MaxEnt with 95 % band", COLOURS[1])
    left.set(title=f"The same {NUM_MOMENTS} moments, drawn", xlabel="eigenvalue of $L$", ylabel="density")
    left.set(xlim=(-0.1, 1.8), ylim=(0, 2.2))
    left.legend(loc="upper left", frameon=False)

    truth = np.array(numbers.exact)[1:]
    right.axhline(0, color="black", linewidth=0.8)
    for values, sem, name, style, colour, shift in (
        (numbers.smoothed, numbers.lanczos_sem, "smoothed Lanczos", "s", COLOURS[0], 0.0),
        (numbers.lanczos, numbers.lanczos_sem, "Lanczos points", "^", COLOURS[2], -0.1),
        (numbers.maxent, numbers.maxent_sem, "MaxEnt", "o", COLOURS[1], 0.1),
    ):
        error = 100 * (np.array(values)[1:] / truth - 1)
        bars = 200 * np.array(sem)[1:] / truth
        right.errorbar(ORDERS[1:] + shift, error, bars, fmt=style, color=colour, label=name, markersize=6, capsize=3)
    closed = 100 * (smoothed_moments(np.array(numbers.exact), numbers.width)[1:] / truth - 1)
    right.plot(ORDERS[1:], closed, "--", color=COLOURS[0], zorder=1, label="closed form, equation 20")
    right.set(title="Error of the moments, bars of two standard errors")
    right.set(xlabel="order of the moment", ylabel="error in percent of the exact moment")
    right.legend(loc="upper left", frameon=False)
    save(picture, folder, "kernel_smoothing")


if __name__ == "__main__":
    run(main, report, __doc__)
