"""Spanning trees, entropies and heat traces of graphs that are too large for their eigenvalues, with intervals.

The logarithm of the number of spanning trees is a log-determinant (Kirchhoff's theorem), the von Neumann entropy of
a graph the sum of -p log p over the eigenvalues of its Laplacian divided by their sum, and the heat trace at time t
the sum of exp(-t x) over those of its normalised Laplacian, which as a function of t is the signature NetLSD of a
graph. All are sums of a function over a spectrum, and take a pass with ten probes over the edges each.

A ring, a torus and a torus in three dimensions have closed forms, which the intervals hold. Their heat traces a vertex
fall as t^(-d/2), d their dimension; that of a random graph falls exponentially, as it has a gap. Roads and power lines
are between ring and torus. Where no heat is lost any more, a curve stays at the share of components among vertices.

Data: com-dblp, the collaborations of DBLP, and other networks of SNAP, the US power grid and the US roads: those that
are in the folder that GRAPHSPEC_DATA names. Without it the made graphs stand alone.

Sources: A. Tsitsulin, D. Mottin, P. Karras, A. Bronstein and E. Mueller, "NetLSD: hearing the shape of a graph", KDD
2018; S. L. Braunstein, S. Ghosh and S. Severini, "The Laplacian of a graph as a density matrix", Ann. Comb. 10, 291
(2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from _common import COLOURS, EXACT_COLOUR, data_file, figure, read_network, run, save, table

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from graphspec import Estimate, Graph

FILES = {
    "com-dblp": "com-dblp.ungraph.txt.gz",
    "ca-GrQc": "ca-GrQc.txt",
    "ca-CondMat": "ca-CondMat.txt",
    "ca-HepTh": "networkdos_HepTh.mat",
    "email-Enron": "email-Enron.txt.gz",
    "email-Eu-core": "email-Eu-core.txt",
    "facebook": "facebook_combined.txt",
    "p2p-Gnutella31": "p2p-Gnutella31.txt",
    "as-caida": "as-caida20071105.txt.gz",
    "power grid": "USPowerGrid.txt",
    "usroads": "usroads.mtx.gz",
}
RING, TORUS, SOLID = 10_000, (100, 100), (22, 22, 22)
TIMES = tuple(np.geomspace(0.01, 100, 61).tolist())
DRAWN = ("ring", "power grid", "usroads", "torus", "solid torus", "com-dblp", "email-Enron", "Barabasi-Albert")
OPTIONS = {"num_moments": 60, "num_probes": 10}

Interval = tuple[float, float, float]


@dataclass(frozen=True)
class FunctionalNumbers:
    """Functionals of every graph, each with its value and the ends of its 95 % interval.

    Attributes
    ----------
    names, num_nodes, num_edges
        The graphs, and their sizes.
    trees
        Logarithm of the number of spanning trees, of all components.
    entropy
        The von Neumann entropy, in nats.
    heat
        By graph, the heat trace a vertex at every time.
    """

    names: tuple[str, ...]
    num_nodes: tuple[int, ...]
    num_edges: tuple[int, ...]
    trees: tuple[Interval, ...]
    entropy: tuple[Interval, ...]
    heat: dict[str, tuple[Interval, ...]]


def main(folder: Path | None) -> FunctionalNumbers:
    graphs = made_graphs()
    graphs |= {name: read_network(path) for name, file in FILES.items() if (path := data_file(file)) is not None}
    drawn = {name: graphs[name] for name in DRAWN if name in graphs}
    numbers = FunctionalNumbers(
        names=tuple(graphs),
        num_nodes=tuple(graph.num_nodes for graph in graphs.values()),
        num_edges=tuple(graph.num_edges for graph in graphs.values()),
        trees=tuple(interval(graphspec.functional(graph, "spanning-trees", **OPTIONS)) for graph in graphs.values()),
        entropy=tuple(interval(graphspec.functional(graph, "entropy", **OPTIONS)) for graph in graphs.values()),
        heat={name: heat_trace(graph) for name, graph in drawn.items()},
    )
    if folder is not None:
        draw(numbers, folder)
    return numbers


def made_graphs() -> dict[str, Graph]:
    """Return graphs whose functionals are known, and a random one."""
    return {
        "ring": periodic_grid((RING,)),
        "torus": periodic_grid(TORUS),
        "solid torus": periodic_grid(SOLID),
        "Barabasi-Albert": graphspec.generate("ba", 10_000, 1, m=4),
    }


def periodic_grid(sides: tuple[int, ...]) -> Graph:
    """Return a grid without ends in any number of dimensions."""
    sites = np.arange(np.prod(sides)).reshape(sides)
    neighbours = np.stack([np.roll(sites, 1, axis) for axis in range(len(sides))])
    return graphspec.Graph.from_edges(np.broadcast_to(sites, neighbours.shape).ravel(), neighbours.ravel())


def interval(found: Estimate) -> Interval:
    """Return a value with the ends of its interval."""
    return float(found.value), float(found.low), float(found.high)


def heat_trace(graph: Graph) -> tuple[Interval, ...]:
    """Return the heat trace a vertex at every time."""
    found = graphspec.functional(graph, "heat-trace", times=TIMES, **OPTIONS)
    parts = np.stack([found.value, found.low, found.high], axis=1) / graph.num_nodes
    return tuple((value, low, high) for value, low, high in parts.tolist())


def report(numbers: FunctionalNumbers) -> str:
    columns = ("graph", "vertices", "edges", "log spanning trees", "95 % interval", "entropy", "95 % interval")
    parts = (numbers.names, numbers.num_nodes, numbers.num_edges, numbers.trees, numbers.entropy)
    rows = [
        (name, nodes, edges, *between(trees, 1), *between(entropy, 4))
        for name, nodes, edges, trees, entropy in zip(*parts, strict=True)
    ]
    first = "com-dblp" if "com-dblp" in numbers.names else "Barabasi-Albert"
    low, high = (end / np.log(10) for end in numbers.trees[numbers.names.index(first)][1:])
    return f"{first} has 10^{low:.1f} to 10^{high:.1f} spanning trees\n{table(columns, rows)}"


def between(found: Interval, digits: int) -> tuple[str, str]:
    """Return a value and its interval as text."""
    value, low, high = (f"{part:.{digits}f}" for part in found)
    return value, f"{low} to {high}"


def draw(numbers: FunctionalNumbers, folder: Path) -> None:
    picture, (left, middle, right) = figure(3, "Sums over spectra that nobody has computed, with 95 % intervals")
    picture.set_size_inches(17, 5.6)
    draw_heat(left, numbers)
    nodes = np.array(numbers.num_nodes, float)[:, None]
    trees, lost = np.array(numbers.trees) / nodes, np.log(nodes) - np.array(numbers.entropy)
    order = np.argsort(trees[:, 0])
    for axes, values in ((middle, trees), (right, lost)):
        for place, index in enumerate(order):
            colour = COLOURS[1] if numbers.names[index] in FILES else COLOURS[2]
            value, *ends = values[index]
            axes.plot([0, value], [place, place], color=EXACT_COLOUR, linewidth=1, zorder=0)
            axes.errorbar(value, place, xerr=np.abs(np.sort(ends)[:, None] - value), fmt="o", color=colour, capsize=4)
        axes.set_yticks(range(len(order)), [numbers.names[index] for index in order])
        axes.set(xlim=(0, None))
    middle.set(xlabel="log(number) / vertices", title="spanning trees: what edges are there to spare")
    right.set(xlabel="log(vertices) - entropy, nats", title="von Neumann entropy: how uneven degrees are")
    right.set_yticklabels([])
    save(picture, folder, "graph_functionals")


def draw_heat(axes: Axes, numbers: FunctionalNumbers) -> None:
    """Draw the heat traces with their bands: made graphs dashed, networks as lines."""
    from matplotlib import colormaps

    for place, (name, values) in enumerate(numbers.heat.items()):
        value, low, high = np.array(values).T
        colour = colormaps["viridis"](0.95 * place / max(len(numbers.heat) - 1, 1))
        axes.fill_between(TIMES, np.maximum(low, 1e-12), high, color=colour, alpha=0.25, linewidth=0)
        axes.plot(TIMES, value, color=colour, linestyle="-" if name in FILES else "--", label=name)
    axes.set(xscale="log", yscale="log", xlim=(TIMES[0], TIMES[-1]), ylim=(1e-4, 1.2))
    axes.set(xlabel="time t", ylabel="heat trace a vertex", title="NetLSD: the slope is half of the dimension")
    axes.legend(frameon=False, loc="lower left")


if __name__ == "__main__":
    run(main, report, __doc__)
