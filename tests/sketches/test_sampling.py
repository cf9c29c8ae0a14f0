"""The pass: inputs, options, probes that add up, merging, tolerances, and graphs with nothing to sample."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator
from spectra import (
    CASE_IDS,
    CASES,
    Example,
    chebyshev_means,
    complete,
    cycle,
    eigenvalues,
    hypercube,
    isolated,
    path,
    random_graph,
    star,
    union,
    weighted_copy,
)

import graphspec
from graphspec.errors import ParameterError, SketchError
from graphspec.exact.dense import dense_remainder
from graphspec.graphs.conversion import as_graph
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import OPERATOR_NAMES, graph_operator
from graphspec.operators.linear import linear_operator
from graphspec.sketches.lanczos_pass import moment_half_width
from graphspec.sketches.moments import rademacher_variance_bound, spectrum_moments
from graphspec.sketches.preparation import prepare
from graphspec.sketches.probes import ProbeRange
from graphspec.sketches.sampling import DENSE_LIMIT

BLOCK_WIDTHS = 1e-6  # float32 products in blocks of another width are rounded differently
STATISTICAL = 4.5  # standard deviations by the closed form, with fixed seeds
SINGLE = 2e-5  # float32 vectors of some hundred entries

SAMPLED = random_graph(500, 4.0, 12)
OPTIONS = {"num_moments": 40, "seed": 4}


def assert_same_arrays(first, second):
    for name in ("alpha", "beta", "norm2", "low_moments"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert (first.interval, first.atoms, first.fingerprint) == (second.interval, second.atoms, second.fingerprint)


def assert_close_moments(first, second):
    first, second = spectrum_moments(first), spectrum_moments(second)
    np.testing.assert_allclose(first.values, second.values, atol=BLOCK_WIDTHS)
    np.testing.assert_allclose(first.sem, second.sem, atol=BLOCK_WIDTHS)


def in_parts(*sizes, graph=SAMPLED, **options):
    bounds = np.cumsum([0, *sizes])
    return [
        graphspec.sketch(graph, num_probes=size, first_probe=int(first), **{**OPTIONS, **options})
        for first, size in zip(bounds, sizes, strict=False)
    ]


def test_shapes_and_attributes():
    sketch = graphspec.sketch(SAMPLED, num_moments=41, num_probes=5, seed=9, first_probe=3)
    assert sketch.alpha.shape == sketch.beta.shape == (5, 21)
    assert (sketch.num_probes, sketch.num_steps, sketch.num_matvecs) == (5, 21, 105)
    assert sketch.probe_ranges == (ProbeRange(9, 3, 8),)
    assert (sketch.operator, sketch.interval, sketch.dimension) == ("normalized", (0.0, 2.0), 500)
    assert sketch.fingerprint == SAMPLED.fingerprint
    assert sketch.options == {"component": "all", "weighted": False, "structure": True}
    assert sketch.source.num_nodes == 500
    assert sketch.source.num_edges == SAMPLED.num_edges
    assert sketch.source.num_isolated == SAMPLED.num_isolated
    assert sketch.source.num_components == sketch.atoms[0].multiplicity
    assert sketch.num_moments == 41
    assert sketch.num_remaining == 500 - sum(atom.multiplicity for atom in sketch.atoms)


@pytest.mark.parametrize("operator", OPERATOR_NAMES)
def test_eigenvalues_map_to_the_unit_interval_and_back(operator):
    sketch = graphspec.sketch(SAMPLED, operator=operator, num_probes=2, num_moments=4)
    np.testing.assert_allclose(sketch.to_unit(sketch.interval), [-1, 1])
    np.testing.assert_allclose(sketch.from_unit([-1, 1]), sketch.interval)
    np.testing.assert_allclose(sketch.to_unit(sketch.from_unit([-0.3, 0.0, 0.9])), [-0.3, 0.0, 0.9], atol=1e-12)


@pytest.mark.parametrize("sizes", [(8, 8), (5, 11), (2, 9, 5)])
def test_parts_merge_to_the_whole(sizes):
    whole = graphspec.sketch(SAMPLED, num_probes=16, **OPTIONS)
    merged = graphspec.merge(in_parts(*sizes))
    assert merged.probe_ranges == whole.probe_ranges == (ProbeRange(4, 0, 16),)
    np.testing.assert_allclose(merged.norm2, whole.norm2, rtol=BLOCK_WIDTHS)
    assert_close_moments(merged, whole)


def test_the_order_of_merging_does_not_matter():
    first, second, third = in_parts(4, 3, 5)
    expected = graphspec.merge([first, second, third])
    for order in ([third, first, second], [second, third, first], [graphspec.merge([third, first]), second]):
        merged = graphspec.merge(order)
        assert_same_arrays(merged, expected)
        assert merged.probe_ranges == expected.probe_ranges


def test_probes_of_several_seeds_merge():
    parts = [graphspec.sketch(SAMPLED, num_probes=4, num_moments=10, seed=seed) for seed in (7, 2)]
    merged = graphspec.merge(parts)
    assert merged.probe_ranges == (ProbeRange(2, 0, 4), ProbeRange(7, 0, 4))
    assert merged.num_probes == 8


def test_merging_one_changes_nothing():
    sketch = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    assert_same_arrays(graphspec.merge([sketch]), sketch)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_same_seed_same_arrays_for_any_number_of_threads(threads):
    expected = graphspec.sketch(SAMPLED, num_probes=5, **OPTIONS)
    assert_same_arrays(graphspec.sketch(SAMPLED, num_probes=5, threads=threads, **OPTIONS), expected)


@pytest.mark.parametrize("change", [{"seed": 5}, {"first_probe": 1}])
def test_other_probes_give_other_arrays(change):
    first = graphspec.sketch(SAMPLED, num_probes=5, **OPTIONS)
    second = graphspec.sketch(SAMPLED, num_probes=5, **{**OPTIONS, **change})
    assert not np.array_equal(first.alpha, second.alpha)


def test_more_moments_extend_fewer():
    few = graphspec.sketch(SAMPLED, num_moments=20, num_probes=4, seed=4)
    many = graphspec.sketch(SAMPLED, num_moments=40, num_probes=4, seed=4)
    np.testing.assert_array_equal(many.alpha[:, :10], few.alpha)
    np.testing.assert_array_equal(many.beta[:, :10], few.beta)


@pytest.mark.parametrize("operator", OPERATOR_NAMES)
def test_structure_changes_no_expectation(operator):
    graph = random_graph(500, 2.5, 5)
    exact = chebyshev_means(eigenvalues(graph, operator), graph_operator(graph, operator).interval, 80)
    bound = np.sqrt(rademacher_variance_bound(exact, 500, 24))
    for structure in (True, False):
        sketch = graphspec.sketch(graph, operator=operator, structure=structure, num_probes=24, **OPTIONS)
        assert not sketch.exact
        assert (np.abs(spectrum_moments(sketch).values - exact[:41]) < STATISTICAL * bound + SINGLE).all()
        assert bool(sketch.atoms) == structure


def test_structure_removes_uncertainty():
    # Half of the eigenvalues are zeros and twos of single edges.
    graph = union(*[path(2)] * 200, cycle(401)).graph
    plain, structured = (
        spectrum_moments(graphspec.sketch(graph, structure=structure, num_probes=8, **OPTIONS)).sem
        for structure in (False, True)
    )
    assert structured[3:].mean() < 0.8 * plain[3:].mean()


@pytest.mark.parametrize(
    "convert",
    [
        lambda graph: graph,
        lambda graph: nx.from_scipy_sparse_array(graph.adjacency()),
        lambda graph: graph.adjacency(),
        lambda graph: sparse.coo_matrix(sparse.triu(graph.adjacency())),
        lambda graph: graph_operator(graph),
    ],
    ids=["graph", "networkx", "scipy-array", "scipy-upper-triangle", "operator"],
)
def test_all_inputs_agree(convert):
    expected = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    assert_same_arrays(graphspec.sketch(convert(SAMPLED), num_probes=4, **OPTIONS), expected)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "convert",
    [lambda graph: nx.from_scipy_sparse_array(graph.adjacency()), lambda graph: graph.adjacency()],
    ids=["networkx", "scipy"],
)
def test_weights_count_where_asked_for(convert, weighted):
    graph = weighted_copy(SAMPLED, 3)
    expected = graphspec.sketch(graph if weighted else SAMPLED, num_probes=4, **OPTIONS)
    sketch = graphspec.sketch(convert(graph), weighted=weighted, num_probes=4, **OPTIONS)
    assert_same_arrays(sketch, expected)
    assert sketch.options["weighted"] == weighted


def test_weights_of_a_graph_always_count():
    graph = weighted_copy(SAMPLED, 3)
    sketch = graphspec.sketch(graph, num_probes=4, **OPTIONS)
    assert sketch.options["weighted"]
    assert_same_arrays(sketch, graphspec.sketch(graph, weighted=True, num_probes=4, **OPTIONS))


@pytest.mark.parametrize("form", [sparse.csr_array.toarray, aslinearoperator], ids=["dense", "linear-operator"])
def test_matrices_without_a_graph(form):
    laplacian = graph_operator(SAMPLED, "combinatorial").matrix()
    sketch = graphspec.sketch(form(laplacian), num_probes=16, **OPTIONS)
    assert sketch.operator == "operator"
    assert sketch.fingerprint is None
    assert sketch.source.num_nodes is None
    exact = chebyshev_means(np.linalg.eigvalsh(laplacian.toarray()), sketch.interval, 80)
    bound = np.sqrt(rademacher_variance_bound(exact, 500, 16))
    assert (np.abs(spectrum_moments(sketch).values - exact[:41]) < STATISTICAL * bound + SINGLE).all()


def test_an_operator_keeps_its_own_name_and_interval():
    target = linear_operator(graph_operator(SAMPLED, "adjacency").matrix(), (-40.0, 50.0), name="hessian")
    sketch = graphspec.sketch(target, num_probes=2, num_moments=6)
    assert (sketch.operator, sketch.interval, sketch.source.name) == ("hessian", (-40.0, 50.0), "hessian")
    assert spectrum_moments(sketch).values[1] == pytest.approx(-5 / 45)


@pytest.mark.parametrize("operator", OPERATOR_NAMES)
def test_component_largest_is_the_sketch_of_the_subgraph(operator):
    graph = union(path(4), isolated(2), Example("sampled", SAMPLED, {})).graph
    expected = graphspec.sketch(graphspec.largest_component(SAMPLED), operator=operator, num_probes=4, **OPTIONS)
    sketch = graphspec.sketch(graph, component="largest", operator=operator, num_probes=4, **OPTIONS)
    assert_same_arrays(sketch, expected)
    assert sketch.options["component"] == "largest"
    assert sketch.source.num_components == 1


@pytest.mark.parametrize("operator", OPERATOR_NAMES)
def test_operators_are_told_apart(operator):
    sketch = graphspec.sketch(SAMPLED, operator=operator, num_probes=2, num_moments=4)
    assert sketch.operator == operator
    assert sketch.interval == graph_operator(SAMPLED, operator).interval


def test_a_tolerance_adds_probes_until_it_holds():
    few = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    wanted = moment_half_width(few) / 5
    sketch = graphspec.sketch(SAMPLED, num_probes=4, tolerance=wanted, **OPTIONS)
    assert moment_half_width(sketch) <= wanted
    assert 4 < sketch.num_probes < 512
    assert sketch.probe_ranges == (ProbeRange(4, 0, sketch.num_probes),)
    # What was added is what would have been drawn at once.
    assert_close_moments(sketch, graphspec.sketch(SAMPLED, num_probes=sketch.num_probes, **OPTIONS))
    assert_same_arrays(sketch, graphspec.sketch(SAMPLED, num_probes=4, tolerance=wanted, **OPTIONS))


def test_a_tolerance_that_holds_already_adds_nothing():
    expected = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    assert_same_arrays(graphspec.sketch(SAMPLED, num_probes=4, tolerance=1.0, **OPTIONS), expected)


def test_a_tolerance_stops_at_the_most_probes():
    sketch = graphspec.sketch(SAMPLED, num_probes=4, tolerance=1e-6, max_probes=37, **OPTIONS)
    assert sketch.num_probes == 37
    assert moment_half_width(sketch) > 1e-6


def test_a_higher_confidence_needs_more_probes():
    counts = [
        graphspec.sketch(SAMPLED, num_probes=16, tolerance=0.01, confidence=confidence, **OPTIONS).num_probes
        for confidence in (0.5, 0.999)
    ]
    assert counts[0] < counts[1]


def test_half_width_grows_with_confidence():
    sketch = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    assert 0 < moment_half_width(sketch, 0.5) < moment_half_width(sketch, 0.95) < moment_half_width(sketch, 0.999)


@pytest.mark.parametrize("tolerance", [None, 0.005])
def test_progress_ends_with_all_products(tolerance):
    calls = []
    sketch = graphspec.sketch(
        SAMPLED, num_probes=20, tolerance=tolerance, progress=lambda *call: calls.append(call), **OPTIONS
    )
    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert all(call[0] <= call[1] for call in calls)
    assert calls[-1] == (sketch.num_matvecs, sketch.num_matvecs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_moments": 0}, "number of moments must be between 1 and 10000, not 0"),
        ({"num_moments": 10_001}, "number of moments must be between 1 and 10000, not 10001"),
        ({"num_probes": 1}, "at least 2 probes are needed for a standard error, not 1"),
        ({"seed": -1}, "must be non-negative 64-bit integers"),
        ({"seed": 2**64}, "must be non-negative 64-bit integers"),
        ({"first_probe": -1}, "must be non-negative 64-bit integers"),
        ({"tolerance": 0.0}, "the tolerance must be positive, not 0.0"),
        ({"tolerance": float("nan")}, "the tolerance must be positive, not nan"),
        ({"tolerance": 0.1, "max_probes": 8}, r"the most probes \(8\) must be at least the number of probes \(16\)"),
        ({"confidence": 1.0}, "the confidence level must lie between 0 and 1, not 1.0"),
        ({"operator": "laplace"}, "unknown operator 'laplace': choose one of"),
        ({"component": "second"}, "component must be 'all' or 'largest', not 'second'"),
    ],
)
def test_parameters_out_of_range_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        graphspec.sketch(cycle(5).graph, **options)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("edges.txt", "cannot sketch a str: read it with graphspec.read_edges first"),
        ([(0, 1)], "cannot sketch a list"),
        (((0, 1),), "cannot sketch a tuple"),
        (None, "cannot sketch a NoneType"),
        (7, "cannot make a graph of a int"),
        (Graph.from_edges([], [], num_nodes=0), "a graph without vertices has no spectrum"),
        (nx.Graph(), "a graph without vertices has no spectrum"),
        (np.zeros((2, 3)), "an operator must be square"),
    ],
    ids=["path", "list", "tuple", "none", "number", "no-vertices", "no-nodes", "not-square"],
)
def test_sources_without_a_spectrum_are_refused(source, message):
    with pytest.raises(ParameterError, match=message):
        graphspec.sketch(source)


def test_as_graph_refuses_anything_else():
    with pytest.raises(ParameterError, match="cannot make a graph of a dict"):
        as_graph({})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"graph": random_graph(500, 4.0, 13)}, "are sketches of different graphs"),
        ({"operator": "adjacency"}, r"are sketches of different operators \(normalized, adjacency\)"),
        ({"num_moments": 30}, r"hold different numbers of moments \(40, 30\)"),
        ({"structure": False}, "were made with different options"),
        ({"component": "largest"}, "are sketches of different graphs"),
        ({"first_probe": 2}, "probes 2 to 3 of seed 4 are in more than one sketch"),
        ({"first_probe": 0}, "probes 0 to 3 of seed 4 are in more than one sketch"),
    ],
    ids=["graph", "operator", "steps", "structure", "component", "overlap", "twice"],
)
def test_sketches_that_do_not_belong_together_are_not_merged(change, message):
    first = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    options = {"graph": SAMPLED, "num_probes": 4, "first_probe": 4, **OPTIONS, **change}
    with pytest.raises(SketchError, match=message):
        graphspec.merge([first, graphspec.sketch(**options)])


def test_matrices_are_told_apart_by_their_traces():
    first, second = (sparse.diags_array(values) for values in (np.linspace(-1, 1, 50), np.linspace(-0.9, 1, 50)))
    parts = [
        graphspec.sketch(linear_operator(matrix, (-1.0, 1.0)), num_probes=2, first_probe=start, num_moments=6)
        for start, matrix in ((0, first), (2, second))
    ]
    with pytest.raises(SketchError, match="are sketches of different graphs"):
        graphspec.merge(parts)


def test_a_connected_graph_remembers_which_component_was_asked_for():
    graph = cycle(400).graph
    parts = [
        graphspec.sketch(graph, component=component, num_probes=2, first_probe=first, num_moments=6)
        for first, component in ((0, "all"), (2, "largest"))
    ]
    with pytest.raises(SketchError, match="were made with different options"):
        graphspec.merge(parts)


def test_merging_nothing_is_refused():
    with pytest.raises(SketchError, match="nothing to merge: give at least one sketch"):
        graphspec.merge([])


@pytest.mark.parametrize("num_edges", [0, 1])
@pytest.mark.parametrize("operator", OPERATOR_NAMES)
@pytest.mark.parametrize("structure", [True, False], ids=["structure", "plain"])
def test_the_smallest_graphs(num_edges, operator, structure):
    graph = (isolated(1) if num_edges == 0 else path(2)).graph
    sketch = graphspec.sketch(graph, operator=operator, structure=structure, num_moments=10, num_probes=3)
    moments = spectrum_moments(sketch)
    expected = chebyshev_means(eigenvalues(graph, operator), sketch.interval, 10)
    np.testing.assert_allclose(moments.values, expected, atol=SINGLE)
    np.testing.assert_allclose(moments.sem, 0.0, atol=SINGLE)


@pytest.mark.parametrize("structure", [True, False], ids=["structure", "plain"])
@pytest.mark.parametrize("operator", OPERATOR_NAMES)
def test_edgeless_graphs(operator, structure):
    sketch = graphspec.sketch(isolated(400).graph, operator=operator, structure=structure, num_moments=10)
    assert sketch.num_remaining == (0 if structure else 400)
    expected = chebyshev_means(np.zeros(400), sketch.interval, 10)
    moments = spectrum_moments(sketch)
    np.testing.assert_allclose(moments.values, expected, atol=SINGLE)
    np.testing.assert_allclose(moments.sem, 0.0, atol=SINGLE)


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_small_graphs_are_dense_and_certain(example, operator):
    sketch = graphspec.sketch(example.graph, operator=operator, num_moments=20, num_probes=3)
    assert sketch.exact
    assert sketch.num_matvecs == 0
    assert sketch.num_probes == 3
    assert not spectrum_moments(sketch).sem.any()


@pytest.mark.parametrize(("size", "dense"), [(DENSE_LIMIT, True), (DENSE_LIMIT + 1, False)])
def test_the_dense_limit(size, dense):
    # Isolated vertices and single edges are explained: they do not count.
    graph = union(isolated(50), path(2), cycle(size)).graph
    assert graphspec.sketch(graph, num_probes=2, num_moments=4).exact == dense
    prepared = prepare(graph, num_moments=4)
    assert (prepared.dense_vertices is not None) == dense
    assert prepared.empty.num_probes == 0


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_dense_remainder_and_atoms_make_up_the_spectrum(example, operator):
    target = graph_operator(example.graph, operator)
    atoms = [atom.eigenvalue for atom in target.known.atoms for _ in range(atom.multiplicity)]
    values = np.sort(np.concatenate([dense_remainder(target), atoms]))
    np.testing.assert_allclose(values, example.spectra[operator], atol=1e-8)


def test_exact_sketches_merge_too():
    graph = hypercube(4).graph
    merged = graphspec.merge(in_parts(3, 5, graph=graph))
    assert merged.exact
    assert_same_arrays(merged, graphspec.sketch(graph, num_probes=8, **OPTIONS))
    with pytest.raises(SketchError, match="probes 0 to 2 of seed 4"):
        graphspec.merge(in_parts(3, graph=graph) * 2)


@pytest.mark.parametrize("example", [complete(320), star(320)], ids=lambda example: example.name)
def test_breakdown_leaves_finite_coefficients(example):
    sketch = graphspec.sketch(example.graph, num_moments=60, num_probes=3, structure=False)
    assert not sketch.exact
    assert np.isfinite(sketch.alpha).all()
    assert np.isfinite(sketch.beta).all()


def test_sketches_are_values():
    sketch = graphspec.sketch(SAMPLED, num_probes=2, num_moments=4)
    with pytest.raises(AttributeError, match="cannot assign to field 'dimension'"):
        sketch.dimension = 3
    assert replace(sketch, dimension=501).num_remaining == sketch.num_remaining + 1
