"""A random graph G(n, p) from 3, 65 and 100 moments: three find its width, 65 its shape, more find nothing new.

The normalised Laplacian of G(1500, 0.007) is sketched once with 100 moments; every density below reads that sketch.
The truth is all 1500 eigenvalues by a dense solver. From some order on, the error that is left is that of the probes,
so more moments do not help: more probes would. An interval is made of the spread over probes and of the change from a
lower order: with three moments it is wide, since one moment knows next to nothing.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: Erdos-Renyi with 3, 65 and 100 moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from _common import COLOURS, covered, draw_density, draw_histogram, figure, run, save, table, wasserstein

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

    from graphspec import SpectralDensity

NUM_NODES, EDGE_PROBABILITY = 1500, 0.007
ORDERS = (3, 65, 100)
NUM_PROBES = 32


@dataclass(frozen=True)
class ErdosRenyiNumbers:
    """How far the MaxEnt spectrum is from the exact one.

    Attributes
    ----------
    orders, distances
        Numbers of moments, and the Wasserstein-1 distance at each.
    covered
        Share of quantiles at which the 95 % interval of the count holds the exact count.
    num_edges
        Number of edges of the graph.
    num_matvecs
        Number of matrix-vector products that the sketch took.
    """

    orders: tuple[int, ...]
    distances: tuple[float, ...]
    covered: tuple[float, ...]
    num_edges: int
    num_matvecs: int


def main(folder: Path | None) -> ErdosRenyiNumbers:
    graph = nx.fast_gnp_random_graph(NUM_NODES, EDGE_PROBABILITY, seed=7)
    sketch = graphspec.sketch(graph, num_moments=max(ORDERS), num_probes=NUM_PROBES)
    estimates = [graphspec.density(sketch, num_moments=order) for order in ORDERS]
    exact = graphspec.density(graph, method="exact")
    numbers = ErdosRenyiNumbers(
        orders=ORDERS,
        distances=tuple(wasserstein(estimate, exact) for estimate in estimates),
        covered=tuple(covered(estimate, exact) for estimate in estimates),
        num_edges=graph.number_of_edges(),
        num_matvecs=sketch.num_matvecs,
    )
    if folder is not None:
        draw(numbers, estimates, exact, folder)
    return numbers


def report(numbers: ErdosRenyiNumbers) -> str:
    rows = list(zip(numbers.orders, numbers.distances, numbers.covered, strict=True))
    return f"G({NUM_NODES}, {EDGE_PROBABILITY}), {numbers.num_edges} edges, {numbers.num_matvecs} products\n" + table(
        ("moments", "W1 to exact", "counts in 95 % interval"), rows
    )


def draw(numbers: ErdosRenyiNumbers, estimates: list[SpectralDensity], exact: SpectralDensity, folder: Path) -> None:
    title = f"G({NUM_NODES}, {EDGE_PROBABILITY}): 3 moments give the width, 65 the shape, 100 nothing more"
    picture, panels = figure(3, title, share_y=True)
    grid, edges = np.linspace(0, 2, 2001), np.linspace(0, 2, 101)
    for axes, estimate, distance, colour in zip(panels, estimates, numbers.distances, COLOURS, strict=True):
        draw_histogram(axes, exact, edges)
        draw_density(axes, estimate, grid, "MaxEnt with 95 % band", colour)
        axes.set(title=f"{estimate.num_moments} moments: $W_1$ = {distance:.4f}", xlabel="eigenvalue of $L$")
        axes.set(xlim=(0.2, 1.8), ylim=(0, 1.55))
        axes.legend(loc="upper right", frameon=False)
    panels[0].set_ylabel("density")
    save(picture, folder, "erdos_renyi")


if __name__ == "__main__":
    run(main, report, __doc__)
