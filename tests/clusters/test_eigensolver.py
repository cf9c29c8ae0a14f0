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
from graphspec.clusters.filter_settings import FilterSettings
from graphspec.clusters.subspace import SubspaceIteration
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


def test_further_filters_finish_what_the_first_left(blocks):
    at_once = low_end_of(blocks, (0.35, 0.5), 10)
    found = low_end_of(blocks, (0.35, 0.5), 10, settings=FilterSettings(amplification=10.0))
    np.testing.assert_allclose(found.parts[0].eigenvalues, at_once.parts[0].eigenvalues, atol=1e-7)
    assert found.gap[1] == pytest.approx(at_once.gap[1], abs=FOLLOWING)


def with_tails(graph, count, length):
    """Return a graph with chains of one length on some of its vertices."""
    for vertex in range(count):
        nx.add_path(graph, [vertex, *((vertex, place) for place in range(length))])
    return nx.convert_node_labels_to_integers(graph)


HARD_GAPS = {
    # Gaps of about 1e-7 of the spectrum between the eigenvalues of a long path beside cliques.
    "barbell": (nx.barbell_graph(100, 500), "normalized", 1),
    "lollipop": (nx.lollipop_graph(60, 600), "combinatorial", 10),
    # Nearly equal chains, whose eigenvalues differ little.
    "tails": (with_tails(nx.random_regular_graph(6, 800, seed=2), 12, 20), "normalized", 5),
    # A ring of cliques: many nearly equal eigenvalues on both sides.
    "cliques": (nx.connected_caveman_graph(60, 10), "normalized", 61),
    # A planted partition, with a gap within the bulk.
    "bulk": (nx.from_scipy_sparse_array(planted([70] * 10).adjacency()), "normalized", 20),
}
NO_DENSE = FilterSettings(fallback_dense_rows=0)
AT_ONCE = FilterSettings(fallback_dense_rows=0, cost_limit=0.0)


@pytest.fixture(scope="module", params=HARD_GAPS)
def hard(request):
    """A graph, the name of an operator, all eigenvalues, and a number below which there is a narrow gap."""
    graph, operator, count = HARD_GAPS[request.param]
    graph = Graph.from_networkx(graph)
    return graph, operator, eigenvalues(graph, operator), count


def gap_above(exact, count):
    width = exact[count] - exact[count - 1]
    return exact[count - 1] + 0.1 * width, exact[count] - 0.1 * width


@pytest.mark.parametrize(
    ("settings", "methods"),
    [(FilterSettings(), {"dense"}), (NO_DENSE, {"arpack", "filter+arpack"}), (AT_ONCE, {"arpack"})],
    ids=["dense", "arpack", "arpack at once"],
)
def test_other_solvers_finish_where_filters_do_not_converge(hard, settings, methods):
    graph, operator, exact, count = hard
    result = low_end_of(graph, gap_above(exact, count), count, operator, settings=settings)
    assert result.method in methods
    assert result.count == count
    scale = exact[-1]
    # Those that come from filters are as exact as filters are.
    tolerance = 1e-6 if "filter" in result.method else 1e-10
    np.testing.assert_allclose(result.parts[0].eigenvalues, exact[:count], atol=tolerance * scale)
    assert result.gap[1] == pytest.approx(exact[count], abs=1e-8 * scale)
    (part,) = result.parts
    np.testing.assert_allclose(part.vectors.T @ part.vectors, np.eye(count), atol=1e-6)
    residuals = graph_operator(graph, operator).matrix() @ part.vectors - part.vectors * part.eigenvalues
    assert np.linalg.norm(residuals, axis=0).max() < RESIDUAL


def test_eigenpairs_that_filters_found_are_kept(blocks):
    exact = eigenvalues(blocks)
    result = low_end_of(blocks, gap_above(exact, 20), 20, settings=NO_DENSE)
    assert result.method == "filter+arpack"
    assert result.count == 20


@pytest.mark.parametrize("count", [10, 46])
def test_arpack_finds_all_copies_of_multiple_eigenvalues(count):
    # Multiplicities of the cube's low eigenvalues are 1, 9, 36.
    graph = Graph.from_networkx(nx.hypercube_graph(9))
    exact = eigenvalues(graph)
    for seed in range(3):
        result = low_end_of(graph, gap_above(exact, count), 1, settings=AT_ONCE, seed=seed)
        assert result.method == "arpack"
        assert result.count == count
        assert result.gap == pytest.approx((exact[count - 1], exact[count]), abs=1e-9)


def test_arpack_repeats_its_numbers(blocks):
    first, second, other = (low_end_of(blocks, (0.35, 0.5), 10, settings=AT_ONCE, seed=seed) for seed in (0, 0, 5))
    np.testing.assert_array_equal(first.parts[0].vectors, second.parts[0].vectors)
    assert not np.array_equal(other.parts[0].vectors, first.parts[0].vectors)
    np.testing.assert_allclose(first.parts[0].eigenvalues, eigenvalues(blocks)[:10], atol=1e-10)


def test_filters_give_up_at_the_limit_of_their_cost():
    graph, operator, count = HARD_GAPS["barbell"]
    graph = Graph.from_networkx(graph)
    gap = gap_above(eigenvalues(graph, operator), count)
    settings, products = FilterSettings(), []
    low_end_of(graph, gap, count, operator, progress=products.append)
    limit = settings.cost_limit * settings.max_degree * settings.width(count)
    assert 0.5 * limit < sum(products) < 1.1 * limit
    few = []
    low_end_of(graph, gap, count, operator, settings=FilterSettings(cost_limit=1.0), progress=few.append)
    assert sum(few) < 0.2 * sum(products)


def test_solvers_that_do_not_converge_say_so(blocks):
    exact = eigenvalues(blocks)
    once = FilterSettings(fallback_dense_rows=0, cost_limit=0.0, arpack_restarts=1)
    with pytest.raises(NotConvergedError, match=r"neither filters nor ARPACK converged, after 1 restart\(s\)"):
        low_end_of(blocks, gap_above(exact, 20), 20, settings=once)
    with pytest.raises(NotConvergedError, match="an eigenvalue lies at the threshold"):
        low_end_of(blocks, (exact[9] - 0.1, exact[9] + 0.1), 10, settings=AT_ONCE)
    with pytest.raises(NotConvergedError, match="too many of the 700 eigenvalues lie below the gap"):
        low_end_of(blocks, (1.0, 1.1), 40, settings=AT_ONCE)
    iteration = SubspaceIteration(graph_operator(blocks), AT_ONCE)
    with pytest.raises(NotConvergedError, match=r"below the gap did not converge in 0 filter\(s\)"):
        iteration.pairs_below((0.35, 0.5), 0.42, np.random.default_rng(0).random((700, 16)))


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
