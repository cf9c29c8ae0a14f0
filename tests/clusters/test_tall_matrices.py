"""Products of tall matrices in threads."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from graphspec.clusters.tall_matrices import TallMatrices
from graphspec.machine import pool_of


@pytest.mark.parametrize("rows", [0, 300, 20_000])
def test_tall_matrices_multiply_alike_in_any_number_of_threads(rows):
    random = np.random.default_rng(0)
    left, right = random.standard_normal((rows, 7)), np.asfortranarray(random.standard_normal((rows, 5)))
    alone = TallMatrices(None)
    inner, times = alone.inner(left, right), alone.times(left, left[:7].T @ right[:7])
    np.testing.assert_allclose(inner, left.T @ right, atol=1e-10)
    np.testing.assert_allclose(times, left @ (left[:7].T @ right[:7]), atol=1e-12)
    with threadpool_limits(1, "blas"), pool_of(3) as pool:
        shared = TallMatrices(pool)
        np.testing.assert_array_equal(shared.inner(left, right), inner)
        np.testing.assert_array_equal(shared.times(left, left[:7].T @ right[:7]), times)
