"""Coverage of the intervals of counts and integrals on many kinds of graphs, and their widths beside former ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from graphspec import density, sketch
from graphspec.densities.parts import coarse_order

from benchmarks.graphs import exact_spectrum
from benchmarks.kinds import HELD_OUT, STUDIED
from benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import networkx as nx
    from numpy.typing import NDArray

    from graphspec.densities import SpectralDensity

PROBES, ORDERS = 16, (20, 40, 100, 200)
GRAPH_SEEDS, SKETCH_SEEDS = (11, 12, 13), range(500, 524)  # those of the study were others
COUNTED = range(500, 504)  # of which counts are taken, at many points each
POINTS = 8  # of every class of points in a spectrum, at most
FINE = 0.94
LOW_END = ("caterpillar", "barbell", "ring of cliques", "lollipop")
FUNCTIONS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "exp(-x)": lambda x: np.exp(-x),
    "log(x + 0.1)": lambda x: np.log(x + 0.1),
    "x log x": lambda x: x * np.log(np.maximum(x, 1e-300)),
    "|x - 1|": lambda x: np.abs(x - 1),
}


def rows() -> Iterator[Row]:
    for label, kinds in (("studied kinds, other seeds", STUDIED), ("kinds held out", HELD_OUT)):
        trials = study(kinds, GRAPH_SEEDS, SKETCH_SEEDS)
        yield from _rows(trials, f"{len(kinds)} {label}")


def _rows(trials: pd.DataFrame, label: str) -> Iterator[Row]:
    maxent, kpm = (trials[trials.method == method] for method in ("maxent", "kpm"))
    integrals = maxent[maxent.place == "integral"]
    counts, damped = (found[found.place != "integral"] for found in (maxent, kpm))
    for what, found, pooled, least in (
        ("integrate, maxent", integrals, 0.94, 0.88),
        ("count, maxent", counts, 0.94, 0.88),
        ("count, kpm", damped, 0.93, 0.85),
    ):
        share, kinds = float(found.covered.mean()), found.groupby("kind").covered.mean()
        orders = "/".join(f"{value:.1%}" for value in found.groupby("order").covered.mean())
        lowest = ", ".join(f"{kind} {value:.1%}" for kind, value in kinds.nsmallest(3).items())
        yield Row(
            f"95 % intervals of {what}, {'/'.join(map(str, ORDERS))} moments, {len(found)} trials, {label}",
            f"cover in >= {pooled:.0%}, every kind in >= {least:.0%}",
            f"{share:.1%} ({orders}), lowest {lowest}",
            share >= pooled and bool((kinds >= least).all()),
        )
    yield from _hard_places(counts[counts.order == 40], label)
    yield _widths(integrals, "integrate, maxent", label)
    yield _widths(counts, "count, maxent", label)
    yield _widths(damped, "count, kpm", label)


def _hard_places(counts: pd.DataFrame, label: str) -> Iterator[Row]:
    beside, low = counts[counts["place"] == "atom"], counts[counts["place"] == "low"]
    share, worst = float(beside.covered.mean()), float(beside.half_widths.max())
    yield Row(
        f"count beside atoms that are not known, maxent, 40 moments, {len(beside)} trials, {label}",
        "cover in >= 92 %, off by <= 3 half widths",
        f"{share:.1%}, {worst:.1f}",
        share >= 0.92 and worst <= 3,
    )
    kinds = low.groupby("kind").covered.mean()
    named = kinds[[kind for kind in LOW_END if kind in kinds]]
    shown = ", ".join(f"{kind} {value:.0%}" for kind, value in named.items())
    lowest = ", ".join(f"{kind} {value:.0%}" for kind, value in kinds.nsmallest(2).items())
    yield Row(
        f"count between the ten lowest eigenvalues, maxent, 40 moments, {len(low)} trials, {label}",
        "cover in >= 90 % of every kind that is named",
        f"{shown}; lowest {lowest}" if shown else f"lowest {lowest}",
        bool(((named if len(named) else kinds) >= 0.9).all()),
    )


def _widths(found: pd.DataFrame, what: str, label: str) -> Row:
    """Compare widths with the former ones, in the mean over kinds that these covered well."""
    kinds = found.groupby("kind")[["former_covered", "width", "former_width"]].mean()
    fine = kinds[kinds.former_covered >= FINE]
    ratio = float((fine.width / fine.former_width).mean())
    return Row(
        f"width of 95 % intervals of {what} over that of the change between orders, {len(fine)} of {label}",
        "<= 1.3",
        f"{ratio:.2f} (former coverage {found.former_covered.mean():.1%})",
        ratio <= 1.3,
    )


def study(
    kinds: Mapping[str, Callable[[int], nx.Graph]], graph_seeds: tuple[int, ...], sketch_seeds: range
) -> pd.DataFrame:
    """Return a row for every interval: its kind, order, method and place, and whether it covers the exact value."""
    found: list[pd.DataFrame] = []
    for (kind, make), graph_seed in product(kinds.items(), graph_seeds):
        graph = make(graph_seed)
        eigenvalues = exact_spectrum(graph)
        for seed in sketch_seeds:
            item = sketch(graph, num_moments=max(ORDERS), num_probes=PROBES, seed=seed)
            # Former intervals knew the exact moments up to order 2.
            former = replace(item, low_moments=item.low_moments[:3])
            random = np.random.default_rng([graph_seed, seed])
            for order in ORDERS:
                for method in ("maxent", "kpm") if seed in COUNTED else ("maxent",):
                    versions = (item, order), (former, order), (former, coarse_order(order))
                    densities = [density(held, method, num_moments=count) for held, count in versions]
                    tables = [_integrals(*densities, eigenvalues)] if method == "maxent" else []
                    if seed in COUNTED:
                        tables.append(_counts(*densities, _places(eigenvalues, item.atoms, order, random), eigenvalues))
                    found += [table.assign(kind=kind, order=order, method=method) for table in tables]
    return pd.concat(found, ignore_index=True)


def _places(
    eigenvalues: NDArray[np.float64], atoms: Any, order: int, random: np.random.Generator
) -> dict[str, NDArray[np.float64]]:
    """Return points of the spectrum that are no eigenvalues, by class."""
    first = np.concatenate([[True], np.diff(eigenvalues) > 1e-7])
    distinct, sizes = eigenvalues[first], np.diff(np.append(np.flatnonzero(first), len(eigenvalues)))
    middles = (distinct[:-1] + distinct[1:]) / 2
    known = np.array([[atom.eigenvalue, atom.multiplicity] for atom in atoms]).reshape(-1, 2)
    unknown = sizes - np.array([known[np.abs(known[:, 0] - point) < 1e-6, 1].sum() for point in distinct])
    heavy = distinct[(unknown >= max(3, 0.01 * len(eigenvalues))) & (distinct > 1e-3) & (distinct < 2 - 1e-3)]
    # Up to a resolution pi / m beside an atom, in the angle.
    beside = np.arccos(1 - heavy)[:, None] + np.array([-1, -0.5, -0.1, 0.1, 0.5, 1]) * np.pi / order
    places = {
        "random": random.uniform(0, 2, POINTS),
        "between": random.permutation(middles)[:POINTS],
        "low": middles[1:10],
        "atom": random.permutation(1 - np.cos(np.clip(beside.ravel(), 0, np.pi)))[:POINTS],
    }
    return {
        name: points[np.abs(points[:, None] - eigenvalues).min(axis=1) > 1e-6] if len(points) else points
        for name, points in places.items()
    }


def _counts(
    now: SpectralDensity,
    fine: SpectralDensity,
    coarse: SpectralDensity,
    places: dict[str, Any],
    eigenvalues: NDArray[np.float64],
) -> pd.DataFrame:
    points = np.concatenate(list(places.values()))
    estimate, exact, before = now.count(points), np.searchsorted(eigenvalues, points, side="right"), fine.count(points)
    half = fine.t_quantile * before.sem + np.abs(before.value - coarse.count(points).value)
    half = np.maximum(half, fine.t_quantile * before.sem + _excess(fine, points))
    # What is off by half an eigenvalue is right when rounded.
    table = _table(estimate, exact, (before.value, half), allowed=0.5)
    return table.assign(place=np.repeat(list(places), [len(found) for found in places.values()]))


def _integrals(
    now: SpectralDensity, fine: SpectralDensity, coarse: SpectralDensity, eigenvalues: NDArray[np.float64]
) -> pd.DataFrame:
    def values(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([function(x) for function in FUNCTIONS.values()], axis=-1)

    estimate, before = now.integrate(values), fine.integrate(values)
    exact = values(np.clip(eigenvalues, 0, 2)).mean(axis=0)
    half = fine.t_quantile * before.sem + np.abs(before.value - coarse.integrate(values).value)
    return _table(estimate, exact, (before.value, half), allowed=0.0).assign(place="integral")


def _table(estimate: Any, exact: NDArray[Any], former: tuple[Any, Any], allowed: float) -> pd.DataFrame:
    """Return a row for every interval, and for the former one, given by its centre and half width."""
    error, former_error = np.abs(estimate.value - exact), np.abs(former[0] - exact)
    half = np.where(exact < estimate.value, estimate.value - estimate.low, estimate.high - estimate.value)
    return pd.DataFrame(
        {
            "covered": (error <= half + 1e-9) | (error <= allowed),
            "half_widths": error / np.maximum(half, max(allowed, 1e-12)),
            "width": estimate.high - estimate.low,
            "former_covered": (former_error <= former[1] + 1e-9) | (former_error <= allowed),
            "former_width": 2 * former[1],
        }
    )


def _excess(density: SpectralDensity, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return half of the eigenvalues within a resolution of points in excess of those beside, as intervals once had."""
    # A damped series spreads a point mass over four resolutions, a maximum-entropy density over one.
    width = (4 if density.method == "kpm" else 1) * np.pi / density.num_moments
    angles = np.arccos(np.clip(1 - points, -1, 1)) + width * np.array([-3.0, -1.0, 1.0, 3.0])[:, None]
    below, within, above = np.diff(density.count(1 - np.cos(np.clip(angles, 0, np.pi))).value, axis=0)
    return np.asarray(np.maximum(within - np.maximum(below, above), 0) / 2)
