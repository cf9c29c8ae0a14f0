"""Order of spectra in which similar ones are neighbours, for matrices of divergences."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from graphspec._typing import Matrix


def by_similarity(divergences: Matrix) -> list[int]:
    """Order spectra so that similar ones are neighbours: the leaves of average-linkage clustering.

    Parameters
    ----------
    divergences
        Symmetric matrix of divergences, shape (n, n). They span decades, and behave like squared distances.

    Returns
    -------
    order
        Numbers of the spectra from 0 on.
    """
    if len(divergences) < 3:
        return list(range(len(divergences)))
    distances = squareform(np.sqrt(np.maximum(divergences, 0)), checks=False)
    return [int(leaf) for leaf in leaves_list(optimal_leaf_ordering(linkage(distances, "average"), distances))]
