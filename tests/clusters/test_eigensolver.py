"""The low end of the spectrum by eigensolvers, against dense ones and closed forms."""

import networkx as nx
import numpy as np
import pytest
from planted import planted
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator
from spectra import complete, cycle, eigenvalues, hypercube, isolated, path, random_graph, star, union

from graphspec.clusters import eigensolver
from graphspec.clusters.eigensolver import low_spectrum
from graphspec.clusters.subspace import FilterSettings, SubspaceIteration
from graphspec.errors import NotConvergedError, ParameterError
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import graph_operator
from graphspec.operators.linear import linear_operator

RESIDUAL = 2e-4  # twice what the solver promises
FOLLOWING = 1e-4  # four digits of the first eigenvalue above the gap


@pytest.fixture(scope="module")
def blocks():
    """Ten blocks in 700 vertices: too many for the dense path."""
    return planted([70] * 10)


def low_end_of(graph, gap, expected, operator="normalized", **options):
    return low_spectrum(graph_operator(graph, operator), gap, expected, **options)


@pytest.mark.parametrize("operator", ["normalized", "combinatorial", "natural"])
def test_agrees_with_dense_eigenvalues(blocks, operator):
    exact = eigenvalues(blocks, operator)
    gap = (exact[9] + 0.1 * (exact[10] - exact[9]), exact[10] - 0.1 * (exact[10] - exact[9]))
    found = low_end_of(blocks, gap, 10, operator)
    assert found.count == 10
    assert found.method == "filter"
    (part,) = found.parts
    scale = exact[-1]
    np.testing.assert_allclose(part.eigenvalues, exact[:10], atol=1e-6 * scale)
    assert part.eigenvalues[0] == 0.0
    assert found.gap[0] == part.eigenvalues[-1]
    assert found.gap[1] == pytest.approx(exact[10], abs=FOLLOWING * scale)


def test_eigenvectors_are_eigenvectors(blocks):
    (part,) = low_end_of(blocks, (0.35, 0.5), 10).parts
    matrix = graph_operator(blocks).matrix()
    np.testing.assert_allclose(part.vectors.T @ part.vectors, np.eye(10), atol=1e-6)
    residuals = np.linalg.norm(matrix @ part.vectors - part.vectors * part.eigenvalues, axis=0)
    assert residuals.max() < RESIDUAL


@pytest.mark.parametrize("expected", [1, 3, 10, 60])
def test_a_wrong_expectation_does_not_change_the_count(blocks, expected):
    assert low_end_of(blocks, (0.35, 0.5), expected).count == 10


def test_same_seed_same_numbers_for_any_number_of_threads(blocks):
    first, second = (low_end_of(blocks, (0.35, 0.5), 10, threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(first.parts[0].vectors, second.parts[0].vectors)
    other = low_end_of(blocks, (0.35, 0.5), 10, seed=5)
    assert not np.array_equal(other.parts[0].vectors, first.parts[0].vectors)
    np.testing.assert_allclose(other.parts[0].eigenvalues, first.parts[0].eigenvalues, atol=1e-7)


def test_copies_are_solved_once_and_counted_often(monkeypatch):
    graph = planted([60] * 6)
    copies = Graph.from_scipy(sparse.block_diag([graph.adjacency()] * 5, format="csr"))
    solved = []
    original = eigensolver._solve
    monkeypatch.setattr(eigensolver, "_solve", lambda *args, **kw: solved.append(args) or original(*args, **kw))
    found = low_end_of(copies, (0.35, 0.5), 30)
    assert len(solved) == 1
    assert found.count == 30
    assert [part.copies for part in found.parts] == [5]
    assert sorted(found.parts[0].vertices.ravel()) == list(range(1800))


@pytest.mark.parametrize(
    ("example", "threshold"),
    [
        (union(complete(5), isolated(3), path(6), cycle(7)), 0.5),
        (union(star(6), hypercube(3)), 0.9),
        (hypercube(5), 0.5),
        (path(40), 0.03),
        (isolated(4), 1.0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_small_components_against_closed_forms(example, threshold):
    exact = example.spectra["normalized"] if "normalized" in example.spectra else eigenvalues(example.graph)
    found = low_end_of(example.graph, (threshold - 0.01, threshold + 0.01), 3)
    below = exact[exact < threshold]
    values = np.sort(np.concatenate([np.tile(part.eigenvalues, part.copies) for part in found.parts]))
    np.testing.assert_allclose(values, below, atol=1e-12)
    assert found.method == "dense"
    above = exact[exact >= threshold]
    assert found.gap[1] == pytest.approx(above.min() if len(above) else np.inf)


def test_high_multiplicities_are_not_overlooked():
    # Ring of 40 cliques of 10: by symmetry most low eigenvalues come in pairs.
    graph = Graph.from_networkx(nx.connected_caveman_graph(40, 10))
    exact = eigenvalues(graph)
    gap = np.argmax(np.diff(exact[:60]))
    found = low_end_of(graph, (exact[gap] + 0.05, exact[gap + 1] - 0.05), 40)
    assert found.count == gap + 1 == 40
    np.testing.assert_allclose(found.parts[0].eigenvalues, exact[: gap + 1], atol=1e-6)


def test_a_linear_operator_is_solved_as_a_whole(blocks):
    matrix = graph_operator(blocks).matrix()
    for linear in (matrix, aslinearoperator(matrix)):
        found = low_spectrum(linear_operator(linear, (0, 2)), (0.35, 0.5), 10)
        np.testing.assert_allclose(found.parts[0].eigenvalues, eigenvalues(blocks)[:10], atol=1e-6)


def test_a_random_graph_has_one_low_eigenvalue_per_component():
    graph = random_graph(900, 12, 4)
    found = low_end_of(graph, (0.05, 0.2), 3)
    exact = eigenvalues(graph)
    assert found.count == np.searchsorted(exact, 0.125)


def test_progress_is_told(blocks):
    told = []
    low_end_of(blocks, (0.35, 0.5), 10, progress=told.append)
    assert sum(told) > 10


def test_a_filter_that_does_not_converge_says_so(blocks):
    with pytest.raises(NotConvergedError, match=r"1 filter\(s\) left eigenvectors below the gap"):
        low_end_of(blocks, (0.35, 0.5), 10, settings=FilterSettings(max_filters=1, amplification=10.0))
    with pytest.raises(NotConvergedError, match="did not find what is first above the gap in 1 round"):
        low_end_of(blocks, (0.35, 0.5), 10, settings=FilterSettings(max_rounds=1))


def test_further_filters_finish_what_the_first_left(blocks):
    at_once = low_end_of(blocks, (0.35, 0.5), 10)
    found = low_end_of(blocks, (0.35, 0.5), 10, settings=FilterSettings(amplification=10.0))
    np.testing.assert_allclose(found.parts[0].eigenvalues, at_once.parts[0].eigenvalues, atol=1e-7)
    assert found.gap[1] == pytest.approx(at_once.gap[1], abs=FOLLOWING)


def test_rounding_of_float32_that_is_too_large_is_avoided(blocks):
    # Edges of weight 1000: in float32 residuals would stay above what is promised.
    heavy = Graph.from_scipy(1000 * blocks.adjacency(), weighted=True)
    exact = 1000 * eigenvalues(blocks, "combinatorial")
    (part,) = low_end_of(heavy, (exact[9] + 100, exact[10] - 100), 10, "combinatorial").parts
    residuals = graph_operator(heavy, "combinatorial").matrix() @ part.vectors - part.vectors * part.eigenvalues
    assert np.linalg.norm(residuals, axis=0).max() < RESIDUAL
    np.testing.assert_allclose(part.eigenvalues, exact[:10], atol=1e-6)


@pytest.mark.parametrize("gap", [(0.02, 0.03), (0.35, 1.2), (0.5, 0.501), (1.9, 1.95)])
def test_a_gap_that_is_none_has_whatever_lies_on_its_sides(blocks, gap):
    exact = eigenvalues(blocks)
    found = low_end_of(blocks, gap, 10)
    count = np.searchsorted(exact, np.mean(gap))
    assert found.count == count
    above = exact[count] if count < len(exact) else np.inf
    assert found.gap[1] == pytest.approx(above, abs=1e-3)


def test_a_missed_eigenvector_is_found_by_the_search_above_the_gap(blocks):
    iteration = SubspaceIteration(graph_operator(blocks))
    exact, vectors = np.linalg.eigh(graph_operator(blocks).matrix().toarray())
    others = vectors[:, [0, 1, 2, 4, 5, 6, 7, 8, 9]]
    block = np.random.default_rng(0).standard_normal((700, 8))
    assert iteration.next_eigenvalue(exact[10], 0.0, others, block) == pytest.approx(exact[3], abs=FOLLOWING)
    assert exact[3] <= iteration.next_eigenvalue(exact[10], 0.4, others, block) <= 0.4


@pytest.mark.parametrize(
    ("matrix", "interval", "gap"),
    [
        # Eigenvalues of the path near zero, seen from far.
        (nx.path_graph(500), (0, 2), (2e-6, 1.78e-5)),
        (nx.path_graph(500), (-100, 100), (0.008, 0.00865)),
        # A gap that begins below the spectrum, and one that is wholly there.
        (nx.path_graph(500), (0, 2), (-0.00098, 0.00132)),
        (nx.path_graph(500), (-3, 3), (-0.4, -0.2)),
        # An interval that is far too wide.
        (nx.connected_caveman_graph(60, 8), (-10_000, 3), (0.0011909317520839876, 0.0039778054747693185)),
        # High multiplicities above the gap, and a gap that holds some of them.
        (nx.hypercube_graph(9), (-100, 100), (0.244, 0.422)),
        (nx.hypercube_graph(9), (-100, 100), (0.199, 0.2457)),
        # What is next is zero, or nearly.
        (np.r_[-1, -0.9, -0.8, np.zeros(200), np.linspace(0.5, 1, 400)], (-1.1, 1.1), (-0.72, -0.08)),
        (np.r_[-1, -0.9, -0.8, np.full(200, 1e-5), np.linspace(0.5, 1, 400)], (-1.1, 1.1), (-0.72, -0.08)),
    ],
)
def test_low_ends_of_any_matrix(matrix, interval, gap):
    if isinstance(matrix, nx.Graph):
        matrix = sparse.csr_array(nx.normalized_laplacian_matrix(matrix))
    else:
        matrix = sparse.csr_array(np.diag(matrix))
    exact = np.linalg.eigvalsh(matrix.toarray())
    count = int(np.searchsorted(exact, np.mean(gap)))
    for linear in (matrix, aslinearoperator(matrix)):
        found = low_spectrum(linear_operator(linear, interval), gap, max(count, 1))
        assert found.count == count
        assert found.method == "filter"
        below = exact[count - 1] if count else -np.inf
        assert found.gap == pytest.approx((below, exact[count]), rel=1e-3, abs=1e-3 * (exact[count] - np.mean(gap)))


def test_a_gap_has_two_ends(blocks):
    with pytest.raises(ParameterError, match=r"a gap has a lower and an upper end, not 0\.5 and 0\.4"):
        low_end_of(blocks, (0.5, 0.4), 10)


def test_known_eigenvectors_of_an_operator_are_used():
    graph = planted([70] * 10)
    target = graph_operator(graph)
    null = target.null_vector
    found = low_spectrum(
        linear_operator(target.matrix(), (0, 2), known={0.0: null / np.linalg.norm(null)}), (0.35, 0.5), 10
    )
    np.testing.assert_allclose(found.parts[0].eigenvalues, eigenvalues(graph)[:10], atol=1e-6)


def test_too_many_low_eigenvalues_are_an_error(blocks):
    with pytest.raises(NotConvergedError, match="too many of the 700 eigenvalues lie below the gap"):
        low_end_of(blocks, (1.9, 1.95), 10, settings=FilterSettings(max_dense_rows=600))
