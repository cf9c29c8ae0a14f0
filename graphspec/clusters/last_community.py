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

import numpy as np

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


def last_p_value(
    spectrum: LowSpectrum,
    counted: LowSpectrum,
    *,
    settings: FilterSettings = _SETTINGS,
    seed: int = 0,
    threads: int | None = None,
) -> float | None:
    """Return the probability that chance puts the last eigenvalue that is counted so far from the next ones.

    Parameters
    ----------
    spectrum
        Eigenpairs below the threshold.
    counted
        Those of them that are communities; see :meth:`graphspec.clusters.eigensolver.LowSpectrum.lowest`.
    settings
        Settings of the solver that computes the next two eigenvalues of the last one's component.
    seed
        Seed of the solver's random vectors.
    threads
        Number of threads of the products.

    Returns
    -------
    float or None
        The p-value. None where the component has no further two eigenvalues, or the solver does not converge.
    """
    lasts = [part.eigenvalues[-1] if len(part.eigenvalues) else -np.inf for part in counted.parts]
    index = int(np.argmax(lasts))
    part, last = spectrum.parts[index], len(counted.parts[index].eigenvalues) - 1
    values = part.eigenvalues[last : last + 3]
    try:
        if len(values) < 3:
            number = 3 - len(values)
            beyond = following_eigenvalues(
                spectrum.operator, part, number, settings=settings, seed=seed, threads=threads
            )
            values = np.concatenate([values, beyond])
    except NotConvergedError:
        return None
    if len(values) < 3:
        return None
    first, second = np.diff(values)
    return ratio_p_value(first / second) if second > 0 else None
