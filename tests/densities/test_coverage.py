"""Intervals of counts and integrals on spectra that are hard to tell from their moments, known in closed form."""

from itertools import product

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.densities.methods import density

SKETCHES = 6  # of every graph: each with 16 probes
FUNCTIONS = {
    "exp": lambda value: np.exp(-value),
    "log": lambda value: np.log(value + 0.1),
    "entropy": lambda value: value * np.log(np.maximum(value, 1e-300)),
    "kink": lambda value: np.abs(value - 1),
}


def rook(rows, columns):
    """Return the line graph of a complete bipartite graph, whose Laplacian has four eigenvalues at most."""
    graph = nx.line_graph(nx.complete_bipartite_graph(rows, columns))
    counts = [
        (rows - 1 if first else 1) * (columns - 1 if second else 1) for second, first in product((0, 1), repeat=2)
    ]
    sums = [(rows if first else 0) + (columns if second else 0) for second, first in product((0, 1), repeat=2)]
    return graph, np.repeat(np.array(sums) / (rows + columns - 2), counts)


def hypercube(dimension):
    words = np.array(list(product((0, 1), repeat=dimension)))
    return nx.hypercube_graph(dimension), 2 * words.sum(axis=1) / dimension


def path(count):
    return nx.path_graph(count), 1 - np.cos(np.pi * np.arange(count) / (count - 1))


def dense(graph):
    return graph, np.linalg.eigvalsh(nx.normalized_laplacian_matrix(graph).toarray())


GRAPHS = {
    "rook": rook(15, 30),
    "rook of a square": rook(20, 20),
    "hypercube": hypercube(9),
    "path": path(400),
    "dense bipartite": dense(nx.bipartite.random_graph(120, 300, 0.5, seed=3)),
    "lollipop": dense(nx.lollipop_graph(30, 350)),
}


def densities(name, num_moments, method="maxent"):
    for seed in range(SKETCHES):
        yield density(graphspec.sketch(GRAPHS[name][0], num_moments=num_moments, seed=100 + seed), method)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("num_moments", [20, 100])
def test_integrals(name, num_moments):
    exact = np.sort(np.clip(GRAPHS[name][1], 0, 2))
    covered = []
    for estimated, function in product(densities(name, num_moments), FUNCTIONS.values()):
        found, value = estimated.integrate(function), function(exact).mean()
        # With exact moments up to order 8 hardly any sampling error is left on ten points. The truncation error of a
        # kink at order 20 is then all, and the spectrum itself is the rule at the end of the interval.
        slack = 1e-12 + 0.02 * (found.high - found.low)
        covered.append(found.low - slack <= value <= found.high + slack)
    # Of 24 intervals, those of a sketch go together: 0.95^6 is the chance that none misses.
    assert np.mean(covered) >= 0.8


def half_widths(estimate, exact):
    """Return errors over the half width of the interval on their side, or over half an eigenvalue."""
    side = np.where(exact < estimate.value, estimate.value - estimate.low, estimate.high - estimate.value)
    return np.abs(estimate.value - exact) / np.maximum(side, 0.5)


def low_end(exact):
    return (exact[1:10] + exact[2:11]) / 2


def beside_atoms(exact, num_moments):
    atoms = [value for value in np.unique(exact.round(9)) if (np.abs(exact - value) < 1e-8).sum() > 5]
    angles = np.arccos(1 - np.array(atoms))[:, None] + np.array([-1, -0.5, -0.1, 0.1, 0.5, 1]) * np.pi / num_moments
    return 1 - np.cos(np.clip(angles.ravel(), 0.01, np.pi - 0.01))


@pytest.mark.parametrize("method", ["maxent", "kpm"])
@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("path", "low"),
        ("lollipop", "low"),
        ("rook", "atoms"),
        ("rook of a square", "atoms"),
        ("hypercube", "atoms"),
        ("dense bipartite", "atoms"),
    ],
)
def test_counts_in_hard_places(name, places, method):
    exact = np.sort(GRAPHS[name][1])
    points = low_end(exact) if places == "low" else beside_atoms(exact, 40)
    points = points[np.abs(points[:, None] - exact).min(axis=1) > 1e-6]
    truth = np.searchsorted(exact, points, side="right")
    errors = np.array([half_widths(estimated.count(points), truth) for estimated in densities(name, 40, method)])
    # Truncation alone, as moments up to order 8 are exact, comes short of the half width by up to 6 % on ten points.
    assert (errors <= 1.06).mean() >= 0.9
    assert errors.max() <= 3


@pytest.mark.parametrize("method", ["maxent", "kpm"])
def test_intervals_of_smooth_densities_stay_narrow(method):
    # A count in the midst of 1500 eigenvalues has a standard error of about three, with control variates.
    graph = nx.random_regular_graph(8, 1500, seed=4)
    estimated = density(graphspec.sketch(graph, seed=5), method)
    found = estimated.count(np.linspace(0.6, 1.4, 9))
    assert (found.high - found.low <= 3.5 * estimated.t_quantile * np.maximum(found.sem, 3)).all()
