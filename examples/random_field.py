"""The range of a Gaussian Markov random field by maximum likelihood, with a log-determinant inside.

A field on a 200 x 200 grid has the precision matrix Q = tau (kappa^2 I + L), L the Laplacian of the grid: 1 / kappa is
its range, the distance at which correlations fade. It is drawn once, exactly, by a cosine transform, which diagonalises
L. Its likelihood needs log det Q at every kappa that is tried,

    log p(x) = n / 2 log(tau / (2 pi)) + 1/2 log det(kappa^2 I + L) - tau / 2 (kappa^2 x'x + x'Lx),

and tau at its best, n / (kappa^2 x'x + x'Lx). One pass over the grid, ten probes, gives all of these: a shift of the
matrix does not change the Krylov space, so that `graphspec.logdet(sketch, shift=kappa**2)` reads the same sketch for
every kappa. As the probes are the same, their error hardly depends on kappa, the curve is smooth, and its maximum lies
where that of the exact likelihood is, within a tenth of the standard error. With new probes at every kappa
the same intervals hold as well, yet the curve is too rough to be maximised: that is the point of a common seed.

The grid has no need of it, as its eigenvalues are known, and so the truth is here in closed form; a triangulated or
weighted field of millions of sites is handled in the same way.

Source: F. Lindgren, H. Rue and J. Lindstrom, "An explicit link between Gaussian fields and Gaussian Markov random
fields: the stochastic partial differential equation approach", J. R. Stat. Soc. B 73, 423 (2011), with alpha = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from _common import COLOURS, figure, run, save, table
from scipy import fft, optimize, sparse

import graphspec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from graphspec import SpectralSketch

    Vector = NDArray[np.float64]

SIDE, KAPPA, TAU = 200, 0.2, 2.0
NUM_MOMENTS, NUM_PROBES = 60, 10
TRIED = np.geomspace(0.1, 0.4, 25)
_STEP = 0.01  # of log kappa, for the curvature


@dataclass(frozen=True)
class RandomFieldNumbers:
    """The maximum of the likelihood, and the likelihood at several kappa.

    Attributes
    ----------
    kappa, exact_kappa
        Where the likelihood is largest, with log-determinants by probes and in closed form.
    standard_error
        Standard error of kappa, by the curvature of the estimated likelihood.
    tau
        The estimate of tau.
    evaluations
        How many log-determinants the search took.
    tried
        Values of kappa.
    exact, estimate, low, high
        Logarithms of the likelihood there, with their largest exact value taken off: in closed form, and the estimate
        with its 95 % interval.
    rough
        Estimates with new probes at every kappa.
    """

    kappa: float
    exact_kappa: float
    standard_error: float
    tau: float
    evaluations: int
    tried: tuple[float, ...]
    exact: tuple[float, ...]
    estimate: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    rough: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The likelihood of a field with the best tau.

    Attributes
    ----------
    field
        The field on the grid.
    """

    field: Vector

    def tau(self, kappa: float) -> float:
        """Return the best tau: the mean of tau (kappa^2 x'x + x'Lx) is the number of sites."""
        rough = sum(np.sum(np.diff(self.field, axis=axis) ** 2) for axis in (0, 1))
        return float(self.field.size / (kappa**2 * np.sum(self.field**2) + rough))

    def log(self, kappa: float, log_det: float) -> float:
        """Return the logarithm of the likelihood, given log det(kappa^2 I + L)."""
        return (log_det + self.field.size * (np.log(self.tau(kappa) / (2 * np.pi)) - 1)) / 2

    def maximum(self, log_det: Callable[[float], float]) -> tuple[float, int]:
        """Return the kappa at which the likelihood is largest, and how many log-determinants that took."""

        def objective(log_kappa: float) -> float:
            return -self.log(np.exp(log_kappa), log_det(np.exp(log_kappa)))

        bounds = np.log([TRIED[0], TRIED[-1]])
        found = optimize.minimize_scalar(objective, bounds=bounds, method="bounded", options={"xatol": 1e-6})
        return float(np.exp(found.x)), int(found.nfev)

    def standard_error(self, kappa: float, log_det: Callable[[float], float]) -> float:
        """Return the standard error of kappa, by the second difference of the likelihood in log kappa."""
        below, at, above = (self.log(each, log_det(each)) for each in kappa * np.exp([-_STEP, 0.0, _STEP]))
        return float(kappa * _STEP / np.sqrt(2 * at - below - above))


def main(folder: Path | None) -> RandomFieldNumbers:
    field = draw_field(seed=4)
    likelihood = Likelihood(field)
    held = sketch_grid(seed=0)
    kappa, evaluations = likelihood.maximum(lambda each: estimate(held, each)[0])
    exact = np.array([likelihood.log(each, exact_log_det(each)) for each in TRIED])
    parts = np.array([[likelihood.log(each, part) for part in estimate(held, each)] for each in TRIED]).T - exact.max()
    rough = [likelihood.log(each, estimate(sketch_grid(seed), each)[0]) for seed, each in enumerate(TRIED, 1)]
    numbers = RandomFieldNumbers(
        kappa=kappa,
        exact_kappa=likelihood.maximum(exact_log_det)[0],
        standard_error=likelihood.standard_error(kappa, lambda each: estimate(held, each)[0]),
        tau=likelihood.tau(kappa),
        evaluations=evaluations,
        tried=tuple(TRIED.tolist()),
        exact=tuple((exact - exact.max()).tolist()),
        estimate=tuple(parts[0].tolist()),
        low=tuple(parts[1].tolist()),
        high=tuple(parts[2].tolist()),
        rough=tuple((rough - exact.max()).tolist()),
    )
    if folder is not None:
        draw(numbers, field, folder)
    return numbers


def grid_eigenvalues() -> Vector:
    """Return the eigenvalues of the Laplacian of the grid, by the frequencies of the cosines."""
    line = 2 - 2 * np.cos(np.pi * np.arange(SIDE) / SIDE)
    return line[:, None] + line


def draw_field(seed: int) -> Vector:
    """Return a field with the precision matrix tau (kappa^2 I + L)."""
    noise = np.random.default_rng(seed).standard_normal((SIDE, SIDE))
    return np.asarray(fft.idctn(noise / np.sqrt(TAU * (KAPPA**2 + grid_eigenvalues())), norm="ortho"))


def exact_log_det(kappa: float) -> float:
    """Return log det(kappa^2 I + L)."""
    return float(np.log(kappa**2 + grid_eigenvalues()).sum())


def sketch_grid(seed: int) -> SpectralSketch:
    """Make the pass over the grid."""
    ones = np.ones(SIDE - 1)
    line, eye = sparse.diags_array([ones, ones], offsets=[-1, 1]), sparse.eye_array(SIDE)
    grid = sparse.csr_array(sparse.kron(line, eye) + sparse.kron(eye, line))
    options = {"num_moments": NUM_MOMENTS, "num_probes": NUM_PROBES, "seed": seed}
    return graphspec.sketch(grid, operator="combinatorial", **options)


def estimate(held: SpectralSketch, kappa: float) -> tuple[float, float, float]:
    """Return an estimate of log det(kappa^2 I + L) with its interval."""
    found = graphspec.logdet(held, shift=kappa**2)
    return found.value, found.low, found.high


def report(numbers: RandomFieldNumbers) -> str:
    rows = [
        ("kappa", KAPPA, numbers.kappa, numbers.standard_error, numbers.exact_kappa),
        ("range", 1 / KAPPA, 1 / numbers.kappa, numbers.standard_error / numbers.kappa**2, 1 / numbers.exact_kappa),
    ]
    columns = ("parameter", "true", "estimate", "standard error", "by the exact likelihood")
    curve = np.array([numbers.tried, numbers.exact, numbers.estimate, numbers.low, numbers.high, numbers.rough]).T
    second = table(
        ("kappa", "log likelihood", "error", "its interval", "with new probes"),
        [
            (kappa, exact, value - exact, f"{low - exact:.2f} to {high - exact:.2f}", rough - exact)
            for kappa, exact, value, low, high, rough in curve[::4].tolist()
        ],
        digits=3,
    )
    title = f"{SIDE} x {SIDE} sites, {numbers.evaluations} log-determinants from one pass of {NUM_PROBES} probes"
    return f"{title}\n{table(columns, rows)}\n\n{second}"


def draw(numbers: RandomFieldNumbers, field: Vector, folder: Path) -> None:
    picture, (left, middle, right) = figure(
        3, "A likelihood whose log-determinants all come from one pass over the grid"
    )
    limit = np.quantile(np.abs(field), 0.995)
    left.imshow(field, cmap="RdBu_r", vmin=-limit, vmax=limit)
    left.set(title=rf"the field, range $1/\kappa$ = {1 / KAPPA:g} sites", xticks=[], yticks=[])
    left.spines[:].set_visible(False)
    exact = np.array(numbers.exact)
    draw_curve(middle, numbers, np.zeros_like(exact))
    middle.plot(numbers.tried, exact, color="black", linewidth=1, linestyle=":", label="closed form")
    low, high = (numbers.kappa + sign * 1.96 * numbers.standard_error for sign in (-1, 1))
    middle.axvspan(low, high, color=COLOURS[0], alpha=0.12, linewidth=0)
    middle.axvline(KAPPA, color="black", linewidth=1)
    middle.set(title=rf"$\hat\kappa$ = {numbers.kappa:.4f} $\pm$ {numbers.standard_error:.4f}, true {KAPPA:g}")
    middle.set(ylabel="log-likelihood above the maximum", ylim=(-45, 14))
    draw_curve(right, numbers, exact)
    right.axhline(0, color="black", linewidth=1, linestyle=":")
    right.set(title="error of the log-likelihood", ylabel="estimate - closed form")
    middle.legend(frameon=False, loc="upper right")
    for axes in (middle, right):
        axes.set(xlabel=r"$\kappa$", xlim=(TRIED[0], TRIED[-1]))
    save(picture, folder, "random_field")


def draw_curve(axes: Axes, numbers: RandomFieldNumbers, base: Vector) -> None:
    """Draw the estimated likelihood above a base, with its band, and the estimates with new probes."""
    axes.fill_between(numbers.tried, numbers.low - base, numbers.high - base, color=COLOURS[1], alpha=0.25, linewidth=0)
    axes.plot(numbers.tried, numbers.estimate - base, color=COLOURS[1], label="one sketch, 95 % band")
    axes.plot(
        numbers.tried,
        numbers.rough - base,
        "o-",
        color=COLOURS[2],
        linewidth=0.6,
        markersize=4,
        label="new probes each time",
    )


if __name__ == "__main__":
    run(main, report, __doc__)
