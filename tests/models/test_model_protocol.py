"""What every model must fulfil: those of graphspec, plugins, and one that a user would write."""

import networkx as nx
import numpy as np
import pytest
from example_model import RandomBipartite
from hypothesis import given, settings
from hypothesis import strategies as st
from limits import time_limit
from strategies import parameter_values, sparse_networks

from graphspec.comparison.fitting import fit
from graphspec.errors import ParameterError
from graphspec.graphs.graph import Graph
from graphspec.models.base import Model, Parameter
from graphspec.models.configuration import Configuration
from graphspec.models.generation import MODELS, generate, get_model
from graphspec.sketches.sketching import sketch

ROUNDING = 1e-12  # of sums and products of a few numbers
GENERATION = 10.0  # seconds; a graph of 200 vertices takes milliseconds on any machine
STANDARD_ERRORS = 4.0  # exceeded by chance once in 16 000 tests

LIKE = Graph.from_networkx(nx.barabasi_albert_graph(150, 3, seed=9))
MODELS_UNDER_TEST = {**MODELS, RandomBipartite.name: RandomBipartite}
POINTS = {
    "er": [(150, {"p": 0.05}), (150, {"p": 0.0005}), (40, {"p": 0.9}), (2, {"p": 1.0}), (1, {"p": 0.3})],
    "ws": [(150, {"k": 8, "p": 0.2}), (60, {"k": 2, "p": 1.0}), (30, {"k": 28, "p": 0.5}), (3, {"k": 2, "p": 1.0})],
    "ba": [(150, {"m": 4}), (60, {"m": 1}), (30, {"m": 25}), (2, {"m": 1})],
    "configuration": [(150, {}), (60, {}), (400, {})],
    "regular": [(150, {"k": 8}), (60, {"k": 2}), (30, {"k": 26}), (20, {"k": 0}), (2, {"k": 1})],
    "geometric": [(150, {"radius": 0.15}), (60, {"radius": 0.01}), (30, {"radius": 0.9}), (1, {"radius": 0.5})],
    "sbm": [
        (150, {"blocks": 5, "p_in": 0.3, "p_out": 0.02}),
        (61, {"blocks": 4, "p_in": 0.02, "p_out": 0.3}),
        (30, {"blocks": 30, "p_in": 1.0, "p_out": 0.4}),
        (30, {"blocks": 1, "p_in": 0.4, "p_out": 1.0}),
    ],
    "powerlaw-cluster": [(150, {"m": 4, "p": 0.6}), (60, {"m": 1, "p": 1.0}), (30, {"m": 9, "p": 0.0})],
    "bipartite": [(150, {"p": 0.1}), (61, {"p": 0.9}), (2, {"p": 0.5})],
}
"""Numbers of vertices and parameters of every model; the first point is sparse and connected for the most part."""

REPEATS_EDGES = {"powerlaw-cluster"}  # a triangle may be closed by an edge that is there


def model_of(name):
    return MODELS_UNDER_TEST[name].from_graph(LIKE)


every_model = pytest.mark.parametrize("model", [pytest.param(model_of(name), id=name) for name in MODELS_UNDER_TEST])
every_point = pytest.mark.parametrize(
    ("model", "nodes", "values"),
    [
        pytest.param(model_of(name), nodes, values, id=f"{name}-{nodes}-{list(values.values())}")
        for name, points in POINTS.items()
        for nodes, values in points
    ],
)


def edges_of(model, nodes, values, seed):
    return model.edges(nodes, np.random.default_rng(seed), model.checked(nodes, values))


def assert_edges_are_valid(model, nodes, tail, head):
    assert tail.dtype == head.dtype == np.int64
    assert tail.shape == head.shape == (len(tail),)
    assert len(tail) == 0 or (min(tail.min(), head.min()) >= 0 and max(tail.max(), head.max()) < nodes)
    assert not np.any(tail == head)
    if model.name not in REPEATS_EDGES:
        pairs = np.minimum(tail, head) * nodes + np.maximum(tail, head)
        assert len(np.unique(pairs)) == len(pairs)


# --- what it is


@every_model
def test_it_describes_itself(model):
    assert MODELS_UNDER_TEST[model.name] is type(model)
    for text in (model.name, model.title, model.source):
        assert isinstance(text, str)
        assert text
    assert all(isinstance(parameter, Parameter) for parameter in model.parameters)
    assert all(parameter.meaning for parameter in model.parameters)
    assert len({parameter.name for parameter in model.parameters}) == len(model.parameters)


@every_model
def test_it_has_as_many_parameters_as_it_declares_unless_it_keeps_degrees(model):
    assert model.num_parameters == (LIKE.num_nodes if model.needs_graph else len(model.parameters))


@every_model
def test_every_model_is_tested_at_several_points(model):
    points = POINTS[model.name]
    assert len(points) >= 3
    assert all(values.keys() == {parameter.name for parameter in model.parameters} for _, values in points)


@every_model
def test_a_graph_is_needed_where_it_says_so(model):
    nodes, values = POINTS[model.name][0]
    alone = type(model).from_graph(None)
    if model.needs_graph:
        with pytest.raises(ParameterError, match="graph"):
            alone.checked(nodes, values)
    else:
        assert alone.checked(nodes, values) == model.checked(nodes, values)


# --- generation


@every_point
def test_edges_are_pairs_of_different_vertices_each_once(model, nodes, values):
    for seed in range(3):
        assert_edges_are_valid(model, nodes, *edges_of(model, nodes, values, seed))


@pytest.mark.parametrize("name", MODELS_UNDER_TEST)
@given(data=st.data())
def test_edges_are_valid_everywhere_in_the_parameter_space(name, data):
    nodes, values = data.draw(parameter_values(model_of(name)))
    with time_limit(GENERATION):
        tail, head = edges_of(model_of(name), nodes, values, 1)
    assert_edges_are_valid(model_of(name), nodes, tail, head)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS_UNDER_TEST)
@settings(max_examples=600)
@given(data=st.data())
def test_generation_ends_everywhere_in_the_parameter_space(name, data):
    nodes, values = data.draw(parameter_values(model_of(name), most_nodes=200))
    with time_limit(GENERATION):
        tail, head = edges_of(model_of(name), nodes, values, data.draw(st.integers(0, 2**32), "seed"))
    assert_edges_are_valid(model_of(name), nodes, tail, head)


@given(network=sparse_networks(), complement=st.booleans())
def test_any_degrees_of_a_graph_are_those_of_a_random_one(network, complement):
    degrees = [degree for _, degree in (nx.complement(network) if complement else network).degree()]
    model = Configuration(np.array(degrees))
    with time_limit(GENERATION):
        tail, head = edges_of(model, len(degrees), {}, 1)
    assert_edges_are_valid(model, len(degrees), tail, head)
    # Pairs that no switching repairs are left out.
    assert np.all(np.bincount(tail, minlength=len(degrees)) + np.bincount(head, minlength=len(degrees)) <= degrees)


@every_point
def test_a_seed_is_a_graph(model, nodes, values):
    for first, second in zip(edges_of(model, nodes, values, 5), edges_of(model, nodes, values, 5), strict=True):
        np.testing.assert_array_equal(first, second)


@every_model
def test_another_seed_is_another_graph(model):
    nodes, values = POINTS[model.name][0]
    graphs = [Graph.from_edges(*edges_of(model, nodes, values, seed), num_nodes=nodes) for seed in range(4)]
    assert len({graph.fingerprint for graph in graphs}) == 4


@every_point
def test_the_global_generator_of_numpy_is_left_alone(model, nodes, values):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    edges_of(model, nodes, values, 1)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@every_model
def test_values_are_not_changed(model):
    nodes, values = POINTS[model.name][0]
    checked = model.checked(nodes, values)
    kept = dict(checked)
    model.edges(nodes, np.random.default_rng(1), checked)
    model.scaled(checked, nodes, nodes // 2)
    assert checked == kept


@every_model
def test_it_can_be_generated(model):
    nodes, values = POINTS[model.name][0]
    graph = generate(model, nodes, 3, **values)
    shown = ", ".join(f"{key}={value:g}" for key, value in values.items())
    assert (graph.num_nodes, graph.name) == (nodes, f"{model.name}({shown})")
    expected = Graph.from_edges(*edges_of(model, nodes, values, 3), num_nodes=nodes)
    assert graph.fingerprint == expected.fingerprint


# --- degrees


@every_point
def test_the_mean_degree_is_the_expected_one(model, nodes, values):
    tested = [Graph.from_edges(*edges_of(model, nodes, values, seed), num_nodes=nodes) for seed in range(60)]
    degrees = np.array([2 * graph.num_edges / nodes for graph in tested])
    expected = model.mean_degree(nodes, model.checked(nodes, values))
    error = degrees.std(ddof=1) / np.sqrt(len(degrees))
    # A half-edge that is left over, or an edge that occurs twice.
    slack = {"configuration": 1 / nodes, "powerlaw-cluster": 0.03}.get(model.name, 0.0)
    assert abs(degrees.mean() - expected) <= STANDARD_ERRORS * error + slack * expected + ROUNDING


@every_model
@pytest.mark.parametrize("reference_nodes", [75, 150, 300])
def test_a_graph_of_another_size_keeps_its_degrees(model, reference_nodes):
    nodes, values = POINTS[model.name][0]
    checked = model.checked(nodes, values)
    scaled = model.scaled(checked, nodes, reference_nodes)
    assert scaled.keys() == checked.keys()
    assert model.checked(reference_nodes, scaled) == scaled
    degree, kept = model.mean_degree(nodes, checked), model.mean_degree(reference_nodes, scaled)
    # Graphs that grow from a few vertices have fewer edges at their start, and a vertex is not linked to itself.
    assert kept == pytest.approx(degree, rel=0.0 if reference_nodes == nodes else 0.03, abs=1e-9)
    if reference_nodes == nodes:
        assert scaled == pytest.approx(checked, rel=1e-9)


# --- fits


@every_model
@pytest.mark.parametrize("nodes", [12, 30, 500, 100_000])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 1.0])
def test_candidates_lie_in_the_parameter_space(model, nodes, share):
    # A mean degree is estimated within 1 and n - 1.
    mean_degree = 1 + share * min(nodes - 2, 60)
    candidates = model.candidates(nodes, mean_degree)
    # Blocks of nearly complete graphs have no room for the edges.
    assert candidates or (model.name == "sbm" and mean_degree > 0.9 * nodes)
    for values in candidates:
        assert model.checked(nodes, values) == values


@every_model
@pytest.mark.parametrize("mean_degree", [2.0, 6.3, 20.0])
def test_a_candidate_has_nearly_the_mean_degree(model, mean_degree):
    if model.needs_graph:
        return
    degrees = [model.mean_degree(500, values) for values in model.candidates(500, mean_degree)]
    # Degrees of regular graphs and half of those of others are whole numbers.
    assert min(abs(degree - mean_degree) for degree in degrees) <= max(0.05 * mean_degree, 1.0)


@every_model
def test_the_baseline_holds_parameters_near_the_true_ones(model):
    nodes, values = POINTS[model.name][0]
    baseline = model.baseline(generate(model, nodes, 3, **values))
    assert baseline.keys() <= values.keys()
    assert model.checked(nodes, {**values, **baseline}) == {**values, **baseline}
    for key, value in baseline.items():
        assert value == pytest.approx(values[key], rel=0.2)


@every_point
def test_a_density_is_nonnegative_and_finite_within_its_support(model, nodes, values):
    density = model.density(nodes, model.checked(nodes, values))
    if density is not None:
        heights = density(np.linspace(1e-3, 2 - 1e-3, 501))
        assert heights.shape == (501,)
        assert np.isfinite(heights).all()
        assert (heights >= 0).all()
        assert heights.any()


@every_model
def test_it_can_be_fitted(model):
    nodes, values = POINTS[model.name][0]
    graph = generate(model, nodes, 17, **values)
    result = fit(sketch(graph, num_moments=16, num_probes=32), model, num_references=4, graph=graph)
    assert result.model == model.name
    assert result.parameters.keys() == result.standard_error.keys() == values.keys()
    assert model.checked(nodes, result.parameters) == result.parameters
    assert all(error >= 0 for error in result.standard_error.values())
    assert result.baseline == model.baseline(graph)


# --- the parameter space


@every_point
def test_values_are_numbers_of_the_right_type_whatever_they_come_as(model, nodes, values):
    checked = model.checked(nodes, values)
    assert checked == values
    for convert in (str, float, np.float64):
        again = model.checked(nodes, {key: convert(value) for key, value in values.items()})
        assert again == checked
        assert list(map(type, again.values())) == list(map(type, checked.values()))
    for parameter in model.parameters:
        assert type(checked[parameter.name]) is (int if parameter.integer else float)


WRONG = [
    pytest.param(model_of(name), parameter, value, id=f"{name}-{parameter.name}-{value!r}")
    for name, model in MODELS_UNDER_TEST.items()
    for parameter in model.parameters
    for value in (*parameter.constraint.wrong_values(), np.inf, -np.inf, "", [1], {})
]


@pytest.mark.parametrize(("model", "parameter", "value"), WRONG)
def test_wrong_values_are_refused_with_name_and_meaning(model, parameter, value):
    nodes, values = POINTS[model.name][0]
    with pytest.raises(ParameterError) as caught:
        model.checked(nodes, {**values, parameter.name: value})
    expected = f"{model.name}: {parameter.name} ({parameter.meaning}) must be {parameter.constraint}, not {value}"
    assert str(caught.value) == expected


@every_model
def test_unknown_and_missing_parameters_are_refused(model):
    nodes, values = POINTS[model.name][0]
    with pytest.raises(ParameterError, match=f"{model.name} has no parameter 'colour': it takes "):
        model.checked(nodes, {**values, "colour": 1})
    for name in values:
        incomplete = {key: value for key, value in values.items() if key != name}
        for given_values in (incomplete, {**incomplete, name: None}):
            with pytest.raises(ParameterError, match=f"{model.name} needs a value of {name}: it takes "):
                model.checked(nodes, given_values)


@every_model
def test_a_graph_has_a_vertex(model):
    with pytest.raises(ParameterError, match="at least one vertex, not 0"):
        model.checked(0, POINTS[model.name][0][1])


# --- that the suite notices what it looks for


class Faulty(RandomBipartite):
    """A model with a loop."""

    def edges(self, num_nodes, random, values):
        tail, head = super().edges(num_nodes, random, values)
        return np.append(tail, 1), np.append(head, 1)


def test_a_loop_is_noticed():
    with pytest.raises(AssertionError):
        assert_edges_are_valid(Faulty(), 60, *edges_of(Faulty(), 60, {"p": 0.1}, 1))


def test_an_edge_that_occurs_twice_is_noticed():
    tail, head = edges_of(RandomBipartite(), 60, {"p": 0.1}, 1)
    with pytest.raises(AssertionError):
        assert_edges_are_valid(RandomBipartite(), 60, np.append(tail, head[0]), np.append(head, tail[0]))


def test_a_plugin_is_a_model_like_others(monkeypatch):
    class Point:
        """An entry point."""

        @staticmethod
        def load():
            return RandomBipartite

    monkeypatch.setattr("graphspec.models.generation._plugins", lambda: {"bipartite": Point})
    assert isinstance(get_model("bipartite", LIKE), RandomBipartite)
    assert isinstance(get_model("bipartite"), Model)
    assert generate("bipartite", 60, 2, p=0.2).num_edges == generate(RandomBipartite(), 60, 2, p=0.2).num_edges
