"""The plain way: moments of the normalised Laplacian of an edge list with scipy, one probe at a time."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy import sparse


def main(path: str, num_moments: int, num_probes: int) -> None:
    edges = pd.read_csv(path, sep="\t", comment="#", header=None).to_numpy()
    ids, ends = np.unique(edges, return_inverse=True)
    rows, columns = ends.reshape(-1, 2).T
    adjacency = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(ids), len(ids))).tocsr()
    adjacency = ((adjacency + adjacency.T) > 0).astype(float)
    scale = sparse.diags_array(1 / np.sqrt(adjacency.sum(axis=1)))
    moments = sums_of_moments(sparse.csr_array(-(scale @ adjacency @ scale)), num_moments, num_probes)
    print(moments[:4] / (len(ids) * num_probes))


def sums_of_moments(matrix: sparse.csr_array, num_moments: int, num_probes: int) -> np.ndarray:
    generator = np.random.default_rng(0)
    moments = np.zeros(num_moments + 1)
    for _ in range(num_probes):
        probe = generator.choice([-1.0, 1.0], matrix.shape[0])
        previous, current = probe, matrix @ probe
        moments[0] += probe @ probe
        moments[1] += probe @ current
        for order in range(2, num_moments + 1):
            previous, current = current, 2 * (matrix @ current) - previous
            moments[order] += probe @ current
    return moments


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
