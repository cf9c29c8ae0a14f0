"""Chebyshev filters against polynomials of dense matrices."""

import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph

from graphspec.lanczos.filters import chebyshev_filter
from graphspec.lanczos.products import OperatorProduct
from graphspec.lanczos.sparse_products import OrderingSettings, Rows, SparseProduct
from graphspec.operators.kinds import graph_operator


def scaled_matrix(graph):
    return graph_operator(graph).matrix() - sparse.eye_array(graph.num_nodes)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 2e-4)])
@pytest.mark.parametrize(("width", "degree"), [(1, 1), (5, 2), (16, 9), (40, 12)])
def test_filter_is_the_chebyshev_polynomial_of_the_interval(width, degree, dtype, tolerance, threads):
    graph, damped = random_graph(400, 9, 2), (-0.4, 1.0)
    vectors = np.random.default_rng(1).standard_normal((400, width))
    product = graph_operator(graph).product(degree, dtype)
    products = []
    filtered = chebyshev_filter(product, vectors, damped, degree, threads=threads, progress=products.append)
    values, basis = np.linalg.eigh(scaled_matrix(graph).toarray())
    mapped = (values - (damped[0] + damped[1]) / 2) / ((damped[1] - damped[0]) / 2)
    factors = np.polynomial.chebyshev.chebval(mapped, [0] * degree + [1])
    exact = basis @ (factors[:, None] * (basis.T @ vectors))
    np.testing.assert_allclose(filtered, exact, atol=tolerance * np.abs(exact).max())
    assert sum(products) == width * degree


def test_filter_keeps_the_order_of_rows_that_were_reordered():
    graph = random_graph(400, 9, 2)
    vectors = np.random.default_rng(1).standard_normal((400, 3))
    product = SparseProduct(Rows.of(scaled_matrix(graph)), 100, OrderingSettings(min_rows=100))
    assert product.layout.order is not None
    plain = chebyshev_filter(OperatorProduct(lambda block: scaled_matrix(graph) @ block, 400, np.float64), vectors,
                             (-0.4, 1.0), 7)  # fmt: skip
    np.testing.assert_allclose(chebyshev_filter(product, vectors, (-0.4, 1.0), 7), plain, atol=1e-8)
