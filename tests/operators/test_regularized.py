"""The regularised Laplacian and the non-backtracking matrix: identities, rules for tau, and what is refused."""

import networkx as nx
import numpy as np
import pytest
from scipy import linalg

import graphspec
from graphspec.cli import run
from graphspec.errors import InputError, NotConvergedError, ParameterError, SketchError
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import graph_operator
from graphspec.operators.regularized import RegularizedLaplacian, bethe_radius, non_backtracking_radius

RANDOM = [nx.gnp_random_graph(80, 0.07, seed=seed) for seed in range(8)] + [
    nx.stochastic_block_model([30, 30, 30], np.full((3, 3), 0.02) + 0.2 * np.eye(3), seed=seed) for seed in range(8)
]


def non_backtracking_matrix(network):
    """Return B, which goes from the directed edge u -> v to v -> w for w other than u."""
    arcs = [(u, v) for u, v in network.edges] + [(v, u) for u, v in network.edges]
    return np.array([[float(v == x and u != y) for x, y in arcs] for u, v in arcs])


@pytest.mark.parametrize("network", RANDOM)
@pytest.mark.parametrize("r", [1.2, 2.0, 3.7])
def test_eigenvalues_at_both_ends_are_as_many_as_negative_ones_of_the_bethe_hessian(network, r):
    graph = Graph.from_networkx(network)
    adjacency, degrees = graph.adjacency().toarray(), graph.degrees
    eigenvalues = np.linalg.eigvalsh(graph_operator(graph, "regularized", tau=r * r - 1).matrix().toarray())
    for sign, count in ((r, (eigenvalues < 1 - 1 / r).sum()), (-r, (eigenvalues > 1 + 1 / r).sum())):
        hessian = (r * r - 1) * np.eye(len(degrees)) - sign * adjacency + np.diag(degrees)
        blocks = linalg.ldl(hessian)[1]
        assert (np.linalg.eigvalsh(blocks) < 0).sum() == count


@pytest.mark.parametrize("network", [nx.karate_club_graph(), nx.barabasi_albert_graph(60, 2, seed=1), *RANDOM[:3]])
@pytest.mark.parametrize("dense_rows", [0, 1000])
def test_the_radius_is_that_of_the_non_backtracking_matrix(network, dense_rows):
    expected = np.abs(np.linalg.eigvals(non_backtracking_matrix(network))).max()
    found = non_backtracking_radius(Graph.from_networkx(network), dense_rows=dense_rows)
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("network", "radius"), [(nx.complete_graph(9), 7), (nx.random_regular_graph(5, 300, 1), 4)])
def test_the_radius_of_a_regular_graph_is_its_degree_minus_one(network, radius):
    assert non_backtracking_radius(Graph.from_networkx(network)) == pytest.approx(radius, rel=1e-8)


@pytest.mark.parametrize(("network", "radius"), [(nx.random_labeled_tree(400, seed=1), 0), (nx.cycle_graph(40), 1)])
def test_forests_and_single_cycles_have_nothing_to_detect(network, radius):
    graph = Graph.from_networkx(network)
    assert non_backtracking_radius(graph) == pytest.approx(radius, abs=1e-6)
    with pytest.raises(InputError, match="no communities can be detected"):
        graph_operator(graph, "regularized", tau="bethe")


def test_large_graphs_without_two_cycles_in_a_component_have_radius_one():
    rings = nx.disjoint_union(nx.cycle_graph(3000), nx.random_labeled_tree(500, seed=1))
    assert non_backtracking_radius(Graph.from_networkx(rings)) == 1.0


def test_long_chains_have_a_radius_too():
    network = nx.Graph()
    for chain in range(3):
        nx.add_path(network, ["a", *((chain, place) for place in range(300)), "b"])
    graph = Graph.from_networkx(network)
    with pytest.raises(NotConvergedError, match="the non-backtracking radius did not converge"):
        non_backtracking_radius(graph)
    degrees = graph.degrees
    assert bethe_radius(graph) ** 2 == pytest.approx((degrees**2).sum() / degrees.sum() - 1)


@pytest.mark.parametrize("network", RANDOM[:4])
def test_the_reflected_operator_has_two_minus_the_eigenvalues(network):
    operator = graph_operator(Graph.from_networkx(network), "regularized", tau=3.0)
    both = np.linalg.eigvalsh(operator.matrix().toarray()), np.linalg.eigvalsh(operator.reflected().matrix().toarray())
    np.testing.assert_allclose(both[0], 2 - both[1][::-1], atol=1e-12)


def test_the_bethe_radius_is_that_of_the_bulk():
    blocks = Graph.from_networkx(RANDOM[-1])
    assert bethe_radius(blocks) == pytest.approx(np.sqrt(non_backtracking_radius(blocks)))
    # A clique raises the spectral radius to its own, and the degrees hardly: others are detected as before.
    sparse = nx.gnp_random_graph(3000, 0.002, seed=1)
    crowded = nx.compose(sparse, nx.complete_graph(40))
    degrees = np.array([degree for _, degree in crowded.degree])
    graph = Graph.from_networkx(crowded)
    assert non_backtracking_radius(graph) > 38
    assert bethe_radius(graph) ** 2 == pytest.approx((degrees**2).sum() / degrees.sum() - 1)
    assert bethe_radius(graph, largest_ratio=100.0) ** 2 == pytest.approx(non_backtracking_radius(graph))


def test_rules_for_tau():
    graph = Graph.from_networkx(RANDOM[0])
    assert graph_operator(graph, "regularized").tau == graph_operator(graph, "regularized", tau="mean").tau
    assert graph_operator(graph, "regularized").tau == pytest.approx(graph.degrees.mean())
    bethe = graph_operator(graph, "regularized", tau="bethe").tau
    assert bethe == pytest.approx(bethe_radius(graph) ** 2 - 1)
    assert graph_operator(graph, "regularized", tau=2.5).tau == 2.5


def test_what_cannot_be_regularised_is_refused():
    weighted = Graph.from_edges([0, 1, 2], [1, 2, 0], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="`tau` bethe is for graphs without weights"):
        graph_operator(weighted, "regularized", tau="bethe")
    for tau in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ParameterError, match="`tau` must be a positive number"):
            RegularizedLaplacian(weighted, tau)
    with pytest.raises(ParameterError, match="`tau` is for a regularized operator, not for adjacency"):
        graph_operator(weighted, "adjacency", tau=1.0)
    with pytest.raises(ParameterError, match="`tau` is for `operator` regularized, not for normalized"):
        graphspec.sketch(weighted, tau=1.0)


def test_tau_reaches_the_pass_and_stays_with_the_sketch(tmp_path):
    graph = Graph.from_networkx(nx.gnp_random_graph(800, 0.01, seed=1))
    few, many = (graphspec.sketch(graph, operator="regularized", tau=tau) for tau in (1.0, 50.0))
    assert (few.options["tau"], many.options["tau"]) == (1.0, 50.0)
    assert many.low_moments[2] < few.low_moments[2]
    path = tmp_path / "few.npz"
    graphspec.save_sketch(few, path)
    assert graphspec.load_sketch(path).options["tau"] == 1.0
    with pytest.raises(SketchError, match="different"):
        graphspec.merge([few, graphspec.sketch(graph, operator="regularized", tau=50.0, first_probe=16)])


def test_tau_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "few.npz"
    arguments = ["--operator", "regularized", "--tau", "bethe", "--num-moments", "20", "-q"]
    assert run(["sketch", "karate", *arguments, "-o", str(path)]) == 0
    tau = graphspec.load_sketch(path).options["tau"]
    capsys.readouterr()
    assert run(["spectrum", str(path), "--operator", "regularized", "--tau", "3", "-q"]) == 1
    assert f"the sketch was made with `tau` {tau}".replace("`tau`", "--tau") in capsys.readouterr().err
    assert run(["spectrum", "karate", "--tau", "3", "-q"]) == 2
    assert "--tau is for --operator regularized, not for normalized" in capsys.readouterr().err
    assert run(["spectrum", "karate", *arguments[:3], "0", "-q"]) == 2
    assert "'0' is not a positive number or one of mean, bethe" in capsys.readouterr().err
