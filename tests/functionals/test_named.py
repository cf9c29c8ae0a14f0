"""Functionals of graphs against closed forms, and of sampled graphs against dense eigenvalues."""

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.errors import GraphspecError, ParameterError, SketchError
from graphspec.functionals import NAMED, Arguments, functional_of


def value(graph, function, **options):
    return graphspec.functional(graph, function, **options).value


def both(graph, function, **options):
    """Return the value by probes, after a check that dense eigenvalues give the same."""
    found = value(graph, function, **options)
    assert found == pytest.approx(value(graph, function, method="exact", **options), rel=1e-9, abs=1e-8)
    return found


@pytest.mark.parametrize("n", [2, 5, 40])
def test_complete_graphs(n):
    graph = nx.complete_graph(n)
    assert both(graph, "spanning-trees") == pytest.approx((n - 2) * np.log(n), abs=1e-9)
    assert both(graph, "entropy") == pytest.approx(np.log(n - 1), abs=1e-8)
    assert both(graph, "renyi") == pytest.approx(np.log(n - 1), abs=1e-8)
    assert both(graph, "kemeny") == pytest.approx((n - 1) ** 2 / n)
    assert both(graph, "kirchhoff") == pytest.approx(n - 1)
    assert both(graph, "triangles") == pytest.approx(n * (n - 1) * (n - 2) / 6, abs=1e-6)
    estrada = np.exp(n - 1) + (n - 1) * np.exp(-1)
    assert both(graph, "estrada") == pytest.approx(np.log(estrada))
    times = np.array([0.5, 2.0])
    heat = 1 + (n - 1) * np.exp(-times * n / (n - 1))
    assert both(graph, "heat-trace", times=(0.5, 2.0)) == pytest.approx(heat)


def test_cycles_and_paths():
    assert both(nx.cycle_graph(17), "spanning-trees") == pytest.approx(np.log(17))
    assert both(nx.path_graph(9), "spanning-trees") == pytest.approx(0, abs=1e-9)
    assert both(nx.path_graph(9), "kirchhoff") == pytest.approx(9 * 80 / 6)
    cycle = both(nx.cycle_graph(12), "return-probability", steps=(0, 1, 2, 4))
    assert cycle == pytest.approx([1, 0, 1 / 2, 6 / 16], abs=1e-9)


def test_forests_are_counted_component_by_component():
    graph = nx.disjoint_union(nx.cycle_graph(5), nx.complete_graph(4))
    graph.add_node("alone")
    assert both(graph, "spanning-trees") == pytest.approx(np.log(5 * 16))


def test_weights_count_trees_with_their_products():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 2.0), (1, 2, 3.0), (2, 0, 5.0)])
    assert value(graph, "spanning-trees", weighted=True) == pytest.approx(np.log(6 + 10 + 15))
    assert value(graph, "spanning-trees") == pytest.approx(np.log(3))


def test_there_is_a_spanning_tree_even_where_the_order_is_too_low():
    ring = nx.cycle_graph(5000)
    found = graphspec.functional(ring, "spanning-trees", num_moments=20, num_probes=3)
    assert 0 <= found.low < np.log(5000) < found.high
    nx.set_edge_attributes(ring, 0.5, "weight")  # the weight of each tree is 2^-4999
    weighted = graphspec.functional(ring, "spanning-trees", num_moments=20, num_probes=3, weighted=True)
    assert weighted.low < np.log(5000) - 4999 * np.log(2) < weighted.high < 0


@pytest.mark.parametrize("order", [0.0, 0.5, 1.0, 2.0, 2.5, 3.0])
def test_renyi_entropies(order):
    graph = nx.gnm_random_graph(60, 150, seed=1)
    eigenvalues = np.linalg.eigvalsh(nx.laplacian_matrix(graph).toarray())
    shares = eigenvalues[eigenvalues > 1e-9] / eigenvalues.sum()
    direct = -(shares * np.log(shares)).sum() if order == 1 else np.log((shares**order).sum()) / (1 - order)
    assert both(graph, "renyi", order=order) == pytest.approx(direct, abs=1e-9)


SAMPLED = {
    "random": nx.gnm_random_graph(900, 3600, seed=3),
    "scale free": nx.barabasi_albert_graph(900, 3, seed=3),
    "small world": nx.connected_watts_strogatz_graph(900, 6, 0.2, seed=3),
}


@pytest.mark.parametrize("graph", SAMPLED.values(), ids=SAMPLED)
@pytest.mark.parametrize("function", [*NAMED, "log(x + 0.1)", "abs(x - 1)", "x**2"])
def test_sampled_graphs_agree_with_dense_eigenvalues(graph, function):
    """At 99.9 % of confidence, so that fifty intervals fail by chance once in twenty times at most."""
    graph = graph.subgraph(max(nx.connected_components(graph), key=len))
    options = {"confidence": 0.999, "num_probes": 24}
    found, truth = graphspec.functional(graph, function, **options), value(graph, function, method="exact")
    assert (found.low <= truth + 1e-12 * np.abs(truth)).all()
    assert (truth <= found.high + 1e-12 * np.abs(truth)).all()
    assert np.isfinite(found.low).all()


def test_a_value_has_the_operator_of_the_functional():
    for name in NAMED:
        assert functional_of(name, Arguments()).operator in ("normalized", "combinatorial", "adjacency")
    assert functional_of("x", Arguments()).operator is None


@pytest.mark.parametrize("function", ["spanning-trees", "heat-trace", "entropy", "estrada"])
def test_a_sketch_of_the_operator_serves(function, tmp_path):
    graph = SAMPLED["random"]
    operator = functional_of(function).operator
    held = graphspec.sketch(graph, operator=operator)
    graphspec.save_sketch(held, tmp_path / "held.npz")
    loaded = graphspec.load_sketch(tmp_path / "held.npz")
    direct, saved = graphspec.functional(graph, function), graphspec.functional(loaded, function)
    # A graph bounds its smallest eigenvalue better than its size alone does, which a density sees a little of.
    np.testing.assert_allclose(saved.value, direct.value, rtol=1e-5 if function == "spanning-trees" else 0)


# --- what is refused


def test_a_sketch_of_another_operator_is_refused():
    held = graphspec.sketch(SAMPLED["random"])
    with pytest.raises(SketchError, match=r"entropy is of the operator combinatorial, and the sketch is of normalized"):
        graphspec.functional(held, "entropy")


def test_a_sketch_without_degrees_is_refused():
    held = graphspec.sketches.spectral_sketch.replace(graphspec.sketch(SAMPLED["random"]), facts={})
    with pytest.raises(SketchError, match=r"the sketch holds no degrees: make it with this version"):
        graphspec.functional(held, "spanning-trees")


@pytest.mark.parametrize("function", ["kemeny", "kirchhoff"])
def test_a_graph_in_parts_is_refused_where_it_has_to_be_connected(function):
    graph = nx.disjoint_union(nx.cycle_graph(5), nx.complete_graph(4))
    message = rf"{function} is of a connected graph, and this has 2 components: ask for `component` largest"
    with pytest.raises(GraphspecError, match=message):
        graphspec.functional(graph, function)
    assert value(graph, function, component="largest") > 0


def test_an_operator_that_is_not_the_functional_s_is_refused():
    message = r"entropy is of `operator` combinatorial, not of adjacency: leave it out"
    with pytest.raises(ParameterError, match=message):
        graphspec.functional(SAMPLED["random"], "entropy", operator="adjacency")


def test_a_function_that_is_singular_at_zero_is_refused_or_leaves_zeros_out():
    graph = SAMPLED["random"]
    message = (
        r"graph: normalized: 1 / x is not a finite number at the eigenvalue 0 \(multiplicity \d+\): "
        r"add a `shift`, or leave zeros out with `nonzero`"
    )
    with pytest.raises(ParameterError, match=message):
        graphspec.functional(graph, "1/x")
    direct = np.linalg.eigvalsh(nx.normalized_laplacian_matrix(graph).toarray())
    found = graphspec.functional(graph, "1/x", nonzero=True, confidence=0.999)
    assert found.low < (1 / direct[direct > 1e-9]).sum() < found.high


def test_zeros_that_were_sampled_cannot_be_left_out():
    message = r"the zero eigenvalues were not taken out before sampling: leave `structure` at its default"
    with pytest.raises(SketchError, match=message):
        graphspec.functional(SAMPLED["random"], "spanning-trees", structure=False)


def test_a_graph_without_edges_has_no_density_matrix_and_no_non_zero_eigenvalue():
    graph = nx.empty_graph(5)
    with pytest.raises(GraphspecError, match=r"a graph without edges has no density matrix"):
        graphspec.functional(graph, "entropy")
    with pytest.raises(SketchError, match=r"all eigenvalues are zero: there is no edge"):
        graphspec.functional(graph, "spanning-trees")


def test_unknown_names_are_refused_with_those_that_are_known():
    with pytest.raises(ParameterError, match=r"there is no functional 'entorpy': choose entropy, estrada"):
        graphspec.functional(SAMPLED["random"], "entorpy")


def test_a_given_lower_end_is_used():
    graph = SAMPLED["scale free"]
    wide, narrow = (graphspec.functional(graph, "kemeny", num_moments=20, lower_end=low) for low in (1e-9, 0.05))
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
