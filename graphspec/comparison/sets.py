"""Comparison of two sets of graphs by their spectra: two-sample statistics with a permutation test.

Two statistics see every difference of the laws of the distribution functions F of the spectra. The squared maximum mean
discrepancy has the kernel exp(-W / b) of the Wasserstein-1 distance W, the L1 distance of F, with the median of all
pooled distances as the bandwidth b. L1 distances are of negative type, so that the kernel is positive definite, which
exp(-W^2 / b^2) is not; it is characteristic, as the Laplace kernel of finitely many coordinates is (Sriperumbudur et
al., JMLR 11, 1517 (2010)). The energy distance has the L2 distance of F, of strong negative type as that of every
Hilbert space is (Lyons, Ann. Probab. 41, 3284 (2013)); with the L1 distance it would see the law of F(x) at every x,
but not that of several x together.

Two more are those of the literature on generative models of graphs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.spatial.distance import pdist, squareform

from graphspec._typing import Matrix, Vector
from graphspec.comparison.set_spectra import SetSpectra
from graphspec.comparison.settings import PermutationSettings
from graphspec.comparison.two_samples import Kernel, TestedStatistic, num_arrangements, permutation_test
from graphspec.errors import ParameterError
from graphspec.machine import available_threads
from graphspec.notebook import Shown

_TIE = 1e-9  # distance below which spectra are equal: rounding moves eigenvalues of 500 vertices by 1e-14
_BAND = (0.1, 0.9)  # quantiles over the graphs of a set that a band lies between


@dataclass(frozen=True)
class SetDistances:
    """Mean Wasserstein-1 distances of pairs of graphs, in units of eigenvalues.

    Attributes
    ----------
    within_first, within_second
        Means over all pairs of different graphs of one set.
    between
        Mean over all pairs of a graph of either set.
    """

    within_first: float
    within_second: float
    between: float


@dataclass(frozen=True, eq=False)
class SetCurves:
    """Distribution functions of the spectra of a set.

    Attributes
    ----------
    eigenvalues
        Middles of the cells that they are averaged over.
    mean, sem
        Mean over the graphs and its standard error.
    low, high
        Quantiles of 10 and 90 % over the graphs.
    """

    eigenvalues: Vector
    mean: Vector
    sem: Vector
    low: Vector
    high: Vector


@dataclass(frozen=True)
class SetMember:
    """A graph of a set.

    Attributes
    ----------
    name
        Its name.
    distance
        Mean Wasserstein-1 distance from the other graphs of the set.
    """

    name: str
    distance: float


@dataclass(frozen=True, eq=False, repr=False)
class SetComparison(Shown):
    """Differences of two sets of graphs by their spectra.

    Attributes
    ----------
    names
        Names of the sets.
    sizes
        Numbers of their graphs.
    mmd
        Squared maximum mean discrepancy with the kernel exp(-W / `bandwidth`) of the Wasserstein-1 distance, unbiased:
        without a difference its mean is zero. Its test decides whether the sets `differ`.
    energy
        Energy distance 2 E|F - G| - E|F - F'| - E|G - G'| of distribution functions with their L2 distance, unbiased.
    gaussian_tv
        The biased statistic of the code of GRAN (Liao et al., NeurIPS 2019), ``spectral_stats`` with ``gaussian_tv``:
        histograms of 200 bins, kernel exp(-d^2 / 2) of half their L1 distance.
    gaussian_emd
        The same with ``gaussian_emd``, the earth mover's distance in units of bins, as in the code of SPECTRE
        (Martinkus et al., ICML 2022), with the kernel of GraphRNN (You et al., ICML 2018).
    bandwidth
        Bandwidth of the kernel of `mmd`, in units of eigenvalues.
    distances
        Mean distances within and between the sets.
    typical, extreme
        The graph of either set that is nearest to the others of its set, and the farthest.
    num_permutations
        Permutations of the tests: all that differ where there are not more than were asked for.
    level
        Level of the test.
    curves
        Distribution functions of both sets, for the picture.
    """

    names: tuple[str, str]
    sizes: tuple[int, int]
    mmd: TestedStatistic
    energy: TestedStatistic
    gaussian_tv: TestedStatistic
    gaussian_emd: TestedStatistic
    bandwidth: float
    distances: SetDistances
    typical: tuple[SetMember, SetMember]
    extreme: tuple[SetMember, SetMember]
    num_permutations: int
    level: float
    curves: tuple[SetCurves, SetCurves] = field(repr=False)

    @property
    def differ(self) -> bool:
        """Whether the test of `mmd` rejects that the sets are of one distribution."""
        return self.mmd.p_value <= self.level

    @property
    def decidable(self) -> bool:
        """Whether sets of these sizes can have a p-value as small as the level."""
        return self.smallest_p_value <= self.level

    @property
    def smallest_p_value(self) -> float:
        """Smallest p-value that is possible: with sets of one size, exchanging them changes no statistic."""
        arrangements = num_arrangements(*self.sizes)
        exchangeable = 2 if self.sizes[0] == self.sizes[1] and arrangements == 1 + self.num_permutations else 1
        return exchangeable / (1 + self.num_permutations)

    @property
    def sentence(self) -> str:
        """Sentence on the outcome."""
        p_value = f"p = {self.mmd.p_value:.2g}"
        if self.differ:
            return f"The sets differ: {p_value}"
        if not self.decidable:
            sizes = f"sets of {self.sizes[0]} and {self.sizes[1]} graphs"
            return f"Cannot tell: {sizes} have no p-value below {self.smallest_p_value:.2g}"
        return f"No difference found: {p_value}"


def check_size(name: str, size: int) -> None:
    """Check that a set is no single graph.

    Raises
    ------
    ParameterError
        If it has fewer than two graphs.
    """
    if size < 2:
        raise ParameterError(f"{name}: a set needs at least two graphs, and this one has {size}")


def compare_set_spectra(
    first: SetSpectra,
    second: SetSpectra,
    settings: PermutationSettings | None = None,
    seed: int = 0,
    threads: int | None = None,
) -> SetComparison:
    """Compare the spectra of two sets of graphs.

    Parameters
    ----------
    first, second
        Spectra of the sets.
    settings
        Permutations and level of the tests.
    seed
        Seed of the permutations.
    threads
        Number of threads; by default as many as processors.

    Raises
    ------
    ParameterError
        If a set has a single graph or none, or its spectra are on another grid.
    """
    settings = settings or PermutationSettings()
    for each in (first, second):
        check_size(each.name, len(each))
    if first.functions.shape[1] != second.functions.shape[1]:
        raise ParameterError("the spectra of both sets must have equally many cells")
    functions = np.concatenate([first.functions, second.functions])
    histograms = np.concatenate([first.histograms, second.histograms])
    width = 2 / functions.shape[1]
    size = len(first)

    def test(kernel: Kernel) -> TestedStatistic:
        return permutation_test(kernel, size, settings.permutations, seed, threads or available_threads())

    wasserstein = _distances(functions, "cityblock") * width
    bandwidth = _bandwidth(wasserstein)
    mmd = test(Kernel(np.exp(-wasserstein / bandwidth)))
    energy = test(Kernel(-_distances(functions, "euclidean") * np.sqrt(width)))
    gaussian_tv = test(Kernel(_gaussian(_distances(histograms, "cityblock") / 2), biased=True))
    # In one dimension the earth mover's distance is the L1 distance of distribution functions.
    gaussian_emd = test(Kernel(_gaussian(_distances(np.cumsum(histograms, axis=1), "cityblock")), biased=True))
    within = wasserstein[:size, :size], wasserstein[size:, size:]
    means = [part.sum(axis=1) / (len(part) - 1) for part in within]
    between = float(wasserstein[:size, size:].mean())
    return SetComparison(
        names=(first.name, second.name),
        sizes=(len(first), len(second)),
        mmd=mmd,
        energy=energy,
        gaussian_tv=gaussian_tv,
        gaussian_emd=gaussian_emd,
        bandwidth=bandwidth,
        distances=SetDistances(float(means[0].mean()), float(means[1].mean()), between),
        typical=(_member(first, means[0], np.argmin), _member(second, means[1], np.argmin)),
        extreme=(_member(first, means[0], np.argmax), _member(second, means[1], np.argmax)),
        num_permutations=min(settings.permutations, num_arrangements(len(first), len(second)) - 1),
        level=settings.level,
        curves=(_curves(first), _curves(second)),
    )


def _member(spectra: SetSpectra, distances: Vector, choose: Callable[[Vector], Any]) -> SetMember:
    number = int(choose(distances))
    return SetMember(spectra.graphs[number], float(distances[number]))


def _distances(rows: Matrix, metric: str) -> Matrix:
    """Return the distances of all pairs of rows; those of equal spectra are zero, whatever the order of vertices."""
    distances = pdist(rows, metric)
    distances[distances < _TIE] = 0.0
    return np.asarray(squareform(distances))


def _gaussian(distances: Matrix) -> Matrix:
    """Return the kernel of the literature, of standard deviation 1."""
    return np.asarray(np.exp(-(distances**2) / 2))


def _bandwidth(distances: Matrix) -> float:
    """Return the median of the distances of pairs that differ, by which the bandwidth depends on the pool alone."""
    pairs = distances[np.triu_indices(len(distances), 1)]
    positive = pairs[pairs > 0]
    return float(np.median(positive)) if len(positive) else 1.0


def _curves(spectra: SetSpectra) -> SetCurves:
    functions = spectra.functions
    cells = functions.shape[1]
    low, high = np.quantile(functions, _BAND, axis=0)
    return SetCurves(
        eigenvalues=(np.arange(cells) + 0.5) * (2 / cells),
        mean=functions.mean(axis=0),
        sem=functions.std(axis=0, ddof=1) / np.sqrt(len(functions)),
        low=low,
        high=high,
    )
