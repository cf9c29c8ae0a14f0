"""The semicircle law from a few of its moments: the maximum-entropy density nears it with every moment added.

The eigenvalues of a large symmetric matrix with independent entries follow Wigner's semicircle law. On [-1, 1] its
density is 2 sqrt(1 - x^2) / pi, and of its Chebyshev moments only mu_0 = 1 and mu_2 = -1/2 differ from zero. So nothing
is sampled here and no noise is in the way: what is left is the error of knowing finitely many moments, measured as
the Kullback-Leibler divergence of the density from the law.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: semicircle with 5 and with 30 moments, and its KL divergence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from _common import COLOURS, EXACT_COLOUR, figure, run, save, table
from numpy.polynomial import chebyshev

from graphspec.densities.maxent import solve

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

ORDERS = tuple(range(2, 61, 2))  # an odd order adds a moment that symmetry makes zero, and changes nothing
DRAWN = (5, 30)
RIDGE = 1e-12  # the moments are exact: next to no noise is to be allowed for
NODES = 20_000


@dataclass(frozen=True)
class SemicircleNumbers:
    """KL divergence of the MaxEnt density from the semicircle law.

    Attributes
    ----------
    orders, divergences
        Numbers of moments, 2 to 60, and the divergence at each.
    drawn
        Divergence at the numbers of moments in the picture, 5 and 30.
    decay
        The exponent b of divergence ~ order^-b between 30 and 60 moments.
    """

    orders: tuple[int, ...]
    divergences: tuple[float, ...]
    drawn: dict[int, float]
    decay: float


def law_moments(order: int) -> Vector:
    """Return the Chebyshev moments 0 to `order` of the semicircle law on [-1, 1]."""
    moments = np.zeros(max(order, 2) + 1)
    moments[0], moments[2] = 1.0, -0.5
    return moments[: order + 1]


def law_density(points: Vector) -> Vector:
    """Return the density of the semicircle law."""
    return np.asarray(2 / np.pi * np.sqrt(np.maximum(1 - points**2, 0)))


def multipliers(order: int) -> Vector:
    """Return the coefficients of the logarithm of the MaxEnt density with `order` moments of the law."""
    moments = law_moments(order)
    solution = solve(moments, np.zeros_like(moments), ridge=RIDGE)
    assert solution.report.converged
    return solution.coefficients


def divergence(coefficients: Vector) -> float:
    """Return the KL divergence of a MaxEnt density from the law, by the midpoint rule in the angle."""
    angles = (np.arange(NODES) + 0.5) * np.pi / NODES
    points, masses = np.cos(angles), 2 / NODES * np.sin(angles) ** 2
    return float(masses @ (np.log(law_density(points)) - chebyshev.chebval(points, coefficients)))


def main(folder: Path | None) -> SemicircleNumbers:
    divergences = tuple(divergence(multipliers(order)) for order in ORDERS)
    assert (np.diff(divergences) < 0).all(), "every moment added must bring the density nearer to the law"
    half = ORDERS.index(30)
    numbers = SemicircleNumbers(
        orders=ORDERS,
        divergences=divergences,
        drawn={order: divergence(multipliers(order)) for order in DRAWN},
        decay=float(np.log(divergences[half] / divergences[-1]) / np.log(ORDERS[-1] / ORDERS[half])),
    )
    if folder is not None:
        draw(numbers, folder)
    return numbers


def report(numbers: SemicircleNumbers) -> str:
    found = dict(zip(numbers.orders, numbers.divergences, strict=True)) | numbers.drawn
    shown = [(order, found[order]) for order in (2, 5, 10, 20, 30, 40, 50, 60)]
    return (
        table(("moments", "KL(law, MaxEnt)"), shown) + f"\nfrom 30 to 60 moments it falls as order^-{numbers.decay:.2f}"
    )


def draw(numbers: SemicircleNumbers, folder: Path) -> None:
    picture, (left, middle, right) = figure(3, "MaxEnt nears the semicircle law with every moment added")
    points = np.cos(np.linspace(np.pi, 0, 2001))
    law = law_density(points)
    left.fill_between(points, law, color=EXACT_COLOUR, linewidth=0, label="semicircle law")
    middle.axhline(0, color="black", linewidth=0.8)
    for order, colour in zip(DRAWN, COLOURS, strict=False):
        values = np.exp(chebyshev.chebval(points, multipliers(order)))
        left.plot(points, values, color=colour, label=f"MaxEnt, {order} moments")
        middle.plot(points, values - law, color=colour, label=f"{order} moments")
        right.plot(order, numbers.drawn[order], "o", color=colour, markersize=9, zorder=3, label=f"{order} moments")
    left.set(title="5 moments come near, 30 can hardly be told apart", xlabel="eigenvalue", ylabel="density")
    left.set(ylim=(0, 0.9))
    left.legend(loc="upper center", frameon=False)
    middle.set(title="What is left is at the ends", xlabel="eigenvalue", ylabel="MaxEnt minus law", ylim=(-0.1, 0.16))
    middle.legend(loc="upper center", frameon=False)
    # An odd order has the divergence of the even one below it.
    right.step(numbers.orders, numbers.divergences, where="post", color="black", zorder=1, label="all orders")
    right.set(xscale="log", yscale="log", title=f"From 30 to 60 moments KL falls as $m^{{-{numbers.decay:.1f}}}$")
    right.set(xlabel="number of moments $m$", ylabel="KL(law, MaxEnt)")
    ticks = (2, 5, 10, 20, 30, 60)
    right.set_xticks(ticks, [str(tick) for tick in ticks])
    right.minorticks_off()
    right.grid(alpha=0.3)
    right.legend(frameon=False)
    save(picture, folder, "semicircle")


if __name__ == "__main__":
    run(main, report, __doc__)
