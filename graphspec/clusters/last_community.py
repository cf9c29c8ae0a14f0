"""Whether the last community that is counted may be chance: its distance from the bulk against the bulk's own spacing.

Without the community its eigenvalue would be the first of the bulk. The largest eigenvalues of large random matrices
fluctuate as those of the Gaussian orthogonal ensemble do, up to a shift and a scale that the ratio of two successive
distances does not depend on. So this ratio has one distribution, by which Y. Wu, J. Zhang, W. Lan and C.-L. Tsai,
arXiv:2409.05276, test the number of blocks on the adjacency matrix. On the regularised Laplacian of graphs without
structure it holds as well (checked by ``python -m benchmarks communities``).

For three levels the distribution of the ratio is known (Y. Atas, E. Bogomolny, O. Giraud and G. Roux, Phys. Rev. Lett.
110, 084101 (2013), equation 7); divided by its median at the edge, 1.318, the ratio of many levels has the same one:
from 0.9 to 0.0001 the p-values agree within 6 % with 60 000 tridiagonal matrices of the ensemble (A. Edelman and B.
Sutton, J. Stat. Phys. 127, 1121 (2007)).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from graphspec._typing import Vector
from graphspec.clusters.eigensolver import LowSpectrum, following_eigenvalues
from graphspec.clusters.filter_settings import DEFAULT_SETTINGS, FilterSettings
from graphspec.errors import NotConvergedError

# Eigenvalues of the bulk need a fraction of their spacing alone; the work is bounded where it does not pay.
_SETTINGS = DEFAULT_SETTINGS.changed(arpack_tolerance=1e-6, arpack_restarts=20)


def ratio_p_value(ratio: float, median: float = 1.318) -> float:
    """Return the probability that the first distance at the edge of a random matrix is so large against the second.

    Parameters
    ----------
    ratio
        Distance of the largest eigenvalue from the second over that of the second from the third.
    median
        Median of the ratio.

    Examples
    --------
    >>> round(ratio_p_value(1.318), 3)
    0.5
    >>> round(ratio_p_value(6.88), 3)
    0.05
    """
    if not np.isfinite(ratio):
        return 0.0
    middle, length = ratio / median + 0.5, np.sqrt(1 + ratio / median + (ratio / median) ** 2)
    return float(max(0.5 - middle / (2 * length) + 3 * middle / (2 * length**3), 0.0))


class GapTest:
    """P-values of the gaps between eigenvalues of a component, against the null of the edge of random matrices.

    Equal eigenvalues count once: the gap is that between two levels, and so is the next one.

    Parameters
    ----------
    spectrum
        Eigenpairs below a threshold.
    settings
        Settings of the solver that computes the next eigenvalues of a component, once.
    seed
        Seed of the solver's random vectors.
    threads
        Number of threads of the products.
    tie
        Difference of eigenvalues that are equal.
    """

    def __init__(
        self,
        spectrum: LowSpectrum,
        *,
        settings: FilterSettings = _SETTINGS,
        seed: int = 0,
        threads: int | None = None,
        tie: float = 1e-6,
    ) -> None:
        self._spectrum, self._tie, self._known = spectrum, tie, dict[int, Vector]()
        self._following = partial(
            following_eigenvalues, spectrum.operator, settings=settings, seed=seed, threads=threads
        )

    def p_value(self, index: int, number: int) -> float | None:
        """Return the probability that chance makes the gap after some eigenvalues of a component so wide.

        Parameters
        ----------
        index
            Number of the component's part of the spectrum.
        number
            Number of its eigenvalues, the lowest ones, before the gap; at least one.

        Returns
        -------
        float or None
            The p-value. None within a multiplet, and where the component has no further two levels, or the solver does
            not converge.
        """
        values = self._values(index)
        if number >= len(values):
            return None
        last, following = values[number - 1], values[number]
        later = values[values > following + self._tie]
        if len(later) == 0 or following <= last + self._tie:
            return None
        return ratio_p_value((following - last) / (later[0] - following))

    def last_p_value(self, numbers: Sequence[int]) -> float | None:
        """Return the p-value of the gap after the last eigenvalue that is counted.

        Parameters
        ----------
        numbers
            For every part of the spectrum, the number of eigenvalues that are counted.
        """
        parts = zip(self._spectrum.parts, numbers, strict=True)
        lasts = [part.eigenvalues[number - 1] if number else -np.inf for part, number in parts]
        index = int(np.argmax(lasts))
        return self.p_value(index, numbers[index])

    def _values(self, index: int, few: int = 2, many: int = 32) -> Vector:
        """Return the eigenvalues of a part and the next ones: a few, or more where those are equal."""
        if index not in self._known:
            part = self._spectrum.parts[index]
            try:
                beyond = self._following(part, few)
                if len(beyond) == few and beyond[-1] <= beyond[0] + self._tie:
                    beyond = self._following(part, many)
            except NotConvergedError:
                beyond = np.zeros(0)
            self._known[index] = np.concatenate([part.eigenvalues, beyond])
        return self._known[index]
